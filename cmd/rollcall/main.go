// Command rollcall is a Slack bot with a read-only status page that tracks a release across many customers on many
// Kubernetes clusters. This package knows the outside world (arguments, environment, clock, signals, files, ports) and
// which parts make up a running program. It must not know a rule of releases, of Slack or of pages: it opens the
// parts, hands each what it needs, and closes them in reverse order.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

func main() {
	os.Exit(run(interruptible(), os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
}

// interruptible returns a context that ends at the first Ctrl-C or SIGTERM. The second one ends the program at once.
func interruptible() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx
}

// Exit codes of the program.
const (
	exitOK     = 0
	exitFailed = 1 // it was tried and failed, or found a fault
	exitUsage  = 2 // it was asked for in a way nobody understands
)

// commands is the command line: one field a subcommand, each with its own file.
type commands struct {
	Serve       serveCommand       `cmd:"" help:"Run the bot, the status page and the reminders in one process."`
	Demo        demoCommand        `cmd:"" help:"Try everything on this machine: a local Slack workspace, sample data, no account."`
	Manifest    manifestCommand    `cmd:"" help:"Print the Slack app's manifest, as YAML or JSON."`
	Doctor      doctorCommand      `cmd:"" help:"Look at settings, tokens, scopes, database, clock and base URL; one line each."`
	Check       checkCommand       `cmd:"" help:"Verify every invariant of a database; one line a fault."`
	Backup      backupCommand      `cmd:"" help:"Write a verified copy of the database."`
	Restore     restoreCommand     `cmd:"" help:"Put a copy back."`
	Export      exportCommand      `cmd:"" help:"Write everything as JSON."`
	Import      importCommand      `cmd:"" help:"Read clusters, customers and releases from YAML or JSON: all or nothing."`
	Healthcheck healthcheckCommand `cmd:"" help:"Succeed when the running server answers."`
	Version     versionCommand     `cmd:"" help:"Print version, commit and Go version."`
}

// newCommands gives each subcommand the flags of the settings it needs.
func newCommands() *commands {
	return &commands{
		Serve:       serveCommand{settingFlags: flagsFor()},
		Demo:        demoCommand{settingFlags: flagsFor("ROLLCALL_LOG=text,warn")},
		Doctor:      doctorCommand{settingFlags: flagsFor()},
		Check:       checkCommand{settingFlags: flagsFor("ROLLCALL_DB")},
		Backup:      backupCommand{settingFlags: flagsFor("ROLLCALL_DB")},
		Restore:     restoreCommand{settingFlags: flagsFor("ROLLCALL_DB")},
		Export:      exportCommand{settingFlags: flagsFor("ROLLCALL_DB")},
		Import:      importCommand{settingFlags: flagsFor("ROLLCALL_DB")},
		Healthcheck: healthcheckCommand{settingFlags: flagsFor("ROLLCALL_HTTP")},
	}
}

// program is what a subcommand may use of the world.
type program struct {
	ctx            context.Context
	env            lookup
	stdin          io.Reader
	stdout, stderr io.Writer
	slackWait      time.Duration // how long one call to Slack may take; 0 is the bot's own measure
}

// run is the whole program: it returns the exit code when ctx has ended or the work is done.
func run(ctx context.Context, args []string, env lookup, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&program{ctx: ctx, env: env, stdin: stdin, stdout: stdout, stderr: stderr}).run(args)
}

func (p *program) run(args []string) int {
	helped := false
	parser, err := kong.New(newCommands(),
		kong.Name("rollcall"),
		kong.Description("Tracks a release across many customers on many Kubernetes clusters, from Slack."),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}))
	if err != nil {
		return fail(p.stderr, err)
	}
	if len(args) == 0 || args[0] == "help" { // "help import" is "import --help"
		args = append(slices.Clone(args[min(1, len(args)):]), "--help")
	}
	chosen, err := parser.Parse(args)
	switch {
	case helped:
		return exitOK
	case err != nil:
		fmt.Fprintf(p.stderr, "rollcall: %v\nTry rollcall --help.\n", err)
		return exitUsage
	}
	if err := chosen.Run(p); err != nil {
		return fail(p.stderr, err)
	}
	return exitOK
}

// errSilent ends the program with a failure that has been told already.
var errSilent = errors.New("the failure has been told")

// fail tells people what is wrong. An error of several lines is a list of problems.
func fail(stderr io.Writer, err error) int {
	if !errors.Is(err, errSilent) {
		fmt.Fprintf(stderr, "rollcall: %v\n", err)
	}
	return exitFailed
}
