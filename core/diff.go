package core

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Change is one field of one record, before and after. History, undo and
// check all read it; nobody writes it by hand.
type Change struct {
	Field  string          `json:"field"`
	Before json.RawMessage `json:"before,omitempty"` // absent: the field's zero
	After  json.RawMessage `json:"after,omitempty"`
}

// field is one recorded field of a noun: its name in JSON and where it is.
type field struct {
	name string
	at   int
}

var fieldsOf sync.Map // reflect.Type → []field

// recorded lists a struct's fields that history keeps: those with a JSON name
// and without the tag event:"-".
func recorded(t reflect.Type) []field {
	if f, ok := fieldsOf.Load(t); ok {
		return f.([]field)
	}
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" || name == "-" || f.Tag.Get("event") == "-" {
			continue
		}
		out = append(out, field{name, i})
	}
	fieldsOf.Store(t, out)
	return out
}

// diffFields lists the recorded fields in which two structs (given by pointer) differ.
func diffFields(before, after any) []Change {
	b, a := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	var out []Change
	for _, f := range recorded(a.Type()) {
		x, y := b.Field(f.at), a.Field(f.at)
		if same(x, y) {
			continue
		}
		if out == nil {
			out = make([]Change, 0, 6) // as many as a step that is done
		}
		out = append(out, Change{Field: f.name, Before: raw(x), After: raw(y)})
	}
	return out
}

func same(x, y reflect.Value) bool {
	switch {
	case x.Kind() == reflect.Map && x.Len() == 0 && y.Len() == 0:
		return true // a nil and an empty map say the same
	case x.Kind() == reflect.String: // these are most, and asking whether they can be compared takes memory
		return x.String() == y.String()
	case x.CanInt():
		return x.Int() == y.Int()
	}
	if x.Comparable() && x.Kind() != reflect.Pointer && x.Kind() != reflect.Struct {
		return x.Equal(y)
	}
	return reflect.DeepEqual(x.Interface(), y.Interface())
}

func raw(v reflect.Value) json.RawMessage {
	if v.IsZero() {
		return nil
	}
	b := make([]byte, 0, 32)
	switch is := v.Interface().(type) { // what a bulk change records thousands of times
	case int64:
		return strconv.AppendInt(b, is, 10)
	case int:
		return strconv.AppendInt(b, int64(is), 10)
	case string:
		return appendString(b, is)
	case Status:
		return appendString(b, is.String())
	case map[string]string:
		return appendTexts(b, is)
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		panic(fmt.Sprintf("record a field: %v", err)) // the nouns are plain data: it cannot fail
	}
	return b
}

// restoreFields sets the changed fields of a struct back to what they were.
func restoreFields(record any, changes []Change) error {
	v := reflect.ValueOf(record).Elem()
	for _, f := range recorded(v.Type()) {
		for _, c := range changes {
			if c.Field != f.name {
				continue
			}
			to := v.Field(f.at)
			to.SetZero()
			if len(c.Before) == 0 {
				continue
			}
			if err := json.Unmarshal(c.Before, to.Addr().Interface()); err != nil {
				return fmt.Errorf("restore %s: %w", c.Field, err)
			}
		}
	}
	return nil
}
