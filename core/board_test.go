package core_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// told takes everything out of the outbox and returns what it said, by kind.
func told(t *testing.T, h *house) []string {
	t.Helper()
	var out []string
	for {
		heads, err := h.Notices(t.Context())
		require.NoError(t, err)
		if len(heads) == 0 {
			return out
		}
		for _, n := range heads {
			out = append(out, n.Kind+": "+n.Text)
			require.NoError(t, h.Delivered(t.Context(), n, ""))
		}
	}
}

// rollout lays out a release on two clusters of two customers, with a step each.
func rollout(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	for _, cluster := range []string{"eu", "us"} {
		h.do(ann, core.AddCluster{Name: cluster})
		for i := range 2 {
			h.do(ann, core.AddCustomer{Name: fmt.Sprintf("%s %d", cluster, i), Cluster: cluster, Namespace: fmt.Sprintf("%s-%d", cluster, i)})
		}
	}
	h.do(ann, core.AddRelease{Name: "Big", Type: core.Hotfix, Channel: "C1"})
	h.do(ann, core.AddTemplate{Release: "Big", Name: "Deploy", Category: core.Deploy, Type: core.Text, Content: "x"})
	h.do(ann, core.ActivateRelease{Release: "Big", Confirm: true})
	require.Len(t, told(t, h), 1)
	return h
}

func target(customer string) core.Target {
	return core.Target{Release: "Big", Customer: customer, Step: "D1"}
}

func TestClusterAndReleaseCompleteAreToldOnce(t *testing.T) {
	h := rollout(t)
	h.do(bob, core.MarkDone{Target: target("eu-0")})
	require.Empty(t, told(t, h))
	h.do(bob, core.SkipStep{Target: target("eu-1"), Reason: "not needed"})
	require.Equal(t, []string{"cluster.complete: Cluster eu is complete for Big: 2 customers, 1 step done, 1 skipped"}, told(t, h))
	h.do(bob, core.AddNote{Target: target("eu-1"), Text: "really"})
	require.Empty(t, told(t, h), "what was complete stays so")
	h.do(bob, core.MarkDone{Target: target("us-0")})
	h.do(ann, core.WithdrawCustomer{Release: "Big", Customer: "us-1", Reason: "leaves us"})
	require.Equal(t, []string{"cluster.complete: Cluster us is complete for Big: 1 customer, 1 step done",
		"release.complete: Release R1 Big is complete: 3 customers on 2 clusters, 2 steps done, 1 skipped"}, told(t, h))
	h.do(bob, core.RevertStep{Target: target("us-0")})
	require.Empty(t, told(t, h))
	h.do(bob, core.MarkDone{Target: target("us-0")})
	require.Len(t, told(t, h), 2, "complete once more")
	h.do(ann, core.ArchiveRelease{Release: "Big", Confirm: true})
	require.Equal(t, []string{"release.archived: Release Big is archived: 66% done: 2 done, 0 pending, 1 skipped"}, told(t, h))
}

func TestABulkAndAnArchivedCustomerComplete(t *testing.T) {
	h := rollout(t)
	plan, err := h.PlanBulk(t.Context(), core.Person(bob, core.ViaSlash), core.BulkQuery{Release: "Big", Step: "D1", Clusters: []string{"eu"}, To: core.Done})
	require.NoError(t, err)
	h.do(bob, core.RunBulk{Plan: plan.ID})
	require.Len(t, told(t, h), 1)
	h.do(bob, core.MarkDone{Target: target("us-0")})
	h.do(ann, core.ArchiveCustomer{Customer: "us-1"})
	require.Len(t, told(t, h), 2)
}

func TestBoardsAreMarkedByWhatTheyShow(t *testing.T) {
	h := rollout(t)
	stale := func() []core.StaleBoard {
		list, err := h.StaleBoards(t.Context())
		require.NoError(t, err)
		for _, m := range list {
			require.NoError(t, h.KeepBoard(t.Context(), m, func(p *core.BoardPlace) { p.Channel, p.TS = "C1", "1.1" }))
		}
		return list
	}
	require.Len(t, stale(), 1, "activated")
	require.Empty(t, stale())
	h.do(bob, core.MarkDone{Target: target("eu-0")})
	require.Len(t, stale(), 1)
	h.do(ann, core.AddCluster{Name: "new"})
	require.Empty(t, stale(), "nothing that a board shows")
	name := "Europe"
	h.do(ann, core.EditCluster{Cluster: "eu", Name: &name})
	require.Len(t, stale(), 1)
	h.do(ann, core.AddRelease{Name: "Draft", Type: core.Hotfix})
	require.Empty(t, stale(), "a draft has no board")

	h.do(bob, core.BlockStep{Target: target("us-0"), Reason: "backup runs"})
	marks, err := h.StaleBoards(t.Context())
	require.NoError(t, err)
	h.do(bob, core.UnblockStep{Target: target("us-0")})
	require.NoError(t, h.KeepBoard(t.Context(), marks[0], func(*core.BoardPlace) {}))
	require.Len(t, stale(), 1, "what changed meanwhile is not lost")

	v, err := h.Board(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, "Europe", v.Clusters[0].Name)
	require.Equal(t, 2, v.Clusters[0].Customers)
	require.Equal(t, core.Percent(5000), v.Clusters[0].Progress.Percent)
	require.Equal(t, "1.1", v.Place.TS)
	require.True(t, strings.HasPrefix(v.Last.Op, "step.unblock"))
}

