package core

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain looks, once every test has run, whether anybody changed what is remembered: an operation that wrote into a
// map it had read would have changed the record for everybody else.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, spoilt := range []error{
		wordings.spoilt(), persons.spoilt(), clusters.memo.spoilt(), customers.memo.spoilt(), releases.memo.spoilt(),
		templates.memo.spoilt(), remarks.memo.spoilt(), grants.memo.spoilt(), links.memo.spoilt(), reminders.memo.spoilt(),
	} {
		if spoilt != nil {
			fmt.Fprintln(os.Stderr, "FAIL:", spoilt)
			code = 1
		}
	}
	os.Exit(code)
}

// spoilt names a form that says something else than what is remembered of it.
func (m *memo[T]) spoilt() error {
	for i := range m.slots {
		known := m.slots[i].Load()
		if known == nil {
			continue
		}
		anew := new(T)
		if err := json.Unmarshal(known.form, anew); err != nil {
			return err
		}
		if !reflect.DeepEqual(*anew, known.value) {
			return fmt.Errorf("%s is remembered as %+v", known.form, known.value)
		}
	}
	return nil
}

func TestMemo(t *testing.T) {
	var m memo[Cluster]
	form := []byte(`{"id":7,"name":"prod-eu","metadata":{"tier":"gold"}}`)
	first, err := m.decode(form)
	require.NoError(t, err)
	first.Name = "changed by its reader"
	again, err := m.decode(form)
	require.NoError(t, err)
	assert.Equal(t, "prod-eu", again.Name, "each reader has a struct of their own")
	assert.NotSame(t, first, again)

	form[len(`{"id":`)] = '8' // the store's memory is used again for something else
	other, err := m.decode(form)
	require.NoError(t, err)
	assert.Equal(t, int64(8), other.ID)
	require.NoError(t, m.spoilt())

	_, err = m.decode([]byte(`{"id":`))
	require.Error(t, err, "what is damaged is told of each time")
	_, err = m.decode([]byte(`{"id":`))
	require.Error(t, err)

	other.Metadata["tier"] = "silver"
	assert.ErrorContains(t, m.spoilt(), "silver", "a map that was written into is found")
}

func TestMemoDecodesLongFormsEachTime(t *testing.T) {
	var m memo[wording]
	form, err := json.Marshal(wording{Name: "long", Content: string(make([]byte, memoLongest))})
	require.NoError(t, err)
	w, err := m.decode(form)
	require.NoError(t, err)
	assert.Equal(t, "long", w.Name)
	for i := range m.slots {
		assert.Nil(t, m.slots[i].Load())
	}
}

// BenchmarkMemo reads what is remembered and, for comparison, decodes it.
func BenchmarkMemo(b *testing.B) {
	form, err := json.Marshal(Release{ID: 1, Name: "Winter release", Metadata: map[string]string{"ticket": "OPS-1"}})
	require.NoError(b, err)
	b.Run("remembered", func(b *testing.B) {
		var m memo[Release]
		for b.Loop() {
			if _, err := m.decode(form); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decoded", func(b *testing.B) {
		for b.Loop() {
			if err := json.Unmarshal(form, new(Release)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
