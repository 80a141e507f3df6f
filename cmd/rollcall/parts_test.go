package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func untilDone(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

func TestPartsCloseInReverseOrder(t *testing.T) {
	var order []string
	p := newParts(slog.New(slog.DiscardHandler))
	for _, name := range []string{"store", "page", "bot"} {
		p.open(part{name: name, limit: time.Second, run: untilDone, close: func(context.Context) error {
			order = append(order, name)
			return nil
		}})
	}
	require.NoError(t, p.close())
	assert.Equal(t, []string{"bot", "page", "store"}, order)
	require.NoError(t, p.close(), "closing again")
}

func TestAPartThatStopsByItselfEndsTheProgram(t *testing.T) {
	p := newParts(slog.New(slog.DiscardHandler))
	p.open(part{name: "page", limit: time.Second, run: func(context.Context) error { return errors.New("the port is taken") }})
	p.open(part{name: "bot", limit: time.Second, run: untilDone})
	err := p.wait(t.Context())
	assert.EqualError(t, err, "page: the port is taken")
	require.NoError(t, p.close())
}

func TestASlowPartIsNamedAndDoesNotHoldTheOthersUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		closed := false
		p := newParts(slog.New(slog.NewTextHandler(&said, nil)))
		p.open(part{name: "store", limit: time.Second, close: func(context.Context) error { closed = true; return nil }})
		stuck := make(chan struct{})
		p.open(part{name: "bot", limit: 3 * time.Second, run: func(context.Context) error { <-stuck; return nil }})
		began := time.Now()
		err := p.close()
		assert.ErrorContains(t, err, "close bot: it was still busy after 3s")
		assert.Equal(t, 3*time.Second, time.Since(began))
		assert.True(t, closed, "the store closes all the same")
		assert.Contains(t, said.String(), "part=bot")
		close(stuck)
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newParts(slog.New(slog.DiscardHandler))
	p.open(part{name: "bot", limit: time.Second, run: untilDone})
	cancel()
	require.NoError(t, p.wait(ctx))
	require.NoError(t, p.close())
}

func TestAnAddressThatIsTakenIsNamedWithItsSetting(t *testing.T) {
	door, err := listen("ROLLCALL_HTTP", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, door.Close()) }()
	_, err = listen("ROLLCALL_ADMIN_HTTP", door.Addr().String())
	require.ErrorContains(t, err, "another program listens at "+door.Addr().String())
	require.ErrorContains(t, err, "ROLLCALL_ADMIN_HTTP")
	_, err = listen("ROLLCALL_HTTP", "192.0.2.1:0")
	require.ErrorContains(t, err, "nothing can listen at 192.0.2.1:0")
}
