package core_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"rollcall/core"
)

func TestTheNamesOfATargetLineCanBeSetApart(t *testing.T) {
	mark := func(name string) string { return "[" + name + "]" }
	for _, c := range []struct{ in, want string }{
		{"שלום · עסקים / cust-s-prod · v2.5.0 · deploy 1.5 (C1) Look", "[שלום] · [עסקים] / [cust-s-prod] · [v2.5.0] · deploy 1.5 (C1) [Look]"},
		{"v2.5.0 · verify 2 (V2) Look · twice", "[v2.5.0] · verify 2 (V2) [Look · twice]"},
		{"customer-a · prod-us / cust-a-prod", "[customer-a] · [prod-us] / [cust-a-prod]"},
		{"customer-a · prod-us / cust-a-prod · v2.5.0", "[customer-a] · [prod-us] / [cust-a-prod] · [v2.5.0]"},
		{"prod-us", "[prod-us]"},
	} {
		assert.Equal(t, c.want, core.SetApart(c.in, mark))
	}
}
