package blocks_test

import (
	"fmt"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// boardView is a board with a share of each cluster done: shares of 4 quarters.
func boardView(customers int, quarters ...int) core.BoardView {
	v := core.BoardView{Release: releaseView(), Place: core.BoardPlace{Channel: "C1", TS: "1.1", Link: "https://x.slack.com/archives/C1/p11"}}
	v.Release.Channel = "C1"
	done, total := 0, 0
	for i, q := range quarters {
		n := customers * 4
		c := core.BoardCluster{ID: int64(i + 1), Name: fmt.Sprintf("prod-%d", i+1), Customers: customers,
			Progress: core.Progress{Counts: counts(n*q/4, n-n*q/4, 0, 0), Complete: q == 4}}
		v.Clusters = append(v.Clusters, c)
		done, total = done+n*q/4, total+n
	}
	v.Release.Progress = core.Progress{Counts: counts(done, total-done, 0, 0), Complete: done == total && total > 0}
	v.Release.CustomerCount = customers * len(quarters)
	last := activity(1)[0]
	v.Last = &last
	return v
}

func blockedStep(i int) core.StepView {
	v := stepView(i, core.Pending)
	v.Block = &core.Block{By: "UBEN", ByName: "ben", At: noon, Reason: "the backup of their database is still running", Needs: "UANN", NeedsName: "ann"}
	return v
}

func boardLayouts() []layout {
	board := func(v core.BoardView) blocks.Message { return blocks.Board(v, env) }
	place := func(v core.BoardView) blocks.Message { return blocks.BoardPlace(v, env) }
	moved := func(v core.BoardView) blocks.Message { return blocks.BoardMoved(v, "C2") }
	notice := func(v core.Notice) blocks.Message { return blocks.Milestone(v, env) }

	empty := boardView(0)
	empty.Last = nil
	typical := boardView(14, 4, 2, 0)
	typical.Clusters[1].Blocked, typical.Release.Blocked = 2, 2
	typical.Blocked = []core.StepView{blockedStep(1), blockedStep(2)}
	archived := boardView(14, 4, 4, 3)
	archived.Release.Status, archived.Release.ArchivedAt, archived.Release.ArchiveReason = core.Archived, &noon, "superseded by v2.5.1"
	huge := boardView(200, 4, 3, 1)
	huge.Release.Blocked = 600
	var quarters []int
	for i := range 60 {
		quarters = append(quarters, i%5)
	}
	many := boardView(10, quarters...)
	for i := range 5 {
		huge.Blocked = append(huge.Blocked, blockedStep(i))
	}
	noChannel, failed, waiting := boardView(1, 0), boardView(1, 0), boardView(1, 0)
	noChannel.Release.Channel = ""
	failed.Place.Failed = "not_in_channel"
	waiting.Place = core.BoardPlace{}
	say := func(kind, text string) core.Notice {
		return core.Notice{Kind: kind, Channel: "C1", Release: 12, Actor: "UBEN", ByName: "ben", At: noon, Text: text}
	}
	blocked := say(core.StepBlocked, "Customer A · prod-us / cust-a-prod · v2.5.0 · deploy 2 (D2) Migrate is blocked")
	blocked.Reason, blocked.Needs, blocked.Customer, blocked.Step = "the backup is still running", "UANN", 7, "D2"
	unheard := core.Notice{Kind: core.Unheard, Channel: "UANN", About: "C1", Why: "is_archived", Release: 12, Text: "Nothing of release v2.5.0 can be posted in its channel"}

	return []layout{
		drawn("board_empty", true, empty, board),
		drawn("board_typical", true, typical, board),
		drawn("board_complete", true, boardView(14, 4, 4), board),
		drawn("board_archived", true, archived, board),
		drawn("board_600_customers", true, huge, board),
		drawn("board_60_clusters", true, many, board),
		drawn("board_moved", true, typical, moved),
		drawn("board_place", true, typical, place),
		drawn("board_place_archived", true, archived, place),
		drawn("board_place_no_channel", true, noChannel, place),
		drawn("board_place_failed", true, failed, place),
		drawn("board_place_waiting", true, waiting, place),
		drawn("milestone_activated", true, say(core.Activated, "Release R12 Spring release (v2.5.0) is active: 42 customers × 11 steps = 462"), notice),
		drawn("milestone_blocked", true, blocked, notice),
		drawn("milestone_cluster", true, say(core.ClusterComplete, "Cluster prod-us is complete for v2.5.0: 14 customers, 150 steps done, 4 skipped"), notice),
		drawn("milestone_complete", true, say(core.ReleaseComplete, "Release R12 Spring release (v2.5.0) is complete: 42 customers on 3 clusters, 460 steps done, 2 skipped"), notice),
		drawn("milestone_archived", true, say(core.ReleaseArchived, "Release v2.5.0 is archived: 99% done: 460 done, 0 pending, 2 skipped"), notice),
		drawn("unheard", true, unheard, notice),
	}
}
