package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/bot/blocks"

	"github.com/slack-go/slack"
)

// withoutAddress is an error that may go into a log: whoever has a response URL can speak in the bot's name.
func withoutAddress(err error) error {
	var with *url.Error
	if errors.As(err, &with) {
		return fmt.Errorf("%s to a response URL: %w", with.Op, with.Err)
	}
	return err
}

// responseError reads what a response URL answered: "ok", a JSON object, or the name of an error.
func responseError(resp *http.Response, said []byte) error {
	if resp.StatusCode == http.StatusTooManyRequests {
		seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil {
			seconds = 1
		}
		return &slack.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
	}
	var object struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	isObject := json.Unmarshal(said, &object) == nil
	switch {
	case isObject && object.Error != "":
		return slack.SlackErrorResponse{Err: object.Error}
	case resp.StatusCode != http.StatusOK:
		return slack.SlackErrorResponse{Err: strings.TrimSpace(string(said))}
	case isObject && object.OK != nil && !*object.OK:
		return slack.SlackErrorResponse{Err: "refused"}
	}
	return nil
}

// degrading sends a message, and without its blocks when Slack refuses those: an answer without looks is
// better than none.
func degrading(m blocks.Message, send func(blocks.Message) error) error {
	err := send(m)
	if err == nil || len(m.Blocks) == 0 || !strings.Contains(slackCode(err), "blocks") {
		return err
	}
	if plain := send(blocks.Message{Text: m.Text}); plain != nil {
		return fmt.Errorf("%w (as text, after: %v)", plain, err) // whether it arrived is what became of the text
	}
	return &refusedBlocks{cause: err}
}

// refusedBlocks tells that a message arrived, but as plain text: worth a line in the log.
type refusedBlocks struct{ cause error }

func (e *refusedBlocks) Error() string {
	return "blocks were refused, sent as text: " + e.cause.Error()
}

func (e *refusedBlocks) Unwrap() error { return e.cause }

// arrived says whether a message came through, be it as plain text.
func arrived(err error) bool {
	var plain *refusedBlocks
	return err == nil || errors.As(err, &plain)
}

// patiently calls Slack again when it says that it is asked too often, after the time it names, three times
// at most.
func patiently(ctx context.Context, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		var limited *slack.RateLimitedError
		if !errors.As(err, &limited) || try == 3 {
			return err
		}
		if !pause(ctx, limited.RetryAfter) {
			return fmt.Errorf("%w (waiting for Slack: %w)", ctx.Err(), err)
		}
	}
}

// steadily is patiently for calls that do no harm when they are made twice: they are made once more when Slack or the
// network had a moment's trouble.
func steadily(ctx context.Context, call func() error) error {
	return patiently(ctx, func() error {
		err := call()
		if err == nil || !momentary(err) || !pause(ctx, stumble) {
			return err
		}
		return call()
	})
}

// stumble is how long a moment's trouble is given: a trigger lives three seconds, and a person looks on.
const stumble = 300 * time.Millisecond

// momentary is true for troubles of Slack's own and of the network, which end by themselves.
func momentary(err error) bool {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	switch code := slackCode(err); {
	case errors.As(err, &limited):
		return false
	case code != "":
		return slices.Contains(passing, code)
	case errors.As(err, &status):
		return status.Code >= http.StatusInternalServerError
	}
	return true // it never got an answer, or not in time
}

// pause waits, and says whether the context let it.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// slackCode is Slack's own name for an error: "channel_not_found".
func slackCode(err error) string {
	var refusal slack.SlackErrorResponse
	if errors.As(err, &refusal) {
		return refusal.Err
	}
	return ""
}
