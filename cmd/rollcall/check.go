package main

import (
	"context"
	"errors"
	"fmt"

	"rollcall/core"
	"rollcall/storage/bolt"
)

type checkCommand struct {
	settingFlags `embed:""`
}

// Run verifies every invariant of a database and prints a line for each fault.
func (c checkCommand) Run(p *program) error {
	cfg, problems := c.load(p.env)
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	faults, err := checkFile(p.ctx, cfg)
	if err != nil {
		return err
	}
	for _, fault := range faults {
		fmt.Fprintln(p.stdout, fault)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%s has faults: %d", cfg.db, len(faults))
	}
	_, err = fmt.Fprintf(p.stdout, "%s is sound.\n", cfg.db)
	return err
}

// checkFile returns the faults of a database file.
func checkFile(ctx context.Context, cfg config) (faults []string, err error) {
	err = reading(ctx, cfg, func(svc *core.Service, _ *bolt.Store) error {
		faults, err = svc.Check(ctx)
		return err
	})
	return faults, err
}
