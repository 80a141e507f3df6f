package bot

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

func TestLanesKeepEachPersonsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLanes(4, 100)
		held := make(chan struct{})
		var ann []int
		for i := range 20 {
			assert.True(t, l.add("ann", func() { <-held; ann = append(ann, i) }))
		}
		ben := make(chan struct{})
		assert.True(t, l.add("ben", func() { close(ben) }))
		<-ben // nobody waits for ann
		close(held)
		l.wait()
		for i, n := range ann {
			assert.Equal(t, i, n)
		}
		assert.Len(t, ann, 20)
		synctest.Wait()
		assert.Empty(t, l.waiting)
	})
}

func TestLanesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLanes(1, 3)
		held := make(chan struct{})
		for _, who := range []string{"ann", "ben", "cat"} {
			assert.True(t, l.add(who, func() { <-held }))
		}
		assert.False(t, l.add("dan", func() {}))
		close(held)
		l.wait()
		assert.True(t, l.add("dan", func() {}))
		l.wait()
	})
}
