package core

import (
	"cmp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// The short way and the long way to compare two names agree.
func TestNamesAreComparedWithoutRegardToCase(t *testing.T) {
	name := rapid.StringOfN(rapid.RuneFrom([]rune("abAB zZ0-ÄäİıKkßéΣσς")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		want := cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
		got := compareNames(a, b)
		assert.Equal(t, want, cmp.Compare(got, 0), "%q and %q", a, b)
	})
}
