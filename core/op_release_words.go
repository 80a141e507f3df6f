package core

import (
	"fmt"
	"slices"
	"strings"
)

// releaseWords are the fields of a release that people write; nil leaves one alone.
type releaseWords struct {
	name, version, date, description *string
	kind                             *ReleaseType
	targets                          *TargetNames
	channel                          *string
	meta                             map[string]string
}

// word sets what a release says of itself and for whom it is.
func (r *Release) word(t *tx, w releaseWords) error {
	var err error
	if w.name != nil {
		if r.Name, err = cleanName("name", *w.name); err != nil {
			return err
		}
	}
	if w.kind != nil {
		if !slices.Contains(ReleaseTypes, *w.kind) {
			return invalid("type", "%q is not a type of release", *w.kind).hint("Use release, hotfix or onboarding.")
		}
		r.Type = *w.kind
	}
	if w.version != nil {
		v := strings.TrimSpace(*w.version)
		if v != "" {
			if v, err = cleanName("version", v); err != nil {
				return err
			}
		}
		r.VersionNumber = Maybe(v)
	}
	if r.Type == Regular && r.VersionNumber == "" {
		return invalid("version", "A release of type release needs a version").hint("Give it one, or make it a hotfix.")
	}
	if w.date != nil {
		if r.ReleaseDate, err = parseDate("date", strings.TrimSpace(*w.date)); err != nil {
			return err
		}
	}
	if w.description != nil {
		d, err := cleanText("description", *w.description)
		if err != nil {
			return err
		}
		r.Description = Maybe(d)
	}
	if w.channel != nil {
		r.Channel = Maybe(strings.TrimSpace(*w.channel))
	}
	if w.targets != nil {
		if r.Targets, err = t.targets(*w.targets, r.Type); err != nil {
			return err
		}
	}
	if r.Metadata, err = mergeMeta(r.Metadata, w.meta); err != nil {
		return err
	}
	return r.nameFree(t)
}

// targets resolves whom a release is for. An empty target is an error, never everybody.
func (t *tx) targets(n TargetNames, kind ReleaseType) (Targets, error) {
	if n.All && (len(n.Clusters) > 0 || len(n.Customers) > 0) || len(n.Clusters) > 0 && len(n.Customers) > 0 {
		return Targets{}, invalid("targets", "A release is for all customers, for those of some clusters or for some of them, not for several of these")
	}
	switch { // said, and then nobody named
	case n.Clusters != nil && len(n.Clusters) == 0:
		return Targets{}, invalid("clusters", "Which clusters?").hint("Name them, or say that it is for all.")
	case n.Customers != nil && len(n.Customers) == 0:
		return Targets{}, invalid("customers", "Which customers?").hint("Name them, or say that it is for all.")
	}
	var g Targets
	among := activeOnly
	if t.event.Op == (Import{}).Op() {
		among = anyState // a file may speak of what has been archived since
	}
	on, err := clusterFinder.findAll(t, n.Clusters, among, "clusters")
	if err != nil {
		return g, err
	}
	for _, c := range on {
		g.Clusters = append(g.Clusters, c.ID)
	}
	picked, err := customerFinder.findAll(t, n.Customers, among, "customers")
	if err != nil {
		return g, err
	}
	for _, c := range picked {
		g.Customers = append(g.Customers, c.ID)
	}
	if len(g.Clusters) == 0 && len(g.Customers) == 0 {
		if kind == Onboarding && !n.All {
			return g, invalid("customers", "Whom is this onboarding for?").hint("Name the new customers, or say that it is for all.")
		}
		g.All = true
	}
	return g, nil
}

// sayTargets says in the receipt whom a release is for, and how many that are
// as things stand: a slip there reaches the wrong people. Who takes part in an
// active release is a list that its targets no longer change.
func (t *tx) sayTargets(r *Release) error {
	if r.Status == Active {
		defer t.detail("Who takes part stays as it is: “release enroll %[1]s” and “release withdraw %[1]s” change that. Customers added, restored or moved from now on join by it.",
			ShortRelease(r.ID))
	}
	if picked := r.Targets.Customers; len(picked) > 0 {
		var places []string
		for _, id := range picked {
			c, err := customers.get(t, idKey(id))
			if err != nil {
				return err
			}
			at, err := customerPlace(t, c)
			if err != nil {
				return err
			}
			places = append(places, at)
		}
		slices.SortFunc(places, compareNames)
		t.detail("For %s: %s.", count(len(picked), "picked customer"), joinNames(places, "and"))
		return nil
	}
	whom, err := targetsText(t, r.Targets)
	if err != nil {
		return err
	}
	if len(r.Targets.Clusters) > 0 {
		whom = "the active customers of " + whom
	}
	if r.Status == Active {
		t.detail("For %s.", whom)
		return nil
	}
	n, err := targeted(t, r)
	if err != nil {
		return err
	}
	now := fmt.Sprintf("%d now", n)
	if n == 0 {
		now = "none yet"
	}
	t.detail("For %s: %s.", whom, now)
	return nil
}

// nameFree refuses a second unarchived release of the same name.
func (r *Release) nameFree(t *tx) error {
	holder, err := releases.holder(t, "open-name", fold(r.Name))
	if err != nil || holder == "" || holder == idKey(r.ID) || r.Status == Archived {
		return err
	}
	return &Error{Code: Conflict, Field: "name", Msg: "There is already a release " + r.Name + " that is not archived", Hint: "Choose another name, or edit that one."}
}
