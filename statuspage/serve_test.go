package statuspage

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slowViews answers probes only when told to.
type slowViews struct {
	Views
	asked, answer chan struct{}
}

func (v slowViews) Revision(context.Context) (int64, error) {
	v.asked <- struct{}{}
	<-v.answer
	return 1, nil
}

func TestServeFinishesWhatIsUnderWay(t *testing.T) {
	v := slowViews{asked: make(chan struct{}), answer: make(chan struct{})}
	s, err := New(Config{Views: v, BaseURL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Now: time.Now,
		NewRef: func() string { return "r" }, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l, time.Minute) }()

	answers := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + l.Addr().String() + "/healthz")
		if !assert.NoError(t, err) {
			answers <- ""
			return
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		answers <- string(body)
	}()
	<-v.asked
	cancel()
	close(v.answer)
	assert.Equal(t, "ok\n", <-answers)
	assert.NoError(t, <-served)
	_, err = net.Dial("tcp", l.Addr().String())
	assert.Error(t, err, "nobody listens any more")
}

func TestConnectionsAreBounded(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := atMost(inner, 1)
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for range 2 {
		c, err := net.Dial("tcp", inner.Addr().String())
		require.NoError(t, err)
		defer c.Close()
	}
	first := <-accepted
	select {
	case <-accepted:
		t.Fatal("a second connection was accepted while the first was open")
	default:
	}
	require.NoError(t, first.Close())
	_ = first.Close() // an error, and no second slot
	second := <-accepted
	require.NoError(t, l.Close())
	_, more := <-accepted
	assert.False(t, more)
	require.NoError(t, second.Close())
}

func TestCounterStartsAnewEachMinute(t *testing.T) {
	c := counter{most: 2}
	now := time.Unix(600, 0)
	one, two := netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("2001:db8::1")
	assert.True(t, c.allow(one, "", now))
	assert.True(t, c.allow(one, "", now))
	assert.False(t, c.allow(one, "", now))
	assert.True(t, c.allow(two, "", now))
	assert.True(t, c.allow(netip.MustParseAddr("2001:db8::2"), "", now))
	assert.False(t, c.allow(netip.MustParseAddr("2001:db8::3"), "", now), "a /64 is one asker")
	assert.True(t, c.allow(one, "", now.Add(time.Minute)))
}
