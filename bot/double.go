package bot

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// doubleClick is how soon after a press the same one again is a slip of the finger.
const doubleClick = 2 * time.Second

// doubles knows what everybody pressed last. A double click reaches the app as two presses, each with a trigger of its
// own; under the key of the first one the second changes nothing and gets the same answer.
type doubles struct {
	mu   sync.Mutex
	last map[string]pressed // by user
}

type pressed struct {
	what, key string
	at        time.Time
}

// key is the key for a request: that of the person's last one when both are the same press. what is empty for all that
// is no press.
func (d *doubles) key(user, what, key string, now time.Time) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l := d.last[user]; what != "" && l.what == what && now.Sub(l.at) < doubleClick {
		return l.key
	}
	for u, l := range d.last {
		if u == user || now.Sub(l.at) >= doubleClick {
			delete(d.last, u)
		}
	}
	if what == "" {
		return key
	}
	if d.last == nil {
		d.last = map[string]pressed{}
	}
	d.last[user] = pressed{what, key, now}
	return key
}

// press is which button is pressed, where, and as it is drawn.
func press(parts ...any) string { return fmt.Sprintf("%q", parts) }

// movesOn says whether a button makes room for the like of it about the next step: the second press of a double click
// may find that one, of which nobody can have read anything yet.
func movesOn(action, line string) bool {
	return (action == "step.done" || action == "step.skip") && strings.Contains(line, " view=card")
}
