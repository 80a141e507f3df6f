package bot

import (
	"slices"

	"rollcall/core"
)

// Commands is every command there is, in the order in which help shows it, for documents made from the table.
func Commands() []*Command { return commands() }

// commands is the whole table, in the order in which help shows it.
func commands() []*Command {
	all := slices.Concat(everydayCommands(), clusterCommands(), customerCommands(), releaseCommands(), shareCommands(), templateCommands(),
		stepCommands(), customCommands(), contentCommands(), bulkCommands(), remindCommands(), adminCommands())
	for _, c := range all {
		if c.asksFirst() {
			c.Args = append(slices.Clip(c.Args), askedArg)
		}
	}
	return all
}

// Arguments that many rows share.
var (
	releaseArg  = Arg{Name: "release", Kind: Release, Place: true, Help: "R12, version or name; may be left out while one is active"}
	theRelease  = Arg{Name: "release", Kind: Release, Place: true, Required: true, Help: "R12, version or name"}
	customerArg = Arg{Name: "customer", Kind: Customer, Place: true, Required: true, Help: "name, namespace, cluster/namespace or number"}
	clusterArg  = Arg{Name: "cluster", Kind: Cluster, Place: true, Required: true, Help: "name or number"}
	stepArg     = Arg{Name: "step", Kind: Step, Place: true, Required: true, Help: "short id or name", Example: "D2"}
	metaArg     = Arg{Name: "meta", Kind: Meta, Help: "any key=value; an empty value removes the key"}
	confirmArg  = Arg{Name: "confirm", Kind: YesNo, Help: "yes acts without asking first"}
	noteArg     = Arg{Name: "note", Kind: Prose, Rest: true, Help: "what is worth knowing about it", Example: "build 812"}
	describing  = Arg{Name: "description", Also: []string{"desc"}, Kind: Prose, Help: "what it is"}
	archivedArg = Arg{Name: "archived", Kind: YesNo, Help: "yes shows the archived ones too"}
	enrollArg   = Arg{Name: "enroll", Kind: YesNo, Help: "it joins the active releases that it fits", Label: "Active releases", Asked: true, Preset: "yes", Live: true}

	// What only buttons say: the digest of what was shown, and where the answer is drawn.
	revArg  = Arg{Name: "rev", Kind: Words, Hidden: true}
	viewArg = Arg{Name: "view", Kind: Words, Hidden: true}
	pageArg = Arg{Name: "page", Kind: Count, Hidden: true}
	askArg  = Arg{Name: "ask", Kind: YesNo, Hidden: true} // yes opens the form although nothing is missing
	atArg   = Arg{Name: "at", Kind: Count, Hidden: true}

	// Of an edit that gives a step the values it lacks: the fields, and the step: "R1 3 D1".
	needsArg = Arg{Name: "needs", Kind: Words, Hidden: true}
	backArg  = Arg{Name: "back", Kind: Words, Hidden: true}
)

func choicesOf[T ~string](values []T) []string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

func statusChoices() []string {
	var out []string
	for _, s := range core.Statuses {
		out = append(out, s.String())
	}
	return out
}

// statuses reads step statuses that the binding has checked already.
func statuses(names []string) []core.Status {
	var out []core.Status
	for _, n := range names {
		var s core.Status
		if s.UnmarshalText([]byte(n)) == nil {
			out = append(out, s)
		}
	}
	return out
}

func optional(a Arg) Arg          { a.Required = false; return a }
func named(a Arg) Arg             { a.Place = false; return a }
func required(a Arg) Arg          { a.Required = true; return a }
func redrawing(a Arg) Arg         { a.Live = true; return a }
func stays(a Arg) Arg             { a.Stays = true; return a }
func help(a Arg, text string) Arg { a.Help = text; return a }
