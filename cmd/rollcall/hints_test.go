package main

import (
	"html"
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var hintForm = regexp.MustCompile(`<dt>([^<]*)</dt><dd><code>/rollcall ([^<]*)</code>`)

// hints are the commands that a step's page offers, by what it says they do.
func (o *office) hints(path string) map[string]string {
	o.t.Helper()
	resp, err := http.Get(o.page + path)
	require.NoError(o.t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(o.t, err)
	require.Equal(o.t, http.StatusOK, resp.StatusCode)
	out := map[string]string{}
	for _, m := range hintForm.FindAllStringSubmatch(string(body), -1) {
		out[html.UnescapeString(m[1])] = html.UnescapeString(m[2])
	}
	return out
}

// What a step's page says one may type can be typed as it stands: it acts, or asks for what is missing.
func TestWhatAStepsPageOffersCanBeTyped(t *testing.T) {
	o := newOffice(t)
	for _, line := range []string{
		`cluster add "prod us = 1"`,
		`customer add "Customer A" cluster="prod us = 1" namespace=cust-a-prod`,
		`release add "Spring release" type=release version=v2.5.0`,
		`template add v2.5.0 "Deploy" category=deploy type=bash content="make deploy"`,
		`release activate v2.5.0 confirm=yes`,
	} {
		o.types("ann", line)
	}
	const path = "/releases/1/customers/1/steps/D1"
	status := func() string {
		var v struct{ Step struct{ Status string } }
		o.get(path+".json", &v)
		return v.Step.Status
	}
	for _, step := range []struct{ label, want string }{
		{"Say that you are on it", "pending"}, {"Mark as done", "done"}, {"Mark as reverted", "reverted"},
		{"Make it pending again", "pending"}, {"Mark as done", "done"}, {"Mark as reverted", "reverted"}, {"Mark as done", "done"},
	} {
		line := o.hints(path)[step.label]
		require.NotEmpty(t, line, "%s is not offered", step.label)
		answer := o.types("ann", line)
		assert.Equal(t, step.want, status(), "%s: %s", line, answer)
	}
	o.types("ann", `step revert R1 "Customer A" D1`)
	o.types("ann", `step reopen R1 "Customer A" D1`)
	for _, label := range []string{"Skip", "Say what is in the way", "Say something else for this customer"} {
		line := o.hints(path)[label]
		require.NotEmpty(t, line, "%s is not offered", label)
		answer := o.types("ann", line)
		assert.NotNil(t, answer.Modal, "%s: %s", line, answer)
	}
}
