package statuspage_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

// message is one event of a stream.
type message struct {
	id, name, data string
	at             time.Time // when it was heard
}

// viewer is an open stream.
type viewer struct {
	status int
	header http.Header
	heard  chan message // closed when the stream ends
	leave  func()
}

// watch opens a stream, with headers given in pairs.
func watch(t testing.TB, base, path string, headers ...string) *viewer {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(t, err)
	v := &viewer{status: res.StatusCode, header: res.Header, heard: make(chan message, 10_000), leave: leave}
	go func() {
		defer close(v.heard)
		defer func() { _ = res.Body.Close() }()
		var m message
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "id":
				m.id = value
			case "event":
				m.name = value
			case "data":
				m.data = value
			case "":
				if m.name != "" {
					m.at = time.Now()
					v.heard <- m
				}
				m = message{}
			}
		}
	}()
	t.Cleanup(leave)
	return v
}

// next is the next message that is no sign of life; ok is false at the end.
func (v *viewer) next(t testing.TB) (m message, ok bool) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case m, ok := <-v.heard:
			if ok && m.name == "hb" {
				continue
			}
			m.at = time.Time{}
			return m, ok
		case <-limit:
			require.FailNow(t, "nothing was heard")
		}
	}
}

// settled waits until a stream has begun.
func (v *viewer) settled(t testing.TB) *viewer {
	t.Helper()
	select {
	case m := <-v.heard:
		require.Equal(t, "hb", m.name)
	case <-time.After(10 * time.Second):
		require.FailNow(t, "no sign of life")
	}
	return v
}

func serve(t testing.TB, s *statuspage.Site) string {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return srv.URL
}

func at(customer, step string) core.Target {
	return core.Target{Release: "v2.5.0", Customer: customer, Step: step}
}

// narrow is a listener whose connections hold next to nothing of what nobody reads.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(1)
	}
	return c, err
}

func serveNarrowly(t *testing.T, s *statuspage.Site) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(s)
	srv.Listener = narrow{srv.Listener}
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

// sluggard asks for a stream and takes nothing of what it is sent.
func sluggard(t *testing.T, base string) net.Conn {
	t.Helper()
	host := strings.TrimPrefix(base, "http://")
	c, err := net.Dial("tcp", host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.(*net.TCPConn).SetReadBuffer(1))
	_, err = fmt.Fprintf(c, "GET /releases/1/events HTTP/1.1\r\nHost: %s\r\n\r\n", host)
	require.NoError(t, err)
	return c
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
