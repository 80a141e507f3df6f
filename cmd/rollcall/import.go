package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"rollcall/core"
)

type importCommand struct {
	settingFlags `embed:""`
	File         string `arg:"" help:"YAML, JSON, an export, or customers as CSV; - reads standard input."`
	DryRun       bool   `help:"Show what would change, and change nothing."`
}

// Run brings a database to what a file says, all or nothing.
func (c importCommand) Run(p *program) error {
	cfg, problems := c.load(p.env)
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	text, err := readInput(p, c.File)
	if err != nil {
		return err
	}
	in, err := readImport(text)
	if err != nil {
		return inFile(c.File, err)
	}
	domain, err := domainConfig(cfg)
	if err != nil {
		return err
	}
	if c.DryRun && absent(cfg.db) == nil { // showing what would change makes no file either
		folder, err := os.MkdirTemp("", "rollcall-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(folder) }()
		cfg.db = filepath.Join(folder, "empty.db")
	}
	store, err := openDatabase(cfg.db)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }() // every change is durable when Do returns
	svc, err := openDomain(p.ctx, store, cfg.db, domain, newLog(cfg, p.stderr))
	if err != nil {
		return forPeople(err)
	}
	plan, err := planImport(p.ctx, svc, in)
	if err != nil {
		return inFile(c.File, err)
	}
	if err := printPlan(p.stdout, plan); err != nil {
		return err
	}
	if c.DryRun {
		_, err = fmt.Fprintln(p.stdout, "Nothing was changed.")
		return err
	}
	receipt, err := runImport(p.ctx, svc, in)
	if err != nil {
		return inFile(c.File, err)
	}
	_, err = fmt.Fprintf(p.stdout, "%s.\n", receipt.Text)
	return err
}

// planImport asks core what an import would do.
func planImport(ctx context.Context, svc *core.Service, in core.Import) (*core.ImportPlan, error) {
	in.Confirm = false
	_, err := svc.Do(ctx, core.System(core.ViaImport), "", in)
	if e := core.AsError(err); e != nil {
		if plan, ok := e.Preview.(*core.ImportPlan); ok {
			return plan, nil
		}
		return nil, importProblems(e)
	}
	return nil, errors.New("the import did not say what it would do")
}

// runImport imports for good.
func runImport(ctx context.Context, svc *core.Service, in core.Import) (core.Receipt, error) {
	in.Confirm = true
	receipt, err := svc.Do(ctx, core.System(core.ViaImport), "import/"+rand.Text(), in)
	if err != nil {
		return receipt, importProblems(core.AsError(err))
	}
	return receipt, nil
}

// importProblems lists what core says is wrong with a file, a line each.
func importProblems(e *core.Error) error {
	list, ok := e.Preview.(core.ImportProblems)
	if !ok {
		return forPeople(e)
	}
	var problems []error
	for _, p := range list {
		problems = append(problems, lineError(p.Line, p.Text))
	}
	return errors.Join(problems...)
}

// inFile puts the name of the file before each problem.
func inFile(name string, err error) error {
	var b strings.Builder
	for line := range strings.Lines(err.Error()) {
		b.WriteString(name + ": " + line)
	}
	return fmt.Errorf("the file cannot be imported, and nothing was changed\n%s", b.String())
}

func printPlan(w io.Writer, plan *core.ImportPlan) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "LINE\tWHAT\tNAME\tACTION")
	for _, row := range plan.Rows {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", row.Line, row.Noun, row.Name, row.Action)
	}
	return table.Flush()
}

// readInput reads a file whole, or standard input for "-".
func readInput(p *program, path string) ([]byte, error) {
	from := p.stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxImportFile+1))
	if err == nil && len(text) > maxImportFile {
		err = fmt.Errorf("%s is larger than %d MiB", path, maxImportFile>>20)
	}
	return text, err
}
