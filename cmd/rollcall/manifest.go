package main

import (
	"encoding/json"
	"fmt"

	"rollcall/bot"

	"github.com/goccy/go-yaml"
)

type manifestCommand struct {
	JSON bool `name:"json" help:"Print JSON instead of YAML."`
}

// Run prints the manifest that a Slack app is created from.
func (c manifestCommand) Run(p *program) error {
	text, err := manifestJSON()
	if err != nil {
		return err
	}
	if !c.JSON {
		if text, err = yaml.JSONToYAML(text); err != nil {
			return err
		}
	}
	_, err = p.stdout.Write(text)
	return err
}

// manifestJSON is the manifest as JSON, with a line end.
func manifestJSON() ([]byte, error) {
	text, err := json.MarshalIndent(bot.NewManifest(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the manifest: %w", err)
	}
	return append(text, '\n'), nil
}
