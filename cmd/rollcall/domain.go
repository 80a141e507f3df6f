package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"rollcall/bot/schedule"
	"rollcall/core"
	"rollcall/storage/bolt"
)

// domainConfig is what core is given from outside, but for people: who they are is Slack's to say.
func domainConfig(cfg config) (core.Config, error) {
	role, known := core.ParseRole(cfg.defaultRole)
	if !known {
		return core.Config{}, fmt.Errorf("there is no role %q", cfg.defaultRole)
	}
	return core.Config{Now: time.Now, Rand: rand.Reader, Admins: cfg.admins, DefaultRole: role, Zone: cfg.zone, Schedules: schedule.Read}, nil
}

// reading opens a database for a command that only reads, and closes it when the command is done.
func reading(ctx context.Context, cfg config, do func(*core.Service, *bolt.Store) error) error {
	domain, err := domainConfig(cfg)
	if err != nil {
		return err
	}
	store, err := readDatabase(cfg.db)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // nothing was written that could be lost
	svc, err := core.OpenReadOnly(ctx, store, domain)
	if err != nil {
		return forPeople(err)
	}
	return do(svc, store)
}

// forPeople gives an error of core its hint. Anything else stays as it is.
func forPeople(err error) error {
	e := core.AsError(err)
	if e == nil || e.Code == core.Internal {
		return err
	}
	if e.Hint == "" {
		return fmt.Errorf("%s", e.Msg)
	}
	return fmt.Errorf("%s. %s", e.Msg, e.Hint)
}
