package bot

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAFileCompletesWhatWasSaid(t *testing.T) {
	tb := newTable(commands())
	csv := given{ID: "F1CSV", Name: "Customers.CSV", Type: "text/plain"}
	for _, tt := range []struct {
		line  string
		files []given
		want  string
	}{
		{"", []given{csv}, "customer import F1CSV"},
		{"customer import", []given{csv}, "customer import file=F1CSV"},
		{"customers import confirm=yes", []given{{ID: "F0PNG", Name: "a.png", Type: "image/png"}, csv}, "customers import confirm=yes file=F1CSV"},
		{"", []given{csv, {ID: "F2CSV", Name: "more.csv"}}, "customer import F1CSV,F2CSV"},
		{"customer import", []given{csv, {ID: "F2CSV", Name: "more.csv"}}, "customer import file=F1CSV,F2CSV"},
		{"customer import F2", []given{csv}, "customer import F2"},
		{"customer import file=F2", []given{csv}, "customer import file=F2"},
		{"done", []given{csv}, "done"},
		{`say "`, []given{csv}, `say "`},
		{"", []given{{ID: "F0PNG", Name: "a.png", Type: "image/png"}}, "help customer import"},
		{"next", nil, "next"},
	} {
		assert.Equal(t, tt.want, tb.withFiles(tt.line, tt.files), "%q", tt.line)
	}
}
