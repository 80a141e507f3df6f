package core

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"rollcall/storage"
)

// releaseView is a release with its progress, made in one pass over its steps.
func releaseView(r storage.Reader, rel *Release) (ReleaseView, error) {
	sh, err := loadSheet(r, rel, nil)
	if err != nil {
		return ReleaseView{}, err
	}
	fig, err := sh.count(r)
	if err != nil {
		return ReleaseView{}, err
	}
	return sh.view(r, sh.progress(fig, -1), fig.blocked)
}

// progressOf is how far a release is.
func progressOf(r storage.Reader, rel *Release) (Progress, error) {
	sh, err := loadSheet(r, rel, nil)
	if err != nil {
		return Progress{}, err
	}
	fig, err := sh.count(r)
	if err != nil {
		return Progress{}, err
	}
	return sh.progress(fig, -1), nil
}

// view is the release of a sheet whose steps have been counted.
func (sh *sheet) view(r storage.Reader, p Progress, blocked int) (ReleaseView, error) {
	v := ReleaseView{
		Release: *sh.rel, ShortID: ShortRelease(sh.rel.ID), CustomerCount: sh.customerCount(),
		StepCount: sh.templateCount(), Progress: p, Blocked: blocked,
	}
	var err error
	if sh.rel.Status == Draft {
		if v.CustomerCount, err = targeted(r, sh.rel); err != nil {
			return v, err
		}
	}
	v.TargetsText, err = targetsText(r, sh.rel.Targets)
	return v, err
}

// targeted counts the customers that a draft is for as things are.
func targeted(r storage.Reader, rel *Release) (int, error) {
	n := 0
	for e, err := range r.Scan(storage.Prefix([]byte("ix/customer/cluster/"))) {
		if err != nil {
			return 0, err
		}
		col, err := parseColumn(e)
		if err != nil {
			return 0, err
		}
		cluster := decimal(string(e.Key[len("ix/customer/cluster/"):][:8]))
		if col.Active && rel.Targets.fits(&Customer{ID: col.ID, ClusterID: cluster}) {
			n++
		}
	}
	return n, nil
}

// targetsText says in words whom a release is for.
func targetsText(r storage.Reader, g Targets) (string, error) {
	var names []string
	noun := "customer"
	for _, id := range g.Clusters {
		c, err := clusters.get(r, idKey(id))
		if err != nil {
			return "", err
		}
		if c != nil {
			names = append(names, c.Name)
		}
		noun = "cluster"
	}
	for _, id := range g.Customers {
		c, err := customers.get(r, idKey(id))
		if err != nil {
			return "", err
		}
		if c != nil {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return "all active customers", nil
	}
	if len(names) > 1 {
		noun += "s"
	}
	slices.SortFunc(names, compareNames)
	return noun + " " + joinNames(names, "and"), nil
}

// Release is one release with its progress.
func (s *Service) Release(ctx context.Context, a Actor, ref string) (*ReleaseView, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*ReleaseView, error) {
		rel, err := findRelease(r, ref, anyState)
		if err != nil {
			return nil, err
		}
		v, err := releaseView(r, rel)
		return &v, err
	})
}

// Releases lists the releases asked for: active, then drafts, then archived, newest first.
// A cluster filter keeps those with customers there; names of no cluster are ignored.
func (s *Service) Releases(ctx context.Context, a Actor, q ReleasesQuery) (*ReleaseList, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*ReleaseList, error) {
		out := &ReleaseList{Releases: []ReleaseView{}, Query: q}
		rank := map[ReleaseStatus]int{Active: 0, Draft: 1, Archived: 2}
		for rel, err := range releases.all(r, "") {
			if err != nil {
				return nil, err
			}
			if len(q.Statuses) > 0 && !slices.Contains(q.Statuses, rel.Status) || len(q.Types) > 0 && !slices.Contains(q.Types, rel.Type) {
				continue
			}
			sh, err := loadSheet(r, rel, nil)
			if err != nil {
				return nil, err
			}
			if len(q.Clusters) > 0 && !slices.ContainsFunc(q.Clusters, sh.hasCluster) {
				continue
			}
			fig, err := sh.count(r)
			if err != nil {
				return nil, err
			}
			v, err := sh.view(r, sh.progress(fig, -1), fig.blocked)
			if err != nil {
				return nil, err
			}
			out.Releases = append(out.Releases, v)
		}
		slices.SortFunc(out.Releases, func(x, y ReleaseView) int {
			if d := rank[x.Status] - rank[y.Status]; d != 0 {
				return d
			}
			return int(y.ID - x.ID)
		})
		return out, nil
	})
}

