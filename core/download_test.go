package core

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDownloadStartsWithTheTargetLine(t *testing.T) {
	const line = "customer-d · prod-eu / cust-d-prod · v2.5.0 · deploy 2 (D3) Run migration"
	for _, c := range []struct {
		kind          StepType
		content, want string
	}{
		{SQL, "SELECT 1;\n", "-- " + line + "\nSELECT 1;\n"},
		{Bash, "make deploy", "# " + line + "\nmake deploy"},
		{Text, "Look at it.", "# " + line + "\nLook at it."},
		{Bash, "#!/bin/bash -e\nfalse\n", "#!/bin/bash -e\n# " + line + "\nfalse\n"},
		{Bash, "#!/bin/true", "# " + line + "\n#!/bin/true"},
		{SQL, "#!x\ny", "-- " + line + "\n#!x\ny"},
		{SQL, "", ""},
	} {
		v := StepDetail{Step: StepView{Type: c.kind, Content: Maybe(c.content), TargetLine: line}}
		assert.Equal(t, c.want, v.Download())
	}
	hidden := StepDetail{Step: StepView{Type: SQL, Content: "x", TargetLine: "a\u202eb"}}
	assert.Equal(t, "-- a⟨U+202E⟩b\nx", hidden.Download())
}

func TestVisible(t *testing.T) {
	assert.Equal(t, "a⟨U+200B⟩b⟨U+202E⟩", Visible("a\u200bb\u202e"))
	assert.Equal(t, "👩\u200d🚀 x", Visible("👩\u200d🚀 x"), "a joiner inside an emoji is part of it")
}
