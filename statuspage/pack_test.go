package statuspage

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEncodingFor(t *testing.T) {
	for header, want := range map[string]string{
		"":                        "",
		"gzip, deflate, br, zstd": "zstd",
		"gzip":                    "gzip",
		"GZIP;q=0.5":              "gzip",
		"zstd;q=0, gzip":          "gzip",
		"zstd; q=0.0, gzip;q=0":   "",
		"identity":                "",
		"gzipped":                 "",
	} {
		assert.Equal(t, want, encodingFor(&http.Request{Header: http.Header{"Accept-Encoding": {header}}}), header)
	}
}

func TestPackedAnswersUnpackToTheSame(t *testing.T) {
	plain := []byte(strings.Repeat("<td class=d>Done", 1000))
	for encoding, unpack := range map[string]func(io.Reader) (io.Reader, error){
		"":     func(r io.Reader) (io.Reader, error) { return r, nil },
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	} {
		a, err := newAnswer(htmlType, plain, encoding)
		require.NoError(t, err)
		assert.Equal(t, encoding, a.encoding)
		r, err := unpack(bytes.NewReader(a.body))
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, plain, got)
	}
	small, err := newAnswer(htmlType, []byte("small"), "zstd")
	require.NoError(t, err)
	assert.Equal(t, answer{htmlType, "", []byte("small")}, small)
}

func TestShelfKeepsWhatWasUsedLast(t *testing.T) {
	s := newShelf(100)
	body := bytes.Repeat([]byte{'x'}, 24)
	for _, key := range []string{"1", "2", "3", "4"} {
		s.put(key, answer{body: body})
	}
	_, found := s.get("1")
	require.True(t, found, "four times 25 bytes fit")
	s.put("5", answer{body: body})
	_, found = s.get("2")
	assert.False(t, found, "the one used longest ago made room")
	for _, key := range []string{"1", "3", "4", "5"} {
		_, found = s.get(key)
		assert.True(t, found, key)
	}
	s.put("huge", answer{body: make([]byte, 26)})
	_, found = s.get("huge")
	assert.False(t, found, "one answer does not push out most others")
	assert.Equal(t, 100, s.bytes)
}
