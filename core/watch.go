package core

import "sync"

// watchers are those who want to know when something was committed. Whoever
// commits never waits for them: each has room for one signal, which stands for
// any number of changes.
type watchers struct {
	mu  sync.Mutex
	all map[*watcher]struct{}
}

type watcher struct {
	release int64 // 0: everything
	wake    chan struct{}
}

// Watch gives a channel that receives after each change that may show in a
// release, of every change with release 0, and when somebody's right to read
// may have ended. Several changes may come as one signal: News says which.
// stop must be called once nobody listens any more.
func (s *Service) Watch(release int64) (wake <-chan struct{}, stop func()) {
	w := &watcher{release: release, wake: make(chan struct{}, 1)}
	s.watchers.mu.Lock()
	defer s.watchers.mu.Unlock()
	if s.watchers.all == nil {
		s.watchers.all = map[*watcher]struct{}{}
	}
	s.watchers.all[w] = struct{}{}
	return w.wake, func() {
		s.watchers.mu.Lock()
		defer s.watchers.mu.Unlock()
		delete(s.watchers.all, w)
	}
}

// tell wakes those who watch a release; everybody with release 0.
func (ws *watchers) tell(release int64) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for w := range ws.all {
		if release != 0 && w.release != 0 && w.release != release {
			continue
		}
		select {
		case w.wake <- struct{}{}:
		default: // it has a signal already
		}
	}
}
