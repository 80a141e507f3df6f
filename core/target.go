package core

import (
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