// hasCluster is true when a release has customers on a cluster of this name or id.
func (sh *sheet) hasCluster(ref string) bool {
	var all []ClusterRef
	for _, sec := range sh.sections {
		all = append(all, sec.cluster)
	}
	return clusterAt(all, ref) >= 0
}

// TemplateDetail is one template step with its content as typed.
type TemplateDetail struct {
	Release ReleaseView  `json:"release"`
	Step    TemplateView `json:"step"`
	History []Activity   `json:"history"` // oldest first
}

// Templates lists a release's own steps, with their contents as typed when asked for.
func (s *Service) Templates(ctx context.Context, a Actor, release string, content bool) (*TemplateList, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*TemplateList, error) {
		rel, err := findRelease(r, release, anyState)
		if err != nil {
			return nil, err
		}
		out := &TemplateList{Deploy: []TemplateView{}, Verify: []TemplateView{}}
		if out.Release, err = releaseView(r, rel); err != nil {
			return nil, err
		}
		live, err := liveTemplates(r, rel.ID)
		if err != nil {
			return nil, err
		}
		for _, tm := range live {
			v, err := templateView(r, tm, content)
			if err != nil {
				return nil, err
			}
			if tm.Category == Verify {
				out.Verify = append(out.Verify, v)
			} else {
				out.Deploy = append(out.Deploy, v)
			}
		}
		return out, nil
	})
}

// Template is one template step, content and history included.
func (s *Service) Template(ctx context.Context, a Actor, release, step string) (*TemplateDetail, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*TemplateDetail, error) {
		rel, tm, err := findReleaseStep(r, release, step)
		if err != nil {
			return nil, err
		}
		out := new(TemplateDetail)
		if out.Release, err = releaseView(r, rel); err != nil {
			return nil, err
		}
		if out.Step, err = templateView(r, tm, true); err != nil {
			return nil, err
		}
		chain, err := chainOf(r, templates.path(templates.key(tm)), tm.last)
		if err != nil {
			return nil, err
		}
		out.History, err = newTeller(r).tell(chain)
		return out, err
	})
}

// findReleaseStep resolves a template step of a release; removed ones are found last.
func findReleaseStep(r storage.Reader, release, step string) (*Release, *StepTemplate, error) {
	rel, err := findRelease(r, release, anyState)
	if err != nil {
		return nil, nil, err
	}
	all, err := liveTemplates(r, rel.ID)
	if err != nil {
		return nil, nil, err
	}
	tm, err := findTemplate(all, step)
	if ErrorCode(err) != NotFound {
		return rel, tm, err
	}
	removed, e := templates.list(r, idKey(rel.ID)+"/")
	if e != nil {
		return nil, nil, e
	}
	removed = slices.DeleteFunc(removed, func(tm *StepTemplate) bool { return !tm.Removed })
	if gone, e := findTemplate(removed, step); e == nil {
		return rel, gone, nil
	}
	return rel, nil, ownStepElse(r, rel, step, err)
}

// ownStepElse says whose a custom step is that was taken for a step of everybody; the refusal of what is none either
// stays as it is.
func ownStepElse(r storage.Reader, rel *Release, ref string, refusal error) error {
	ref = strings.ToUpper(strings.TrimSpace(ref))
	if serial, custom := strings.CutPrefix(ref, "C"); !custom || decimal(serial) == 0 || ErrorCode(refusal) != NotFound {
		return refusal
	}
	recs, err := stepTable.list(r, idKey(rel.ID)+"/")
	if err != nil {
		return err
	}
	for _, rec := range recs {
		if !rec.Custom || rec.Removed || shortID("C", rec.Serial) != ref {
			continue
		}
		c, err := customers.get(r, idKey(rec.Customer))
		if err != nil || c == nil {
			return cmp.Or(err, refusal)
		}
		at, err := customerPlace(r, c)
		if err != nil {
			return err
		}
		return refuse(NotFound, "%q is a custom step of %s alone", ref, at).
			hint("`step show %s %s %s` shows it.", ShortRelease(rel.ID), idText(c.ID), ref)
	}
	return refusal
}

func templateView(r storage.Reader, tm *StepTemplate, content bool) (TemplateView, error) {
	v := TemplateView{StepTemplate: *tm, ShortID: tm.ShortID(), Position: formatOrder(float64(tm.OrderIndex))}
	if content {
		w, err := readWording(r, tm.ReleaseID, 0, tm.Number, tm.Revision)
		if err != nil {
			return v, err
		}
		v.Content, v.NearMisses = Maybe(w.Content), nearMisses(w.Content)
	}
	return v, nil
}
