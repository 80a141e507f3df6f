package core_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/storage"
)

// signIn gives a person's session.
func (h *house) signIn(user string) string {
	h.t.Helper()
	token, until, err := h.NewSignIn(h.t.Context(), core.Person(user, core.ViaSlash))
	require.NoError(h.t, err)
	require.Equal(h.t, h.now.Add(10*time.Minute), until)
	in, err := h.Redeem(h.t.Context(), token)
	require.NoError(h.t, err)
	require.Equal(h.t, h.now.Add(30*24*time.Hour), in.Until)
	return in.Session
}

func (h *house) forbidden(err error) {
	h.t.Helper()
	require.Equal(h.t, core.Forbidden, core.ErrorCode(err), "%v", err)
	assert.Contains(h.t, core.AsError(err).Hint, "`/rollcall link`")
}

func TestSignInOpensOneSession(t *testing.T) {
	h := newHouse(t)
	token, _, err := h.NewSignIn(t.Context(), viewer)
	require.NoError(t, err)
	assert.Len(t, token, 43, "32 bytes")
	other, _, err := h.NewSignIn(t.Context(), viewer)
	require.NoError(t, err)
	assert.NotEqual(t, token, other)
	in, err := h.Redeem(t.Context(), token)
	require.NoError(t, err)
	session := in.Session
	who, err := h.Session(t.Context(), session)
	require.NoError(t, err)
	assert.Equal(t, core.Person(vic, core.ViaPage), who)
	_, err = h.Clusters(t.Context(), who, false)
	require.NoError(t, err)

	_, err = h.Redeem(t.Context(), token)
	h.forbidden(err)
	_, err = h.Session(t.Context(), token)
	h.forbidden(err)
	_, err = h.Redeem(t.Context(), session)
	h.forbidden(err)
	_, err = h.Session(t.Context(), "")
	h.forbidden(err)

	require.NoError(t, h.EndSession(t.Context(), session))
	_, err = h.Session(t.Context(), session)
	h.forbidden(err)
	require.NoError(t, h.EndSession(t.Context(), session))
}

func TestSignInExpires(t *testing.T) {
	h := newHouse(t)
	token, _, err := h.NewSignIn(t.Context(), viewer)
	require.NoError(t, err)
	h.pass(10 * time.Minute)
	_, err = h.Redeem(t.Context(), token)
	h.forbidden(err)
	assert.Contains(t, err.Error(), "expired")
	_, err = h.Redeem(t.Context(), token)
	h.forbidden(err)
	assert.NotContains(t, err.Error(), "expired", "even an expired link is spent")
}

func TestSessionSlidesOncePerHour(t *testing.T) {
	h := newHouse(t)
	session := h.signIn(vic)
	stored := func() []byte {
		var out []byte
		require.NoError(t, h.store.View(t.Context(), func(r storage.Reader) error {
			for e, err := range r.Scan(storage.Prefix([]byte("session/"))) {
				require.NoError(t, err)
				out = append(out, e.Value...)
			}
			return nil
		}))
		return out
	}
	first := stored()
	h.pass(59 * time.Minute)
	_, err := h.Session(t.Context(), session)
	require.NoError(t, err)
	assert.Equal(t, first, stored(), "within the hour nothing is written")
	for range 40 {
		h.pass(24 * time.Hour)
		_, err := h.Session(t.Context(), session)
		require.NoError(t, err, "a session that is used goes on")
	}
	assert.NotEqual(t, first, stored())
	h.pass(30 * 24 * time.Hour)
	_, err = h.Session(t.Context(), session)
	h.forbidden(err)
	require.NoError(t, h.Tidy(t.Context()))
	assert.Empty(t, stored())
}

func TestSessionEndsWithTheRightToRead(t *testing.T) {
	h := newHouse(t)
	session := h.signIn(vic)
	require.NoError(t, h.SeePerson(t.Context(), core.PersonInfo{ID: vic, Name: "vic", Kind: core.Deactivated}))
	_, err := h.Session(t.Context(), session)
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))

	// Deactivated between asking for a link and following it: the link is spent for nothing.
	token, _, err := h.NewSignIn(t.Context(), core.Person(bob, core.ViaSlash))
	require.NoError(t, err)
	require.NoError(t, h.SeePerson(t.Context(), core.PersonInfo{ID: bob, Name: "bob", Kind: core.Deactivated}))
	_, err = h.Redeem(t.Context(), token)
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))

	for _, a := range []core.Actor{core.Person(gus, core.ViaSlash), core.Anyone(), core.System(core.ViaCLI), {}} {
		_, _, err := h.NewSignIn(t.Context(), a)
		assert.Equal(t, core.Forbidden, core.ErrorCode(err), "%+v", a)
	}
}

// Nothing stored lets its reader in: a backup holds digests alone.
func TestTokensAreNotStored(t *testing.T) {
	h := newHouse(t)
	token, _, err := h.NewSignIn(t.Context(), viewer)
	require.NoError(t, err)
	session := h.signIn(vic)
	require.NoError(t, h.store.View(context.Background(), func(r storage.Reader) error {
		for e, err := range r.Scan(storage.Range{}) {
			require.NoError(t, err)
			for _, secret := range []string{token, session} {
				assert.False(t, bytes.Contains(e.Key, []byte(secret)) || bytes.Contains(e.Value, []byte(secret)), "%s", e.Key)
			}
		}
		return nil
	}))
}
