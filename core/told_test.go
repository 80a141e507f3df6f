package core_test

import (
	"testing"

	"rollcall/core"

	"github.com/stretchr/testify/assert"
)

func TestChangesAreToldAsPeopleNameThem(t *testing.T) {
	a := core.Activity{Changes: []core.FieldNow{
		{Field: "removed", After: "true"}, {Field: "is_active", Before: "true", After: "false"}, {Field: "revision", Before: "1", After: "2"},
		{Field: "cluster_id", Before: "prod-us", After: "prod-eu"}, {Field: "block_reason", After: "no backup"},
		{Field: "metadata", Before: `{"region":"us","tier":"gold"}`, After: `{"owner":"dan","tier":"gold"}`},
		{Field: "metadata", Before: "cut off {", After: ""},
	}}
	assert.Equal(t, []core.FieldNow{
		{Field: "cluster", Before: "prod-us", After: "prod-eu"}, {Field: "block reason", After: "no backup"},
		{Field: "meta.owner", After: "dan"}, {Field: "meta.region", Before: "us"},
		{Field: "metadata", Before: "cut off {"},
	}, a.Told())
}
