package bot

import "sync"

// lanes runs work in order for each person and side by side for different people, so many at a time.
type lanes struct {
	mu      sync.Mutex
	waiting map[string][]func()
	queued  int
	most    int           // that may wait or run
	slots   chan struct{} // that may run
	idle    sync.WaitGroup
}

func newLanes(running, most int) *lanes {
	return &lanes{waiting: map[string][]func(){}, most: most, slots: make(chan struct{}, running)}
}

// add queues work behind what the same person is waiting for already. It never waits; false means that too
// much is queued and the work was not taken.
func (l *lanes) add(person string, work func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queued >= l.most {
		return false
	}
	l.queued++
	l.idle.Add(1)
	queue, busy := l.waiting[person]
	l.waiting[person] = append(queue, work)
	if !busy {
		go l.run(person)
	}
	return true
}

// run works through one person's queue until it is empty.
func (l *lanes) run(person string) {
	for {
		l.mu.Lock()
		queue := l.waiting[person]
		if len(queue) == 0 {
			delete(l.waiting, person)
			l.mu.Unlock()
			return
		}
		work := queue[0]
		l.waiting[person] = queue[1:]
		l.mu.Unlock()
		l.slots <- struct{}{}
		work()
		<-l.slots
		l.mu.Lock()
		l.queued--
		l.mu.Unlock()
		l.idle.Done()
	}
}

// wait returns once nothing is queued or running.
func (l *lanes) wait() { l.idle.Wait() }
