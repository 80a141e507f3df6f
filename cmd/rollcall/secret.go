package main

import "log/slog"

// secret is a value that must not be seen: whatever prints, logs or marshals it shows a placeholder.
// reveal gives it to the one who needs it. The zero secret is none.
//
// It holds a pointer because fmt does not ask the fields of a struct how they want to be shown when they are
// unexported: of a pointer it prints the address.
type secret struct{ value *string }

const redacted = "redacted"

func newSecret(value string) secret { return secret{&value} }

func (s secret) reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

func (s secret) isSet() bool { return s.reveal() != "" }

// String keeps the value out of fmt's verbs.
func (s secret) String() string {
	if !s.isSet() {
		return ""
	}
	return redacted
}

// GoString keeps the value out of %#v.
func (s secret) GoString() string { return s.String() }

// LogValue keeps the value out of the log.
func (s secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps the value out of JSON and YAML.
func (s secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
