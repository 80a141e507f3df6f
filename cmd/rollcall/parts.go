package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// part is one running part of the program.
type part struct {
	name  string
	run   func(context.Context) error // serves until its context ends; nil for a part that is only opened and closed
	close func(context.Context) error // ends it in good order; nil when the end of run's context is enough
	limit time.Duration               // for closing it
}

// parts are the parts of a program in the order they were opened. They close in reverse order, each within its limit.
type parts struct {
	log    *slog.Logger
	opened []openPart
	failed chan error // the first part that ended although nobody asked it to
}

type openPart struct {
	part
	cancel context.CancelFunc
	ended  chan struct{} // closed when run has returned
}

func newParts(log *slog.Logger) *parts {
	return &parts{log: log, failed: make(chan error, 1)}
}

// open adds a part and, when it has something to run, starts it.
func (p *parts) open(add part) {
	ctx, cancel := context.WithCancel(context.Background())
	o := openPart{part: add, cancel: cancel, ended: make(chan struct{})}
	p.opened = append(p.opened, o)
	if add.run == nil {
		close(o.ended)
		return
	}
	go func() {
		defer close(o.ended)
		err := add.run(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errors.New("it ended")
		}
		select {
		case p.failed <- fmt.Errorf("%s: %w", add.name, err):
		default:
		}
	}()
}

// wait returns when ctx has ended, or with the error of the first part that stopped by itself.
func (p *parts) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.failed:
		return err
	}
}

// close ends all parts, the last opened first, and reports what did not end well or in time.
func (p *parts) close() error {
	var problems []error
	for i := len(p.opened) - 1; i >= 0; i-- {
		o := p.opened[i]
		if err := o.end(); err != nil {
			p.log.Warn("a part did not end well", "part", o.name, "error", err)
			problems = append(problems, fmt.Errorf("close %s: %w", o.name, err))
		}
	}
	p.opened = nil
	return errors.Join(problems...)
}

func (o openPart) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), o.limit)
	defer cancel()
	closed := make(chan error, 1)
	go func() {
		var err error
		if o.close != nil {
			err = o.close(ctx)
		}
		o.cancel()
		<-o.ended
		closed <- err
	}()
	select {
	case err := <-closed:
		return err
	case <-ctx.Done():
		o.cancel()
		return fmt.Errorf("it was still busy after %s", o.limit)
	}
}
