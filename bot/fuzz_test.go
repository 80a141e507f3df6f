package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rollcall/core"
	"rollcall/storage/bolt"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"<@U1|ann> <#C1|ops> <https://x.y|x.y> <!here> &lt;a&gt; &amp;amp;", "<", "<@", "<|>", "<@U1", "&amp", "<mailto:a@b|a@b>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if out, refs := Unescape(s); utf8.ValidString(s) {
			assert.True(t, utf8.ValidString(out), "%q became %q", s, out)
			assert.True(t, utf8.ValidString(refs.words(out)), "%q became %q", s, out)
		}
	})
}

func FuzzResponseURLBody(f *testing.F) {
	f.Add(200, "ok")
	f.Add(200, `{"ok":false,"error":"invalid_blocks"}`)
	f.Add(404, "used_url")
	f.Add(429, "")
	f.Add(500, "<html>")
	f.Fuzz(func(t *testing.T, status int, body string) {
		err := responseError(&http.Response{StatusCode: status, Header: http.Header{"Retry-After": {body}}}, []byte(body))
		if status != http.StatusOK {
			assert.Error(t, err, "an answer that did not arrive")
		}
		if err != nil {
			_ = err.Error()
			assert.NotPanics(t, func() { judge(err, 0); momentary(err) })
		}
	})
}

// offline is a bot over an empty store, whose Slack nobody answers.
func offline(f *testing.F) *Bot {
	f.Helper()
	store, err := bolt.Open(filepath.Join(f.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(f, err)
	f.Cleanup(func() { _ = store.Close() })
	svc, err := core.Open(f.Context(), store, core.Config{Now: time.Now, Rand: rand.Reader, DefaultRole: core.Operator})
	require.NoError(f, err)
	require.NoError(f, svc.SeePerson(f.Context(), core.PersonInfo{ID: "U1", Name: "ann", Kind: core.Member, Admin: true}))
	return New(Config{Core: svc, Log: slog.New(slog.DiscardHandler), Now: time.Now})
}

// answered holds an answer to what is promised of every answer.
func answered(t *testing.T, ans Answer, what string) {
	t.Helper()
	if ans.Message != nil {
		text := ans.Message.Text
		assert.NotContains(t, text, "goroutine", what)
		assert.NotContains(t, text, "Something broke on our side", what)
		assert.False(t, strings.Contains(text, "<!"), "%s: an answer that could notify a channel: %q", what, text)
	}
}

// Whatever is typed is answered, and never with a fault of ours.
func FuzzTypedCommand(f *testing.F) {
	b := offline(f)
	for _, s := range []string{"", "help", "cluster add prod-us", "clsuter list", "release add <!channel> type=hotfix", `step done R1 "x`, "bulk done all", "undo 99999999999999999999",
		"matrix v1 cluster=,,, status=x", "remind add #ops \"every 1s\"", "template add R1 x category=deploy type=bash content=```\n```", "release enroll R0 C0", "todo customer=\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if !utf8.ValidString(line) || len(line) > 4000 {
			return
		}
		text, refs := Unescape(line)
		ans := b.Dispatch(t.Context(), Request{Via: core.ViaSlash, Key: rand.Text(), User: "U1", Channel: "C1", Line: text, Refs: refs, ReplyTo: "x", CanAsk: true})
		assert.True(t, ans.Message != nil || ans.Form != nil, "silence after %q", line)
		answered(t, ans, line)
	})
}

// What a form carried along comes back from people's machines: it may be anything.
func FuzzFormState(f *testing.F) {
	b := offline(f)
	for _, meta := range []string{"", "{}", "null", `{"a":"cluster add"}`, `{"a":"step skip","f":{"release":"R1"},"d":"x"}`, `{"l":"template list R1"}`} {
		f.Add(meta, "name", "prod-us")
	}
	form := b.Dispatch(f.Context(), Request{Via: core.ViaSlash, Key: "seed", User: "U1", Channel: "C1", Line: "cluster add", CanAsk: true})
	require.NotNil(f, form.Form)
	f.Add(form.Form.PrivateMetadata, "name", "prod-us")
	f.Add(form.Form.PrivateMetadata, "name", "")
	f.Fuzz(func(t *testing.T, meta, field, value string) {
		for _, redraw := range []bool{false, true} {
			assert.NotPanics(t, func() {
				b.Dispatch(t.Context(), Request{Via: core.ViaModal, Key: rand.Text(), User: "U1", Form: &Submission{Meta: meta, Values: map[string]string{field: value}, Redraw: redraw}})
			})
		}
		b.Suggest(t.Context(), Query{User: "U1", Meta: meta, Field: field, Text: value})
	})
}

// What comes through the socket is Slack's, and may be of a kind that there is not yet.
func FuzzPayload(f *testing.F) {
	b := offline(f)
	for _, s := range []string{
		`{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"step done","block_id":"b","value":"step done R1 x D1","type":"button"}]}`,
		`{"type":"block_actions","user":{"id":"U1"},"actions":[]}`,
		`{"type":"view_submission","user":{"id":"U1"},"view":{"callback_id":"form","private_metadata":"{}","state":{"values":{"a":{"b":{"type":"static_select","selected_option":null}}}}}}`,
		`{"type":"block_suggestion","user":{"id":"U1"},"block_id":"release~1","value":"v"}`, `{"type":"message_action","user":{"id":"U1"},"callback_id":"x","message":{"text":"x"}}`, `{"type":"of tomorrow"}`,
		`{"event":{"type":"app_mention","user":"U1","channel":"C1","text":"<@U9> help","ts":"1.2"},"event_id":"Ev1"}`, `{"event":{"type":"user_change","user":{"id":5}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var data slack.InteractionCallback
		if json.Unmarshal(raw, &data) != nil {
			return
		}
		assert.NotPanics(t, func() {
			if req, ok := click("e1", data); ok && utf8.ValidString(req.Line) {
				req.User = "U1"
				answered(t, b.Dispatch(context.WithoutCancel(t.Context()), req), req.Line)
			}
			shortcut("e1", data)
			b.Suggest(t.Context(), query(data))
		})
	})
}
