package core

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (Import) Op() string  { return "import" }
func (Import) Needs() Role { return Admin }

// run takes the entries in the order clusters, customers, releases, so that a file may refer to itself.
func (op Import) run(t *tx) error {
	im := &importer{t: t, lines: map[string]int{}, archived: map[int]bool{}}
	for _, c := range op.Clusters {
		im.entry(c.Line, "cluster", c.Name, func() (string, error) { return im.cluster(c) })
	}
	for _, c := range op.Customers {
		im.entry(c.Line, "customer", c.Cluster+" / "+c.Namespace, func() (string, error) { return im.customer(c) })
	}
	for _, c := range op.Customers {
		im.archive(c.Line, c.IsActive, func() error { return im.archiveCustomer(c) })
	}
	for _, c := range op.Clusters {
		im.archive(c.Line, c.IsActive, func() error { return ArchiveCluster{Cluster: c.Name}.run(t) })
	}
	for _, r := range op.Releases {
		im.release(r)
	}
	switch {
	case im.broken != nil:
		return im.broken
	case len(im.problems) > 0:
		return &Error{Code: Invalid, Msg: "The file breaks a rule in " + count(len(im.problems), "place"),
			Hint: "Nothing was changed.", Preview: im.problems}
	case !op.Confirm:
		return &Error{Code: Confirm, Msg: "Import " + im.summary() + "?", Hint: "Confirm to do it.", Preview: &im.plan}
	}
	t.final = true
	t.receipt = Receipt{Op: op.Op(), Warnings: t.receipt.Warnings}
	t.event.Cluster, t.event.Customer, t.event.Release, t.event.Step, t.event.Text = 0, 0, 0, "", ""
	t.about("import", "Imported %s", im.summary())
	return nil
}

// importer is an import at work.
type importer struct {
	t        *tx
	plan     ImportPlan
	problems ImportProblems
	lines    map[string]int // where each entry stood first
	archived map[int]bool   // by line: the entry is archived already
	broken   error          // a fault of ours
}

// What an import does with an entry.
const (
	importAdd    = "add"
	importChange = "change"
	importKeep   = "keep"
)

// entry runs one entry and writes down what became of it. It reports whether that went well.
func (im *importer) entry(line int, noun, name string, do func() (string, error)) bool {
	id := noun + " " + fold(name)
	if first, twice := im.lines[id]; twice {
		im.problem(line, fmt.Sprintf("The %s %s stands in line %d already", noun, name, first))
		return false
	}
	im.lines[id] = line
	action, err := do()
	if err == nil {
		im.plan.Rows = append(im.plan.Rows, ImportRow{Line: line, Noun: noun, Name: name, Action: action})
		return true
	}
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Code == Internal {
		im.broken = errors.Join(im.broken, err)
		return false
	}
	im.problem(line, strings.TrimSpace(refusal.Msg+". "+refusal.Hint))
	return false
}

func (im *importer) problem(line int, text string) {
	im.problems = append(im.problems, ImportProblem{Line: line, Text: strings.TrimSuffix(text, ".")})
}

func (im *importer) cluster(c ImportCluster) (string, error) {
	key, err := clusters.holder(im.t, "active-name", fold(c.Name))
	if err != nil {
		return "", err
	}
	if key == "" && c.IsActive != nil && !*c.IsActive {
		for _, err := range clusters.lookup(im.t, "name", fold(c.Name), false) {
			if err != nil {
				return "", err
			}
			im.archived[c.Line] = true
			return importKeep, nil
		}
	}
	if key == "" {
		return importAdd, AddCluster{Name: c.Name, KubeconfigPath: text(c.KubeconfigPath), Description: text(c.Description),
			Metadata: c.Metadata}.run(im.t)
	}
	return change(im.t, clusters, key, EditCluster{Cluster: refOf(key), Name: &c.Name, KubeconfigPath: c.KubeconfigPath,
		Description: c.Description, Metadata: c.Metadata})
}

func (im *importer) customer(c ImportCustomer) (string, error) {
	gone := c.IsActive != nil && !*c.IsActive
	if gone {
		if old, err := findCustomer(im.t, c.Cluster+"/"+c.Namespace, archivedOnly); err == nil && old.Name == c.Name {
			im.archived[c.Line] = true
			return importKeep, nil
		}
	}
	cl, err := findCluster(im.t, c.Cluster, activeOnly)
	if err != nil {
		return "", err
	}
	key, err := customers.holder(im.t, "active-place", idKey(cl.ID)+"/"+strings.TrimSpace(c.Namespace))
	if err != nil {
		return "", err
	}
	if key == "" {
		return importAdd, AddCustomer{Name: c.Name, Cluster: refOf(idKey(cl.ID)), Namespace: c.Namespace,
			Description: text(c.Description), Metadata: c.Metadata, NoEnroll: gone}.run(im.t)
	}
	return change(im.t, customers, key, EditCustomer{Customer: refOf(key), Name: &c.Name, Description: c.Description, Metadata: c.Metadata})
}

