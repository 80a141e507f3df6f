//go:build image

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/fixtures"
	"rollcall/fixtures/localslack"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What follows needs a container engine, and `make image` runs it.

// image is what `make image` has built.
const image = "rollcall"

// compose is what the README's Compose file says of the one service.
type compose struct {
	Services map[string]struct {
		ReadOnly    bool              `yaml:"read_only"`
		CapDrop     []string          `yaml:"cap_drop"`
		SecurityOpt []string          `yaml:"security_opt"`
		Grace       time.Duration     `yaml:"stop_grace_period"`
		Volumes     []string          `yaml:"volumes"`
		Environment map[string]string `yaml:"environment"`
		Secrets     []string          `yaml:"secrets"`
	} `yaml:"services"`
}

// readmeCompose reads the Compose file out of the README's text.
func readmeCompose(t *testing.T) (c compose) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixtures.Root(t), "README.md"))
	require.NoError(t, err)
	block := regexp.MustCompile(`(?m)^    services:\n(?:    .*\n)+`).FindString(string(text))
	require.NoError(t, yaml.Unmarshal([]byte(regexp.MustCompile(`(?m)^    `).ReplaceAllString(block, "")), &c))
	require.Len(t, c.Services, 1)
	return c
}

// docker runs one command of the engine and returns what it prints.
func docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "docker", args...).CombinedOutput()
	require.NoError(t, err, "docker %s: %s", strings.Join(args, " "), out)
	return strings.TrimSpace(string(out))
}

// The image runs as the README's Compose file has it: as nobody, on a root file system that cannot be written, without
// capabilities, with tokens from files. It serves, keeps its data and copies in the volume, says that it is healthy,
// ends soon, and finds everything again in a new container.
func TestTheImageRunsAsTheReadmeSays(t *testing.T) {
	service := readmeCompose(t).Services["rollcall"]
	require.True(t, service.ReadOnly)
	o := newWaitingOffice(t, localslack.Config{})
	volume := docker(t, "volume", "create")
	t.Cleanup(func() { _ = exec.Command("docker", "volume", "rm", "--force", volume).Run() })

	secrets := t.TempDir()
	run := []string{"run", "--detach", "--network=host", "--read-only"} // the host's: localslack is on its loopback
	for _, capability := range service.CapDrop {
		run = append(run, "--cap-drop="+capability)
	}
	for _, option := range service.SecurityOpt {
		run = append(run, "--security-opt="+option)
	}
	for _, v := range service.Volumes {
		_, path, _ := strings.Cut(v, ":")
		run = append(run, "--volume="+volume+":"+path)
	}
	cell := cell{t: t}
	for i, name := range service.Secrets {
		path := filepath.Join(secrets, name)
		require.NoError(t, os.WriteFile(path, []byte([]string{o.slack.AppToken(), o.slack.BotToken()}[i]+"\n"), 0o600))
		cell.own(path, 0o400)
		run = append(run, "--volume="+path+":/run/secrets/"+name+":ro")
	}
	listens := "0.0.0.0:" + freePort(t)
	for name, value := range service.Environment {
		run = append(run, "--env="+name+"="+value)
	}
	run = append(run, "--env=SLACK_API_URL="+o.slack.APIURL(), "--env=ROLLCALL_HTTP="+listens,
		"--env=ROLLCALL_DEFAULT_ROLE=operator", image)
	serve := func() (container string) {
		before := o.slack.Greeted()
		container = docker(t, run...)
		t.Cleanup(func() { _ = exec.Command("docker", "rm", "--force", container).Run() })
		if err := o.slack.Wait(o.within(), func() bool { return o.slack.Greeted() > before }); err != nil {
			require.NoError(t, err, docker(t, "logs", container))
		}
		return container
	}

	container := serve()
	o.underWay()
	assert.Contains(t, o.types("ann", "admin backup").String(), "/data/copies/")
	assert.Contains(t, o.types("ann", "step done v2.5.0 cust-a-prod D1").String(), "✅")
	var is []struct {
		Config struct {
			User        string
			Healthcheck struct{ Test []string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(docker(t, "inspect", container)), &is))
	assert.Equal(t, "65532:65532", is[0].Config.User)
	require.Equal(t, "CMD", is[0].Config.Healthcheck.Test[0])
	docker(t, append([]string{"exec", container}, is[0].Config.Healthcheck.Test[1:]...)...)

	begun := time.Now()
	docker(t, "stop", container) // SIGTERM, and ten seconds later SIGKILL
	assert.Less(t, time.Since(begun), service.Grace)
	said := docker(t, "logs", container)
	assert.Equal(t, "0", docker(t, "wait", container), "its exit code, %s", said)
	assert.NotRegexp(t, "level=(WARN|ERROR)", said)

	check := docker(t, "run", "--rm", "--network=none", "--read-only", "--volume="+volume+":/data", image, "check")
	assert.Contains(t, check, "/data/rollcall.db")
	serve()
	assert.Contains(t, o.types("ann", "step show v2.5.0 cust-a-prod D1").String(), "done", "after a restart in a new container")
}
