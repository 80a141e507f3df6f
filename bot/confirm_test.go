package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"rollcall/core"
	"rollcall/storage"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// interrupted is a store in which something can happen right before each change.
type interrupted struct {
	storage.Store
	before func()
}

func (i *interrupted) Update(ctx context.Context, f func(storage.Writer) error) error {
	if before := i.before; before != nil {
		i.before = nil // what happens is a change too
		before()
		if i.before == nil {
			i.before = before
		}
	}
	return i.Store.Update(ctx, f)
}

// Between the look at what a confirmed operation would come to and the act, somebody else does something: then it is
// looked at anew, and what was not shown is not done.
func TestNothingComesBetweenLookingAndActing(t *testing.T) {
	const edit = `template edit v2.5.0 D1 content="mine"`
	ways := map[string]func(s *stage) bool{
		"Message": func(s *stage) bool { return s.press("ann", "Confirm", "") },
		"Form":    func(s *stage) bool { return s.send("ann") },
	}
	for way, confirms := range ways {
		for name, tt := range map[string]struct {
			others string // what somebody else does each time, with its number
			times  int
			done   bool
			says   string
		}{
			"ItsOwn":  {`template edit v2.5.0 D1 content="theirs %d" confirm=yes`, 1, false, "has changed since"},
			"Another": {`template edit v2.5.0 D2 content="theirs %d" confirm=yes`, 1, true, "1 pending changed"},
			"OverAndOver": {`template edit v2.5.0 D2 content="theirs %d" confirm=yes`, 1000, false,
				"Others are changing things in this very moment"},
		} {
			t.Run(way+name, func(t *testing.T) {
				s := newStage(t)
				for _, line := range []string{
					`admin grant <@UBEN> admin`,
					`cluster add prod-us`,
					`customer add "Customer A" cluster=prod-us namespace=cust-a-prod`,
					`release add "Spring release" type=release version=v2.5.0`,
					`template add v2.5.0 "Deploy" category=deploy type=bash content="make deploy"`,
					`template add v2.5.0 "Migrate" category=deploy type=bash content="make migrate"`,
					`release activate v2.5.0 confirm=yes`,
				} {
					require.True(t, s.step("> ann: "+line))
				}
				if way == "Form" {
					require.True(t, s.step("> ann: template edit v2.5.0 D1"))
					require.True(t, s.step("fill ann: Content = mine"))
				} else {
					require.True(t, s.step("> ann: "+edit))
				}
				n := 0
				s.store.before = func() {
					// Looking is a change that comes to nothing: what happens before it is nothing new to whoever looks.
					if n++; n%2 == 0 && n/2 <= tt.times {
						ans := s.bot.Dispatch(t.Context(), Request{Via: core.ViaSlash, User: "UBEN", Key: fmt.Sprint("between.", n), Line: fmt.Sprintf(tt.others, n)})
						require.Contains(t, ans.Message.Text, "Step D")
					}
				}
				confirms(s)
				s.store.before = nil
				assert.Contains(t, s.said(), tt.says)
				x, err := s.core.Export(t.Context(), core.System(core.ViaCLI))
				require.NoError(t, err)
				assert.Equal(t, tt.done, strings.Contains(fmt.Sprint(x), "mine"))
			})
		}
	}
}