// Asking for a board marks it, whatever happened last elsewhere: its last line is still about its own release.
func TestABoardsLastLineIsAboutItsRelease(t *testing.T) {
	h := rollout(t)
	h.do(bob, core.MarkDone{Target: target("eu-0")})
	h.do(ann, core.AddRelease{Name: "Draft", Type: core.Hotfix})
	h.refused(core.Forbidden, vic, core.ArchiveRelease{Release: "R1", Reason: "over"})
	_, err := h.AskBoard(t.Context(), core.Person(ann, core.ViaSlash), "R1", false)
	require.NoError(t, err)
	v, err := h.Board(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, "step.done", v.Last.Op)
}

func TestAThreadIsAboutItsBoardOrMilestone(t *testing.T) {
	h := rollout(t)
	require.NoError(t, h.KeepBoard(t.Context(), core.StaleBoard{Release: 1, Seq: 99}, func(p *core.BoardPlace) { p.Channel, p.TS = "C1", "1.1" }))
	h.do(bob, core.BlockStep{Target: target("us-0"), Reason: "backup runs"})
	heads, err := h.Notices(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.Delivered(t.Context(), heads[0], "2.2"))
	for ts, want := range map[string]core.Thread{"1.1": {Release: 1}, "2.2": {Release: 1, Customer: 3, Step: "D1"}, "3.3": {}} {
		got, err := h.ThreadOf(t.Context(), "C1", ts)
		require.NoError(t, err)
		require.Equal(t, want, got, ts)
	}
	got, err := h.ThreadOf(t.Context(), "C2", "1.1")
	require.NoError(t, err)
	require.Zero(t, got)

	require.NoError(t, h.Tidy(t.Context()))
	got, err = h.ThreadOf(t.Context(), "C1", "2.2")
	require.NoError(t, err)
	require.NotZero(t, got)
	h.do(ann, core.ArchiveRelease{Release: "Big", Reason: "over", Confirm: true})
	require.NoError(t, h.Tidy(t.Context()))
	got, err = h.ThreadOf(t.Context(), "C1", "2.2")
	require.NoError(t, err)
	require.Zero(t, got, "forgotten with its release")
}

func TestTheOwnerIsToldOnceOfAChannel(t *testing.T) {
	h := rollout(t)
	require.NoError(t, h.FailBoard(t.Context(), core.StaleBoard{Release: 1, Seq: 99}, "C1", "not_in_channel"))
	require.Equal(t, []string{"release.unheard: Nothing of release Big can be posted in its channel"}, told(t, h))
	h.do(bob, core.BlockStep{Target: target("us-0"), Reason: "backup runs"})
	heads, err := h.Notices(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.Failed(t.Context(), heads[0], "not_in_channel"))
	require.Empty(t, told(t, h))
	require.NoError(t, h.FailBoard(t.Context(), core.StaleBoard{Release: 1, Seq: 99}, "C2", "is_archived"))
	require.Len(t, told(t, h), 1, "another channel, another word")
}

func TestWhatIsAskedOfABoardMeanwhileIsNotLost(t *testing.T) {
	h := rollout(t)
	mark := func() core.StaleBoard {
		list, err := h.StaleBoards(t.Context())
		require.NoError(t, err)
		require.Len(t, list, 1)
		return list[0]
	}
	ask := func(anew bool) {
		_, err := h.AskBoard(t.Context(), core.Person(vic, core.ViaSlash), "Big", anew)
		require.NoError(t, err)
	}
	ask(true)
	h.do(bob, core.MarkDone{Target: target("eu-0")})
	require.True(t, mark().Anew, "a step that was done since does not forget it")
	ask(false)
	require.True(t, mark().Anew, "nor does a lesser wish")

	under := mark() // being drawn, while somebody asks once more
	ask(true)
	step := core.StaleBoard{Release: under.Release, Asks: under.Asks}
	require.NoError(t, h.KeepBoard(t.Context(), step, func(*core.BoardPlace) {}))
	require.True(t, mark().Anew)
	require.NoError(t, h.KeepBoard(t.Context(), under, func(*core.BoardPlace) {}))
	require.True(t, mark().Anew, "it was asked after the drawing began")

	last := mark()
	require.NoError(t, h.KeepBoard(t.Context(), core.StaleBoard{Release: last.Release, Asks: last.Asks}, func(*core.BoardPlace) {}))
	require.False(t, mark().Anew, "done")
	require.NoError(t, h.KeepBoard(t.Context(), last, func(*core.BoardPlace) {}))
	list, err := h.StaleBoards(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestWhatWasGivenUpIsForgottenAfterAMonth(t *testing.T) {
	h := rollout(t)
	h.do(bob, core.BlockStep{Target: target("us-0"), Reason: "backup runs"})
	heads, err := h.Notices(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.Failed(t.Context(), heads[0], "is_archived"))
	told(t, h)
	h.do(bob, core.BlockStep{Target: target("us-1"), Reason: "still waits"})
	parked := func() int {
		require.NoError(t, h.Tidy(t.Context()))
		b, err := h.Backlog(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, b.Notices, "what waits is never dropped")
		return b.Parked
	}
	h.now = h.now.Add(29 * 24 * time.Hour)
	require.Equal(t, 1, parked())
	h.now = h.now.Add(2 * 24 * time.Hour)
	require.Zero(t, parked())
}
