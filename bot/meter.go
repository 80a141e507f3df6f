package bot

import (
	"time"

	"rollcall/core"
)

// Meter is told what the bot does, for whoever runs it and wants to watch. Its methods return at once and may be
// called from many goroutines.
type Meter interface {
	// Operation is a request that was answered: the command's name ("step.done", empty when there was none), the
	// door it came through, and the code of what was wrong, empty when nothing was.
	Operation(op string, via core.Via, code core.Code, took time.Duration)
	// Acknowledged is an envelope of Slack's, and how long it waited for its acknowledgement.
	Acknowledged(took time.Duration)
	// Delivered is a try to post a "notice" or a "board", and what came of it.
	Delivered(what string, came Delivery)
	// Connection is a change of the socket: up, or a try to open it that failed.
	Connection(up bool)
}

// Delivery is what came of a try to post something.
type Delivery string

// What can come of it.
const (
	Sent    Delivery = "sent"
	Waits   Delivery = "waits" // Slack was away, or asked for patience
	GivenUp Delivery = "given up"
)

// unmetered is the Meter of a bot that nobody watches.
type unmetered struct{}

func (unmetered) Operation(string, core.Via, core.Code, time.Duration) {}
func (unmetered) Acknowledged(time.Duration)                           {}
func (unmetered) Delivered(string, Delivery)                           {}
func (unmetered) Connection(bool)                                      {}