// archive archives what an entry says is archived, once everything in it is there.
func (im *importer) archive(line int, active *bool, run func() error) {
	if active == nil || *active || im.archived[line] || len(im.problems) > 0 || im.broken != nil {
		return
	}
	if err := run(); err != nil {
		var refusal *Error
		if !errors.As(err, &refusal) || refusal.Code == Internal {
			im.broken = err
			return
		}
		im.problem(line, strings.TrimSpace(refusal.Msg+". "+refusal.Hint))
	}
}

func (im *importer) archiveCustomer(c ImportCustomer) error {
	return ArchiveCustomer{Customer: c.Cluster + "/" + c.Namespace}.run(im.t)
}

// release runs a release's entry and then those of its steps. One that has been archived since is left as it is.
func (im *importer) release(r ImportRelease) {
	var rel *Release
	ok := im.entry(r.Line, "release", r.Name, func() (action string, err error) {
		if r.Targets != nil && !r.Targets.All && len(r.Targets.Clusters)+len(r.Targets.Customers) == 0 {
			return "", invalid("targets", "The targets of %s are empty", r.Name).hint("Leave them out for all customers.")
		}
		key, err := im.releaseKey(r.Name)
		if err != nil {
			return "", err
		}
		if key == "" {
			if err := (AddRelease{Name: r.Name, Type: orElse(r.Type, ""), Version: text(r.VersionNumber), Date: text(r.ReleaseDate),
				Description: text(r.Description), Targets: orElse(r.Targets, TargetNames{}), Metadata: r.Metadata}).run(im.t); err != nil {
				return "", err
			}
			rel, err = releases.get(im.t, idKey(im.t.receipt.Release))
			return importAdd, err
		}
		if rel, err = releases.get(im.t, key); err != nil || rel.Status == Archived {
			return importKeep, err
		}
		return change(im.t, releases, key, EditRelease{Release: refOf(key), Name: &r.Name, Type: r.Type, Version: r.VersionNumber,
			Date: r.ReleaseDate, Description: r.Description, Targets: r.Targets, Metadata: r.Metadata})
	})
	if !ok || rel.Status == Archived {
		return
	}
	for _, s := range r.Steps {
		im.entry(s.Line, "step", r.Name+" / "+string(s.Category)+" / "+s.Name, func() (string, error) { return im.step(rel, s) })
	}
}

// releaseKey finds a release by name: the unarchived one, else the newest archived one.
func (im *importer) releaseKey(name string) (string, error) {
	key, err := releases.holder(im.t, "open-name", fold(name))
	if err != nil || key != "" {
		return key, err
	}
	for k, err := range releases.lookup(im.t, "name", fold(name), false) {
		if err != nil {
			return "", err
		}
		key = k
	}
	return key, nil
}

// step adds or changes a template step of a draft. On an active release it may only find what the file says.
func (im *importer) step(rel *Release, s ImportStep) (action string, err error) {
	live, err := liveTemplates(im.t, rel.ID)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(live, func(tm *StepTemplate) bool {
		return tm.Category == s.Category && fold(tm.Name) == fold(s.Name)
	})
	ref := refOf(idKey(rel.ID))
	if at < 0 {
		action, err = importAdd, AddTemplate{Release: ref, Name: s.Name, Category: s.Category, Type: s.Type, Content: s.Content,
			Description: text(s.Description)}.run(im.t)
	} else {
		action, err = change(im.t, templates, templates.key(live[at]), EditTemplate{Release: ref, Step: live[at].ShortID(), Name: &s.Name,
			Content: &s.Content, Description: s.Description, Type: &s.Type, Confirm: true})
	}
	if err == nil && action != importKeep && rel.Status != Draft {
		return "", refuse(Conflict, "Release %s is %s: an import changes the steps of drafts only", rel.Label(), rel.Status).
			hint("Change it in Slack, where you see first whom it affects.")
	}
	return action, err
}

// change runs an operation that edits the record under key, and says whether that changed it.
func change[T any, P record[T]](t *tx, tb *table[T, P], key string, op Operation) (string, error) {
	path := tb.path(key)
	stored, err := t.Get([]byte(path))
	if err != nil {
		return "", err
	}
	before := slices.Clone(stored)
	if err := op.run(t); err != nil {
		return "", err
	}
	after, err := t.Get([]byte(path))
	if err != nil {
		return "", err
	}
	changes, err := tb.diff(path, before, after)
	if err != nil || len(changes) == 0 {
		return importKeep, err
	}
	return importChange, nil
}

// summary counts the plan by noun: "3 clusters, 6 customers (1 changed)".
func (im *importer) summary() string {
	var parts []string
	for _, noun := range []string{"cluster", "customer", "release", "step"} {
		counts := map[string]int{}
		for _, row := range im.plan.Rows {
			if row.Noun == noun {
				counts[row.Action]++
			}
		}
		if added := counts[importAdd]; added > 0 {
			parts = append(parts, count(added, "new "+noun))
		}
		if changed := counts[importChange]; changed > 0 {
			parts = append(parts, count(changed, "changed "+noun))
		}
	}
	if len(parts) == 0 {
		return "nothing new"
	}
	return joinNames(parts, "and")
}

// refOf is a record's id as a person would type it.
func refOf(key string) string { return strconv.FormatInt(decimal(key), 10) }

func text(s *string) string { return orElse(s, "") }

func orElse[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
