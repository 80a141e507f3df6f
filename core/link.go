package core

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rollcall/storage"
)

// How long a shared link lasts.
const (
	linkLife     = 7 * 24 * time.Hour
	linkLifeMost = 30 * 24 * time.Hour
	linkAfterEnd = 24 * time.Hour // after its release was archived
	linksShown   = 30 * 24 * time.Hour
)

// link lets people outside the workspace watch the progress of a release, of
// one cluster in it or of one customer. Its token is known only to those who
// were given it; here stands its SHA-256.
type link struct {
	ID        int64  `json:"id"`
	Release   int64  `json:"release_id"`
	Cluster   int64  `json:"cluster_id"`  // 0: every cluster
	Customer  int64  `json:"customer_id"` // 0: every customer
	Token     string `json:"token" event:"-"`
	CreatedAt int64  `json:"created_at"`
	CreatedBy string `json:"created_by"`
	ExpiresAt int64  `json:"expires_at"`
	RevokedAt int64  `json:"revoked_at"` // 0: not revoked
	trace
}

var links = &table[link, *link]{
	name: "link",
	key:  func(l *link) string { return idKey(l.ID) },
	indexes: []index[*link]{
		{name: "token", unique: true, entries: func(l *link) []indexEntry { return []indexEntry{{text: l.Token}} }},
	},
}

// end is when a link stops working: at its own time, or a day after its
// release was archived, or when it was revoked.
func (l *link) end(rel *Release) time.Time {
	at := unixTime(l.ExpiresAt)
	if rel.ArchivedAt != nil {
		if archived := rel.ArchivedAt.Add(linkAfterEnd); archived.Before(at) {
			at = archived
		}
	}
	if l.RevokedAt != 0 && unixTime(l.RevokedAt).Before(at) {
		at = unixTime(l.RevokedAt)
	}
	return at
}

// readLink reads a link and its release; Forbidden when there is no such link
// or it has ended.
func readLink(r storage.Reader, id int64, now time.Time) (*link, *Release, error) {
	l, err := links.get(r, idKey(id))
	if err != nil {
		return nil, nil, err
	}
	if l == nil {
		return nil, nil, linkOver()
	}
	rel, err := releases.get(r, idKey(l.Release))
	if err != nil {
		return nil, nil, err
	}
	if rel == nil || !now.Before(l.end(rel)) {
		return nil, nil, linkOver()
	}
	return l, rel, nil
}

func linkOver() error {
	return refuse(Forbidden, "This shared link has ended").hint("Ask whoever sent it to you for a new one.")
}

// linkUse counts how often a link was opened. It is housekeeping: no event tells of it.
type linkUse struct {
	Count int   `json:"count"`
	Last  int64 `json:"last"` // Unix seconds; set once an hour at most while somebody looks
}

func linkUsePath(id int64) string { return "linkuse/" + idKey(id) }

func readLinkUse(r storage.Reader, id int64) (linkUse, error) {
	var u linkUse
	b, err := r.Get([]byte(linkUsePath(id)))
	if isNotFound(err) {
		return u, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &u)
	}
	if err != nil {
		return u, fmt.Errorf("the use of link %d: %w", id, err)
	}
	return u, nil
}

// SharedLink is a link as the list of links shows it. The link itself is in no view.
type SharedLink struct {
	ID            int64      `json:"id"`
	ReleaseID     int64      `json:"release_id"`
	ReleaseLabel  string     `json:"release_label"`
	ClusterID     *int64     `json:"cluster_id"`
	ClusterName   Maybe      `json:"cluster_name"`
	CustomerID    *int64     `json:"customer_id"`
	CustomerName  Maybe      `json:"customer_name"`
	Scope         string     `json:"scope"` // "v2.5.0", "prod-us in v2.5.0", "customer-a · prod-us / cust-a-prod in v2.5.0"
	CreatedAt     time.Time  `json:"created_at"`
	CreatedBy     string     `json:"created_by"`
	CreatedByName string     `json:"created_by_name"`
	EndsAt        time.Time  `json:"ends_at"` // or ended
	Ended         bool       `json:"ended"`
	Revoked       bool       `json:"revoked"`
	Uses          int        `json:"uses"` // how often it was opened
	LastUse       *time.Time `json:"last_use"`
}

// SharedLinks is the links there are, working ones first, each part newest first.
type SharedLinks struct {
	Links   []SharedLink `json:"links"`
	Release int64        `json:"-"` // the one asked for; 0 for all
}

