package core

import (
	"slices"
)

// release runs a release's entry and then those of its steps. One that is archived here is left as it is.
func (im *importer) release(r *ImportRelease) {
	var rel *Release
	var added bool
	ok := im.entry(r.Line, r.ID, "release", r.Name, func() (action string, err error) {
		if r.Targets != nil && !r.Targets.All && len(r.Targets.Clusters)+len(r.Targets.Customers) == 0 {
			return "", invalid("targets", "The targets of %s are empty", r.Name).hint("Leave them out for all customers.")
		}
		past := im.past(r)
		key, err := im.releaseKey(r, past)
		if err != nil {
			return "", err
		}
		if added = key == ""; added {
			rel, err = im.newRelease(r, past)
			return importAdd, err
		}
		if rel, err = releases.get(im.t, key); err != nil || rel.Status == Archived {
			return importKeep, err
		}
		edit := EditRelease{Release: refOf(key), Name: &r.Name, Type: r.Type, Version: r.VersionNumber, Date: r.ReleaseDate,
			Description: r.Description, Targets: r.Targets, Metadata: r.Metadata}
		if r.TargetIDs != nil {
			edit.Targets = im.targetNames(r)
		}
		return change(im.t, releases, key, edit)
	})
	if !ok || rel.Status == Archived && !added {
		return
	}
	live, err := liveTemplates(im.t, rel.ID)
	if im.failed(r.Line, err) {
		return
	}
	found := map[int]bool{} // by number: an entry has found it
	for i := range r.Steps {
		s := &r.Steps[i]
		im.entry(s.Line, r.ID, "step", r.Name+" / "+string(s.Category)+" / "+s.Name, func() (action string, err error) {
			live, action, err = im.step(rel, live, found, s)
			return action, err
		})
	}
}

// past is true for an archived release of an export whose name another one there has, too: it stays archived, for
// two drafts cannot have one name.
func (im *importer) past(r *ImportRelease) bool {
	if !r.Archived {
		return false
	}
	newest := int64(0)
	for i := range im.file.Releases {
		o := &im.file.Releases[i]
		if fold(o.Name) != fold(r.Name) {
			continue
		}
		if !o.Archived {
			return true
		}
		newest = max(newest, o.ID)
	}
	return r.ID < newest
}

// releaseKey finds a release by name: the unarchived one, else the newest archived one. Past ones are found among
// the archived ones, oldest first.
func (im *importer) releaseKey(r *ImportRelease, past bool) (string, error) {
	var archived []string
	for k, err := range releases.lookup(im.t, "name", fold(r.Name), false) {
		if err != nil {
			return "", err
		}
		rel, err := releases.get(im.t, k)
		switch {
		case err != nil:
			return "", err
		case rel.Status == Archived:
			archived = append(archived, k)
		case !past:
			return k, nil
		}
	}
	if !past {
		slices.Reverse(archived)
	}
	return im.take("release", archived), nil
}

func (im *importer) newRelease(r *ImportRelease, past bool) (*Release, error) {
	targets := orElse(r.Targets, TargetNames{})
	if r.TargetIDs != nil {
		targets = *im.targetNames(r)
	}
	add := AddRelease{Name: r.Name, Type: orElse(r.Type, ""), Version: text(r.VersionNumber), Date: text(r.ReleaseDate),
		Description: text(r.Description), Targets: targets, Metadata: r.Metadata}
	if !past {
		if err := add.run(im.t); err != nil {
			return nil, err
		}
		im.used["release/"+idKey(im.t.receipt.Release)] = true
		return releases.get(im.t, idKey(im.t.receipt.Release))
	}
	id, err := releases.newID(im.t)
	if err != nil {
		return nil, err
	}
	rel := &Release{ID: id, Status: Archived, ArchivedAt: &im.t.now, CreatedAt: im.t.now}
	im.used["release/"+idKey(id)] = true
	if err := rel.word(im.t, releaseWords{&add.Name, &add.Version, &add.Date, &add.Description, &add.Type, &add.Targets, nil, add.Metadata}); err != nil {
		return nil, err
	}
	return rel, releases.put(im.t, rel)
}

// targetNames says whom an exported release is for by the ids that its customers and clusters have here.
func (im *importer) targetNames(r *ImportRelease) *TargetNames {
	out := &TargetNames{All: r.TargetIDs.All}
	for _, id := range r.TargetIDs.Clusters {
		out.Clusters = append(out.Clusters, refOf(im.clusters[id]))
	}
	for _, id := range r.TargetIDs.Customers {
		out.Customers = append(out.Customers, refOf(im.customers[id]))
	}
	return out
}

// step adds or changes a template step of a draft. On an active release it may only find what the file says. Of
// several steps of one name the first entry means the first.
func (im *importer) step(rel *Release, live []*StepTemplate, found map[int]bool, s *ImportStep) ([]*StepTemplate, string, error) {
	at := slices.IndexFunc(live, func(tm *StepTemplate) bool {
		return !found[tm.Number] && tm.Category == s.Category && fold(tm.Name) == fold(s.Name)
	})
	if at >= 0 {
		found[live[at].Number] = true
		same, err := im.saysAlready(live[at], s)
		if err != nil || same {
			return live, importKeep, err
		}
	}
	if rel.Status == Active {
		return live, "", refuse(Conflict, "Release %s is %s: an import changes the steps of drafts only", rel.Label(), rel.Status).
			hint("Change it in Slack, where you see first whom it affects.")
	}
	if at < 0 {
		tm, err := im.t.addTemplate(rel, live, AddTemplate{Name: s.Name, Category: s.Category, Type: s.Type, Content: s.Content, Description: text(s.Description)})
		if err != nil {
			return live, "", err
		}
		found[tm.Number] = true
		return append(live, tm), importAdd, nil
	}
	action, err := change(im.t, templates, templates.key(live[at]), EditTemplate{Release: refOf(idKey(rel.ID)), Step: live[at].ShortID(), Name: &s.Name,
		Content: &s.Content, Description: s.Description, Type: &s.Type, Confirm: true})
	return live, action, err
}

// saysAlready is true when a template step says what an entry says.
func (im *importer) saysAlready(tm *StepTemplate, s *ImportStep) (bool, error) {
	now, err := readWording(im.t, tm.ReleaseID, 0, tm.Number, tm.Revision)
	if err != nil {
		return false, err
	}
	w, err := cleanWording(s.Name, s.Type, s.Content, orElse(s.Description, string(now.Description)))
	return err == nil && *w == *now, err
}
