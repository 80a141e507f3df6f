package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
)

// maxFile is how much of a file is read: what a step can say, and enough more to tell that it is too much.
const maxFile = 64 << 10

// fileWait is how long a file may take to arrive.
const fileWait = 20 * time.Second

// ReadFile implements Slack.
func (c *Client) ReadFile(ctx context.Context, id string) (File, error) {
	info, body, err := c.fetch(ctx, id, maxFile)
	if info == nil {
		return File{}, err
	}
	f := File{Name: info.Name}
	if errors.Is(err, errTooLong) {
		f.Problem = fmt.Sprintf("The file %s is %d bytes long", info.Name, info.Size)
		f.Hint = "64 KiB is the most that a step can say."
		return f, nil
	}
	f.Text = strings.ReplaceAll(strings.TrimPrefix(string(body), "\ufeff"), "\r\n", "\n")
	return f, err
}

// Download implements Files.
func (c *Client) Download(ctx context.Context, id string, most int) (string, []byte, error) {
	info, body, err := c.fetch(ctx, id, most)
	switch {
	case info == nil:
		return "", nil, notRead(err)
	case errors.Is(err, errTooLong):
		return info.Name, nil, &core.Error{Code: core.Invalid, Field: "file", Msg: fmt.Sprintf("The file %s is larger than %d MB", info.Name, most>>20), Hint: "Split it."}
	case err != nil:
		return info.Name, nil, notRead(err)
	}
	return info.Name, body, nil
}

// errTooLong is a file of more than the bytes that were asked for.
var errTooLong = errors.New("the file is too long")

// fetch reads a file of at most so many bytes. What Slack says of the file is nil when it says nothing.
func (c *Client) fetch(ctx context.Context, id string, most int) (*slack.File, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fileWait)
	defer cancel()
	var info *slack.File
	err := steadily(ctx, func() (err error) {
		info, _, _, err = c.api.GetFileInfoContext(ctx, id, 0, 0)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if info.Size > most {
		return info, nil, errTooLong
	}
	body := &limited{left: most}
	err = c.api.GetFileContext(ctx, orElse(info.URLPrivateDownload, info.URLPrivate), body)
	return info, body.Bytes(), err
}

// limited is a buffer that refuses more than it was told to hold.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errTooLong
	}
	return l.Buffer.Write(p)
}

// SendFile implements Slack.
func (c *Client) SendFile(ctx context.Context, user string, a blocks.Attachment) error {
	ctx, cancel := context.WithTimeout(ctx, fileWait)
	defer cancel()
	var direct string
	err := steadily(ctx, func() error {
		ch, _, _, err := c.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		if err == nil {
			direct = ch.ID
		}
		return err
	})
	if err != nil {
		return err
	}
	return patiently(ctx, func() error {
		_, err := c.api.UploadFileContext(ctx, slack.UploadFileParameters{Filename: a.Name, Title: a.Title, Channel: direct,
			FileSize: len(a.Text), Reader: strings.NewReader(a.Text)})
		return err
	})
}

// read fetches the files that were put into a form, by field.
func (in *intake) read(ctx context.Context, ids map[string][]string) map[string]File {
	out := map[string]File{}
	for field, several := range ids {
		id := strings.Join(several, ",")
		if len(several) > 1 {
			out[field] = File{ID: id, Problem: fmt.Sprintf("These are %d files", len(several)), Hint: "Give one."}
			continue
		}
		f, err := in.slack.ReadFile(ctx, id)
		if err != nil {
			in.log.Warn("a file could not be read", "file", id, "err", err)
			f.Problem, f.Hint = "The file could not be read from Slack", fileHint(err)
		}
		f.ID = id
		out[field] = f
	}
	return out
}

func fileHint(err error) string {
	switch slackCode(err) {
	case "missing_scope":
		return "The app lacks the scope files:read: an admin can add it on the app's page and install it again."
	case "file_deleted", "file_not_found":
		return "It is not there any more."
	}
	return "Try once more, or put the text into the field."
}

// sent remembers which files went to whom lately, so that looking at a step again does not send it again.
type sent struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// sentFor is how long a file that was sent counts as there.
const sentFor = 12 * time.Hour

// due says whether a file is to go out now, and notes that it does.
func (s *sent) due(user string, a *blocks.Attachment, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[string]time.Time{}
	}
	key := user + "/" + path.Base(a.Name) + "/" + digest(a.Text)
	if at, was := s.last[key]; was && now.Sub(at) < sentFor && !a.Again {
		return false
	}
	for k, at := range s.last {
		if now.Sub(at) >= sentFor {
			delete(s.last, k)
		}
	}
	s.last[key] = now
	return true
}

// forget makes a file that did not go out due again.
func (s *sent) forget(user string, a *blocks.Attachment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.last, user+"/"+path.Base(a.Name)+"/"+digest(a.Text))
}

// attach sends a file to one person's own conversation with the bot, never to a channel.
func (in *intake) attach(ctx context.Context, user string, a *blocks.Attachment) {
	if a == nil || !in.sent.due(user, a, in.bot.cfg.Now()) {
		return
	}
	if err := in.slack.SendFile(ctx, user, *a); err != nil {
		in.sent.forget(user, a)
		in.log.Warn("a file was not delivered", "user", user, "err", err)
		m := blocks.Say("⚠️ The file " + blocks.Escape(a.Name) + " could not be sent. " + blocks.Escape(sendHint(err)))
		if err := in.slack.Tell(ctx, "", user, m); err != nil {
			in.log.Error("an answer was lost", "user", user, "err", err)
		}
	}
}

func sendHint(err error) string {
	if slackCode(err) == "missing_scope" {
		return "The app lacks the scopes files:write and im:write: an admin can add them on the app's page and install it again."
	}
	return "Try “Content as a file” in a moment."
}