// SharedLinks lists the links of a release, of all when none is named: those
// that work, and those that ended in the last 30 days. It takes an admin.
func (s *Service) SharedLinks(ctx context.Context, a Actor, release string) (*SharedLinks, error) {
	now := s.cfg.Now()
	return ask(ctx, s, a, func(r storage.Reader) (*SharedLinks, error) {
		if err := s.mayAdminister(r, a, "Seeing who was given a link"); err != nil {
			return nil, err
		}
		out := &SharedLinks{Links: []SharedLink{}}
		if release != "" {
			rel, err := findRelease(r, release, anyState)
			if err != nil {
				return nil, err
			}
			out.Release = rel.ID
		}
		names := newNamer(r)
		for l, err := range links.all(r, "") {
			if err != nil {
				return nil, err
			}
			if out.Release != 0 && l.Release != out.Release {
				continue
			}
			v, err := l.view(r, names, now)
			if err != nil {
				return nil, err
			}
			if !v.Ended || now.Sub(v.EndsAt) < linksShown {
				out.Links = append(out.Links, v)
			}
		}
		slices.SortFunc(out.Links, func(x, y SharedLink) int {
			return cmp.Or(cmp.Compare(btoi(x.Ended), btoi(y.Ended)), cmp.Compare(y.ID, x.ID))
		})
		return out, names.err
	})
}

// mayAdminister refuses a read that takes an admin.
func (s *Service) mayAdminister(r storage.Reader, a Actor, what string) error {
	role, err := roleOf(r, &s.cfg, a)
	if err != nil || role >= Admin {
		return err
	}
	admins, err := adminNames(r, &s.cfg)
	if err != nil {
		return err
	}
	return needsRole(what, Admin, role).hint("%s", whoCan(admins))
}

func (l *link) view(r storage.Reader, names *namer, now time.Time) (SharedLink, error) {
	v := SharedLink{ID: l.ID, ReleaseID: l.Release, ClusterID: idOrNil(l.Cluster), CustomerID: idOrNil(l.Customer),
		CreatedAt: unixTime(l.CreatedAt), CreatedBy: l.CreatedBy, CreatedByName: names.of(l.CreatedBy), Revoked: l.RevokedAt != 0}
	rel, err := releases.get(r, idKey(l.Release))
	if err != nil {
		return v, err
	}
	v.ReleaseLabel = rel.Label()
	v.EndsAt = l.end(rel)
	v.Ended = !now.Before(v.EndsAt)
	if err := l.name(r, &v); err != nil {
		return v, err
	}
	use, err := readLinkUse(r, l.ID)
	v.Uses, v.LastUse = use.Count, unixTimePtr(use.Last)
	return v, err
}

// name says in words what a link shows.
func (l *link) name(r storage.Reader, v *SharedLink) error {
	v.Scope = v.ReleaseLabel
	switch {
	case l.Customer != 0:
		c, err := customers.get(r, idKey(l.Customer))
		if err != nil || c == nil {
			return err
		}
		at, err := customerPlace(r, c)
		if err != nil {
			return err
		}
		v.CustomerName, v.Scope = Maybe(c.Name), at+" in "+v.ReleaseLabel
	case l.Cluster != 0:
		c, err := clusters.get(r, idKey(l.Cluster))
		if err != nil || c == nil {
			return err
		}
		v.ClusterName, v.Scope = Maybe(c.Name), c.Name+" in "+v.ReleaseLabel
	}
	return nil
}

// Shared is what somebody who came by a shared link may know of it.
type Shared struct {
	Scope    string    // in words, as in SharedLink
	Release  int64     // its id
	Cluster  int64     // 0: every cluster of the release
	Customer int64     // 0: every customer of these
	Until    time.Time // when the link ends
}

// Shared says what an actor who came by a shared link is shown; nil for any other.
func (s *Service) Shared(ctx context.Context, a Actor) (*Shared, error) {
	if a.link == 0 {
		return nil, nil
	}
	return ask(ctx, s, a, func(r storage.Reader) (*Shared, error) {
		w := r.(*window)
		v := SharedLink{ReleaseLabel: w.rel.Label()}
		if err := w.link.name(r, &v); err != nil {
			return nil, err
		}
		return &Shared{Scope: v.Scope, Release: w.rel.ID, Cluster: w.link.Cluster, Customer: w.link.Customer, Until: w.link.end(w.rel)}, nil
	})
}
