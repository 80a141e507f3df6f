package core

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestPlaceholdersAreFilledAndAllElseStays(t *testing.T) {
	values := map[string]string{"customer.name": "Acme", "customer.namespace": "acme-prod", "cluster.name": "eu $1",
		"customer.metadata.db_host": "pg-1", "customer.metadata.api/url": "https://x", "customer.metadata.a.b": "{{customer.name}}"}
	value := func(name string) string { return values[name] }
	for typed, want := range map[string]struct {
		filled  string
		missing []string
	}{
		"{{customer.name}} and {{ customer.namespace }}":        {"Acme and acme-prod", nil},
		"{{\tcustomer.name\t}}":                                 {"Acme", nil},
		"{{cluster.name}}":                                      {"eu $1", nil},
		"{{customer.metadata.db_host}}":                         {"pg-1", nil},
		"{{customer.metadata.api/url}}":                         {"https://x", nil},
		"{{customer.metadata.a.b}}":                             {"{{customer.name}}", nil}, // a value is never filled in turn
		"{{release.version}} {{release.version}}":               {"{{release.version IS MISSING}} {{release.version IS MISSING}}", []string{"release.version"}},
		"{{customer.metadata.nope}}":                            {"{{customer.metadata.nope IS MISSING}}", []string{"customer.metadata.nope"}},
		"{{ .Values.x }} {{- if .a }} {{ $x }} {{}} {{ }} ${a}": {"{{ .Values.x }} {{- if .a }} {{ $x }} {{}} {{ }} ${a}", nil},
		"{{customer.nam}} {{Customer.Name}} {customer.name}":    {"{{customer.nam}} {{Customer.Name}} {customer.name}", nil},
		"{{{customer.name}}}":                                   {"{Acme}", nil},
		"{{customer.\nname}} {{customer.metadata.}}":            {"{{customer.\nname}} {{customer.metadata.}}", nil},
		"{{customer.name}} {{customer.name}":                    {"Acme {{customer.name}", nil},
	} {
		content := read(typed)
		assert.Equal(t, want.filled, content.fill(value), typed)
		assert.Equal(t, want.missing, content.missing(value), typed)
	}
}

func TestNearMissesOfPlaceholdersAreNamed(t *testing.T) {
	for typed, meant := range map[string]string{
		"{{customer.nam}}":              "customer.name",
		"{{ customer.names }}":          "customer.name",
		"{{Customer.Name}}":             "customer.name",
		"{{.customer.name}}":            "customer.name",
		"{{customername}}":              "customer.name",
		"{{customer_namespace}}":        "customer.namespace",
		"{{cluster.kubeconfig}}":        "cluster.kubeconfig_path",
		"{{cluster.kubeconfigpath}}":    "cluster.kubeconfig_path",
		"{{release.versoin}}":           "release.version",
		"{{customer.metdata.db_host}}":  "customer.metadata.db_host",
		"{{customers.metadata.region}}": "customer.metadata.region",
		"{{cluster.meta.region}}":       "cluster.metadata.region",
		"{{customer.labels.Tier}}":      "customer.metadata.Tier",
		"{{customer.tier}}":             "customer.metadata.tier",
		"{{customer}}":                  "customer.name",
		"{{ Customers }}":               "customer.name",
		"{{cluster}}":                   "cluster.name",
		"{{release}}":                   "release.name",
		"{{release.changelog}}":         "release.name}} or {{release.version",
		"{{kubeconfig}}":                "cluster.kubeconfig_path",
		"{{kubeconfig_path}}":           "cluster.kubeconfig_path",
		"{{kube_config}}":               "cluster.kubeconfig_path",
		"{{meta.tier}}":                 "customer.metadata.tier}} or {{cluster.metadata.tier",
		"{{metadata.DB_Host}}":          "customer.metadata.DB_Host}} or {{cluster.metadata.DB_Host",
		"{{.metadata.name}}":            "", // kubectl -o go-template
		"{{ .cluster.region }}":         "",
		"{{ .Values.meta.tier }}":       "",
		"{{ $release }}":                "",
		"{{ item.customer }}":           "",
		"{{ end }}":                     "",
		"{{ range .Items }}":            "",
		"{{ toYaml . }}":                "",
		"{{ secrets.TOKEN }}":           "",
		"{{ github.ref }}":              "",
		"{{ inventory_hostname }}":      "",
		"{{cluster.metadata}}":          "cluster.metadata.KEY",
		"{{ .Values.customer }}":        "",
		"{{ include }}":                 "",
		"{{ .Release.Name }}":           "",
		"{{name}}":                      "",
		"{{namespace}}":                 "customer.namespace",
		"{{ Version }}":                 "release.version",
		"{{ .Version }}":                "",
		"{{customer.name}}":             "",
	} {
		got := nearMisses(typed)
		if meant == "" {
			assert.Empty(t, got, typed)
			continue
		}
		if assert.Len(t, got, 1, typed) {
			assert.True(t, strings.HasSuffix(got[0], "did you mean {{"+meant+"}}?"), got[0])
		}
	}
}

func TestValuesThatAShellReadsAsMoreThanTextAreNamed(t *testing.T) {
	for value, odd := range map[string]bool{"plain": false, "a b": false, "it's": true, `"`: true, "$x": true, "`x`": true, "a;b": true, "a\nb": true} {
		assert.Equal(t, odd, len(risky(read("echo {{customer.name}}"), func(string) string { return value })) == 1, "%q", value)
	}
}

// Filling touches nothing but placeholders, whatever stands around them.
func FuzzPlaceholders(f *testing.F) {
	f.Add("helm {{customer.name}} {{ .Values.x }}", "Acme")
	f.Add("{{{{customer.name}}}} {{customer.metadata.{{customer.name}}}}", "{{customer.name}}")
	f.Add("{{customer.name", "}}")
	f.Add("{{İİİ.0}} {{\xff.0}}", "0")
	f.Fuzz(func(t *testing.T, content, value string) {
		all := func(string) string { return value }
		filled, missing := read(content).fill(all), read(content).missing(all)
		nearMisses(content)
		risky(read(content), all)
		if utf8.ValidString(content) && utf8.ValidString(value) && !utf8.ValidString(filled) {
			t.Fatalf("%q became broken text", content)
		}
		if value != "" && len(missing) > 0 {
			t.Fatalf("%q: %q missing although it has a value", content, missing)
		}
		if len(placeholders(content)) == 0 && filled != content {
			t.Fatalf("%q became %q without a placeholder in it", content, filled)
		}
		// What stands between the placeholders is the same before and after.
		rest := content
		for _, m := range placeholderForm.FindAllStringSubmatchIndex(content, -1) {
			name := content[m[2]:m[3]]
			if !isPlaceholder(name) {
				continue
			}
			before, after, ok := strings.Cut(rest, content[m[0]:m[1]])
			put := value
			if value == "" {
				put = "{{" + name + " IS MISSING}}"
			}
			if !ok || !strings.HasPrefix(filled, before+put) {
				t.Fatalf("%q became %q", content, filled)
			}
			filled, rest = filled[len(before+put):], after
		}
		if filled != rest {
			t.Fatalf("%q ended as %q", rest, filled)
		}
	})
}
