package main

import (
	"bufio"
	"encoding/json"
	"errors"

	"rollcall/core"
	"rollcall/storage/bolt"
)

type exportCommand struct {
	settingFlags `embed:""`
}

// Run writes everything in a database as one JSON object.
func (c exportCommand) Run(p *program) error {
	cfg, problems := c.load(p.env)
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	return reading(p.ctx, cfg, func(svc *core.Service, _ *bolt.Store) error {
		everything, err := svc.Export(p.ctx, core.System(core.ViaCLI))
		if err != nil {
			return forPeople(err)
		}
		out := bufio.NewWriter(p.stdout)
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(everything); err != nil {
			return err
		}
		return out.Flush()
	})
}
