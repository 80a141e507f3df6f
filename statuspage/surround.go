package statuspage

import (
	"fmt"
	"net/http"

	"rollcall/core"
)

// surroundings is what stands around a page that shows data.
type surroundings struct {
	Home    string // where the name in the corner leads
	Entries []navEntry
	SignOut bool
	Shared  *core.Shared // set for those who came by a shared link
	Live    liveness
}

// navEntry is one entry of the navigation.
type navEntry struct{ Key, Label, URL string }

var navigation = []navEntry{
	{"dashboard", "Dashboard", "/"},
	{"clusters", "Clusters", "/clusters"},
	{"customers", "Customers", "/customers"},
	{"releases", "Releases", "/releases"},
	{"activity", "Activity", "/activity"},
}

// surround completes a page's frame. Of the navigation, those who came by a shared link get what has something to show.
func (s *Site) surround(f *frame, q *request, view any) error {
	f.About, f.Build, f.Live = true, s.cfg.Build, s.liveOf(view)
	f.Home, f.Entries, f.SignOut = "/", navigation, q.signedIn()
	shared, err := s.cfg.Views.Shared(q.ctx, q.actor)
	if err == nil && shared == nil {
		f.Changed, err = s.cfg.Views.Changed(q.ctx)
	}
	if err != nil || shared == nil {
		return err
	}
	f.Shared, f.Build = shared, "" // which build runs here is nothing to people outside
	f.Home = scopePath(shared.Release, shared.Customer)
	label := "Release"
	if shared.Customer != 0 {
		label = "Steps"
	}
	f.Entries = []navEntry{{"releases", label, f.Home}, {"activity", "Activity", "/activity"}}
	return nil
}

// signedIn is true for a person with a session of their own.
func (q *request) signedIn() bool { return q.actor.User != "" }

// scopePath is the page that a shared link leads to.
func scopePath(release, customer int64) string {
	if customer != 0 {
		return fmt.Sprintf("/releases/%d/customers/%d", release, customer)
	}
	return fmt.Sprintf("/releases/%d", release)
}

// fromHome leads those who came by a shared link from the dashboard to what they were given.
func (s *Site) fromHome(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" || actorOf(r).Link() == 0 {
			next.ServeHTTP(w, r)
			return
		}
		shared, err := s.cfg.Views.Shared(r.Context(), actorOf(r))
		if err != nil {
			s.failWith(w, r, err)
			return
		}
		http.Redirect(w, r, scopePath(shared.Release, shared.Customer), http.StatusSeeOther)
	})
}
