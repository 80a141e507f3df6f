package core

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"time"
)

// The stored form of a stepRecord is compact, because a matrix scans one for
// every step that departs from its template: status, two bytes of flags, the
// time it changed, then only the groups of fields that the flags announce.

const (
	hasExecution = 1 << iota
	hasReason
	hasPin
	hasOverride
	hasClaim
	hasBlock
	hasNotes
	hasCustom
	hasValues
	hasTexts
	isRemoved
)

var errStepForm = errors.New("a customer step's stored form is cut short")

func marshalStep(s *stepRecord) []byte {
	flags := s.flags()
	b := make([]byte, 3, 64)
	b[0], b[1], b[2] = byte(s.Status), byte(flags), byte(flags>>8)
	b = binary.AppendVarint(b, s.UpdatedAt)
	if flags&hasExecution != 0 {
		b = binary.AppendVarint(b, s.ExecutedAt)
		b = appendText(b, s.ExecutedBy)
	}
	if flags&hasReason != 0 {
		b = appendText(b, s.SkipReason)
	}
	if flags&hasPin != 0 {
		b = binary.AppendUvarint(b, uint64(s.Revision))
	}
	if flags&hasOverride != 0 {
		b = binary.AppendUvarint(b, uint64(s.Override))
		b = binary.AppendUvarint(b, uint64(s.OverrideFrom))
	}
	if flags&hasClaim != 0 {
		b = appendText(b, s.ClaimedBy)
		b = binary.AppendVarint(b, s.ClaimedAt)
	}
	if flags&hasBlock != 0 {
		b = appendText(b, s.BlockedBy)
		b = binary.AppendVarint(b, s.BlockedAt)
		b = appendText(b, s.BlockReason)
		b = appendText(b, s.BlockNeeds)
	}
	if flags&hasNotes != 0 {
		b = binary.AppendUvarint(b, uint64(s.Notes))
	}
	if flags&hasCustom != 0 {
		b = append(b, byte(catIndex(s.Category)))
		b = binary.AppendUvarint(b, uint64(s.Serial))
		b = binary.AppendUvarint(b, uint64(s.Anchor))
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(s.Order))
		b = binary.AppendVarint(b, s.CreatedAt)
	}
	if flags&hasValues != 0 {
		keys := make([]string, 0, len(s.Values))
		for k := range s.Values {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		b = binary.AppendUvarint(b, uint64(len(keys)))
		for _, k := range keys {
			b = appendText(appendText(b, k), s.Values[k])
		}
	}
	if flags&hasTexts != 0 {
		b = binary.AppendUvarint(b, uint64(s.Texts))
	}
	return b
}

func (s *stepRecord) flags() int {
	f := 0
	set := func(on bool, bit int) {
		if on {
			f |= bit
		}
	}
	set(s.ExecutedAt != 0 || s.ExecutedBy != "", hasExecution)
	set(s.SkipReason != "", hasReason)
	set(s.Revision != 0, hasPin)
	set(s.Override != 0, hasOverride)
	set(s.ClaimedBy != "", hasClaim)
	set(s.BlockedBy != "", hasBlock)
	set(s.Notes != 0, hasNotes)
	set(s.Custom, hasCustom)
	set(len(s.Values) > 0, hasValues)
	set(s.Texts != 0, hasTexts)
	set(s.Removed, isRemoved)
	return f
}

func parseStep(b []byte, s *stepRecord) error {
	if len(b) < 3 {
		return errStepForm
	}
	s.Status = Status(b[0])
	flags := int(b[1]) | int(b[2])<<8
	d := &stepBytes{b: b[3:]}
	s.UpdatedAt = d.varint()
	if flags&hasExecution != 0 {
		s.ExecutedAt, s.ExecutedBy = d.varint(), d.text()
	}
	if flags&hasReason != 0 {
		s.SkipReason = d.text()
	}
	if flags&hasPin != 0 {
		s.Revision = d.int()
	}
	if flags&hasOverride != 0 {
		s.Override, s.OverrideFrom = d.int(), d.int()
	}
	if flags&hasClaim != 0 {
		s.ClaimedBy, s.ClaimedAt = d.text(), d.varint()
	}
	if flags&hasBlock != 0 {
		s.BlockedBy, s.BlockedAt, s.BlockReason, s.BlockNeeds = d.text(), d.varint(), d.text(), d.text()
	}
	if flags&hasNotes != 0 {
		s.Notes = d.int()
	}
	if flags&hasCustom != 0 {
		s.Custom = true
		s.Category = Categories[d.byte()&1]
		s.Serial, s.Anchor = d.int(), d.int()
		s.Order, s.CreatedAt = d.float(), d.varint()
	}
	if flags&hasValues != 0 {
		n := d.int()
		if n > 0 {
			s.Values = map[string]string{}
		}
		for range n {
			k := d.text()
			s.Values[k] = d.text()
			if d.short {
				break
			}
		}
	}
	if flags&hasTexts != 0 {
		s.Texts = d.int()
	}
	s.Removed = flags&isRemoved != 0
	if d.short || len(d.b) != 0 {
		return errStepForm
	}
	return nil
}

// glance reads what a matrix cell needs straight from a stored form, without
// building a record. custom and overridden tell whether the record must be read whole.
func glance(b []byte) (status Status, marks Marks, flags int, ok bool) {
	b = b[bytes.IndexByte(b, ' ')+1:] // the number of the newest event stands before
	if len(b) < 3 {
		return 0, 0, 0, false
	}
	flags = int(b[1]) | int(b[2])<<8
	if flags&(hasCustom|hasOverride|hasClaim|hasBlock|hasNotes) != 0 {
		marks = marksOf(flags)
	}
	return Status(b[0]), marks, flags, b[0] <= byte(Reverted)
}

// changedAt reads when a stored step last changed, in Unix seconds; glance has seen that it is whole.
func changedAt(b []byte) int64 {
	at, _ := binary.Varint(b[bytes.IndexByte(b, ' ')+4:])
	return at
}

// marksOf is the marks that flags announce.
func marksOf(flags int) (marks Marks) {
	if flags&hasCustom != 0 {
		marks |= Custom
	} else if flags&hasOverride != 0 {
		marks |= Overridden
	}
	if flags&hasClaim != 0 {
		marks |= Claimed
	}
	if flags&hasBlock != 0 {
		marks |= Blocked
	}
	if flags&hasNotes != 0 {
		marks |= Noted
	}
	return marks
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// stepBytes reads a stored form; short is set, and zeroes come, once it runs out.
type stepBytes struct {
	b     []byte
	short bool
}

func (d *stepBytes) take(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.short, d.b = true, nil
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *stepBytes) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.short, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *stepBytes) int() int {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || v > math.MaxInt32 {
		d.short, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return int(v)
}

func (d *stepBytes) text() string { return string(d.take(d.int())) }

func (d *stepBytes) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *stepBytes) float() float64 {
	if b := d.take(8); b != nil {
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}

func unixTime(sec int64) time.Time { return time.Unix(sec, 0).UTC() }

func unixTimePtr(sec int64) *time.Time {
	if sec == 0 {
		return nil
	}
	t := unixTime(sec)
	return &t
}
