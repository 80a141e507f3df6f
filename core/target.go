package core

import (
	"regexp"
	"strconv"
	"strings"
)

// place is where a customer lives, by name.
type place struct{ customer, cluster, namespace string }

func (p place) String() string { return p.customer + " · " + p.cluster + " / " + p.namespace }

// targetLine is the one line that says which step of which customer this is.
// It stands first wherever a customer's step is shown, asked about, answered
// or downloaded; nothing else words it.
func targetLine(p place, release string, c Category, position, short, name string) string {
	return p.String() + " · " + release + " · " + string(c) + " " + position + " (" + short + ") " + name
}

// placeForm takes a customer with its place apart, and the release that may follow.
var placeForm = regexp.MustCompile(`^(.*) · (.*) / ([a-z0-9-]+)(?: · (.*))?$`)

// SetApart puts what set makes of each name in a target line in the name's
// place: for surfaces that keep the names of a line apart, since one that is
// read from right to left draws its neighbours along. A customer with its
// place counts as a line too; of another text the whole is taken for a name.
func SetApart(line string, set func(name string) string) string {
	m, names := titleForm.FindStringSubmatchIndex(line), []int{1, 2, 3, 4, 6} // the fifth is the short id
	if m == nil {
		m, names = placeForm.FindStringSubmatchIndex(line), []int{1, 2, 3, 4}
	}
	if m == nil {
		return set(line)
	}
	var b strings.Builder
	at := 0
	for _, name := range names {
		if from, to := m[2*name], m[2*name+1]; from >= 0 {
			b.WriteString(line[at:from] + set(line[from:to]))
			at = to
		}
	}
	return b.String() + line[at:]
}

// formatOrder is an order index as people count it: from one, a custom step
// between the first and the second being 1.5.
func formatOrder(order float64) string {
	return strconv.FormatFloat(order+1, 'f', -1, 64)
}

// fileName is what a step's content is called when it is downloaded:
// v2.5.0_prod-eu_cust-d-prod_deploy-02_run-migration.sql.
func fileName(release, cluster, namespace string, c Category, position, name string, t StepType) string {
	if len(position) == 1 || position[1] == '.' {
		position = "0" + position
	}
	ext := map[StepType]string{Bash: "sh", SQL: "sql", Text: "txt"}[t]
	parts := []string{slug(release), slug(cluster), slug(namespace), string(c) + "-" + slug(position), slug(name)}
	base := strings.Join(parts, "_")
	if len(base) > 150 {
		base = strings.TrimRight(base[:150], "-._")
	}
	return base + "." + ext
}

// slug keeps what is safe in a file name on every system.
func slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		default:
			dash = true
		}
	}
	if s := strings.Trim(b.String(), "."); s != "" {
		return s
	}
	return "x"
}
