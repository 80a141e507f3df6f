package core_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

func TestRolesSayWhoMayDoWhat(t *testing.T) {
	h := newHouse(t)
	for _, who := range []string{bob, otto, vic, gus} {
		_, _ = h.WhoAmI(t.Context(), core.Person(who, core.ViaSlash))
	}
	h.do(ann, core.GrantRole{User: otto, Role: core.Operator})
	v, err := h.Roles(t.Context(), core.Person(vic, core.ViaSlash))
	require.NoError(t, err)
	assert.Equal(t, core.Viewer, v.Default)
	assert.Equal(t, 1, v.Others, "vic")
	var lines []string
	for _, p := range v.People {
		lines = append(lines, p.Name+" "+p.Role.String()+": "+p.Why)
	}
	assert.Equal(t, []string{"ann admin: named in the settings", "bob admin: workspace owner or admin", "otto operator: granted by ann"}, lines)
	_, err = h.Roles(t.Context(), core.Person(gus, core.ViaSlash))
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))

	// What stands against a role is said in words.
	for kind, why := range map[core.PersonKind]string{core.Deactivated: "deactivated", core.Guest: "a guest", core.Stranger: "of another workspace", core.Bot: "a bot"} {
		require.NoError(t, h.SeePerson(t.Context(), core.PersonInfo{ID: otto, Name: "otto", Kind: kind}))
		v, err = h.Roles(t.Context(), core.Person(vic, core.ViaSlash))
		require.NoError(t, err)
		assert.Equal(t, why, v.People[len(v.People)-1].Why)
		e := h.refused(core.Conflict, ann, core.GrantRole{User: otto, Role: core.Operator})
		assert.Contains(t, e.Msg, "@otto is "+why+", and only full members")
	}
}

func TestBackupsAreForAdminsAndLeaveNoEvent(t *testing.T) {
	h := newHouse(t)
	h.refused(core.Forbidden, vic, core.TakeBackup{})
	before, err := h.Revision(t.Context())
	require.NoError(t, err)
	r := h.do(ann, core.TakeBackup{})
	assert.Zero(t, r.UndoUntil)
	after, err := h.Revision(t.Context())
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

func TestAnAdminIsAlerted(t *testing.T) {
	h := newHouse(t)
	for range 2 {
		told, err := h.AlertAdmin(t.Context(), "backup.failed", "No backup was taken: the disk is full")
		require.NoError(t, err)
		assert.True(t, told)
	}
	notices, err := h.Notices(t.Context())
	require.NoError(t, err)
	require.Len(t, notices, 1, "the same thing once")
	assert.Equal(t, ann, notices[0].Channel)
	assert.Equal(t, "backup.failed", notices[0].Kind)
}
