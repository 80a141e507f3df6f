package statuspage

import (
	"bytes"
	"container/list"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// worthPacking is the length, in bytes, below which compressing saves nothing on the way.
const worthPacking = 1024

// encodingFor is the best way to send an answer that the asker understands: "zstd", "gzip" or "" for plain.
func encodingFor(r *http.Request) string {
	header := strings.Join(r.Header.Values("Accept-Encoding"), ",")
	for _, encoding := range []string{"zstd", "gzip"} {
		if accepts(header, encoding) {
			return encoding
		}
	}
	return ""
}

func accepts(header, encoding string) bool {
	for one := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(one, ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			weight = strings.TrimSpace(weight)
			return weight != "q=0" && !strings.HasPrefix(weight, "q=0.0")
		}
	}
	return false
}

var zstdPacker, zstdFault = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault))

// pack compresses plain; an unknown encoding leaves it as it is.
func pack(plain []byte, encoding string) ([]byte, error) {
	switch encoding {
	case "zstd":
		if zstdFault != nil {
			return nil, zstdFault
		}
		return zstdPacker.EncodeAll(plain, make([]byte, 0, len(plain)/8)), nil
	case "gzip":
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, 5)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(plain); err != nil {
			return nil, err
		}
		if err := w.Close(); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	}
	return plain, nil
}

// answer is a body ready to be sent.
type answer struct {
	kind     string // its content type
	encoding string // how it is packed; "" is not at all
	body     []byte
}

// newAnswer packs a body for those who understand encoding.
func newAnswer(kind string, plain []byte, encoding string) (answer, error) {
	if len(plain) < worthPacking {
		encoding = ""
	}
	body, err := pack(plain, encoding)
	return answer{kind, encoding, body}, err
}

func (a answer) send(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Add("Vary", "Accept-Encoding")
	if a.encoding != "" {
		h.Set("Content-Encoding", a.encoding)
	}
	_, _ = w.Write(a.body)
}

// shelf keeps the answers asked for last, up to a number of bytes. Many people look at the same few pages, and an
// answer stays true until the next change, which its key names.
type shelf struct {
	most int

	mu    sync.Mutex
	bytes int
	order *list.List // of kept, the one used last in front
	byKey map[string]*list.Element
}

type kept struct {
	key string
	answer
}

func newShelf(most int) *shelf {
	return &shelf{most: most, order: list.New(), byKey: map[string]*list.Element{}}
}

func (s *shelf) get(key string) (answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byKey[key]
	if e == nil {
		return answer{}, false
	}
	s.order.MoveToFront(e)
	return e.Value.(kept).answer, true
}

func (s *shelf) put(key string, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey[key] != nil || len(a.body) > s.most/4 {
		return
	}
	s.byKey[key] = s.order.PushFront(kept{key, a})
	s.bytes += len(key) + len(a.body)
	for s.bytes > s.most {
		last := s.order.Back()
		k := s.order.Remove(last).(kept)
		delete(s.byKey, k.key)
		s.bytes -= len(k.key) + len(k.body)
	}
}
