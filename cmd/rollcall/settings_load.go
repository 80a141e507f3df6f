package main

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// lookup finds a variable of the environment, as os.LookupEnv does.
type lookup func(name string) (string, bool)

// settingFlags are the flags of a command for some of the settings: kong fills them, load reads them.
type settingFlags struct {
	kong.Plugins
	rows []setting
}

// flagsFor returns flags for the settings with the given environment variables, for all settings when none is given.
// A command may have a default of its own: "ROLLCALL_LOG=text,warn".
func flagsFor(wanted ...string) settingFlags {
	rows := settings
	if len(wanted) > 0 {
		rows = nil
	}
	for _, w := range wanted {
		env, def, own := strings.Cut(w, "=")
		for _, s := range settings {
			if s.env != env {
				continue
			}
			if own {
				s.def, s.defDoc = def, ""
			}
			rows = append(rows, s)
		}
	}
	fields := make([]reflect.StructField, len(rows))
	for i, s := range rows {
		help := strings.ReplaceAll(s.doc, "`", "") + " (" + s.env
		if s.secret {
			help += " or, naming a file, " + s.env + "_FILE"
		}
		help += "; default " + strings.ReplaceAll(s.defaultDoc(), "`", "") + ")"
		fields[i] = reflect.StructField{
			Name: "Setting" + strconv.Itoa(i),
			Type: reflect.TypeFor[*string](), // nil tells a flag that was not given from one given as empty
			Tag: reflect.StructTag(fmt.Sprintf(`name:%q help:%q placeholder:"VALUE" group:"Settings"`,
				s.flag(), help)),
		}
	}
	return settingFlags{Plugins: kong.Plugins{reflect.New(reflect.StructOf(fields)).Interface()}, rows: rows}
}

// load reads each setting of the command from its flag, else its variable, else its file; the others, and those that
// nobody set, have their default. It returns everything that is wrong, not the first thing only, and shows no secret.
func (f settingFlags) load(env lookup) (config, []error) {
	var c config
	var problems []error
	given := reflect.ValueOf(f.Plugins[0]).Elem()
	for _, s := range settings {
		value, from := s.def, s.env
		if i := slices.IndexFunc(f.rows, func(r setting) bool { return r.env == s.env }); i >= 0 {
			flag, _ := given.Field(i).Interface().(*string)
			var err error
			if value, from, err = f.rows[i].value(flag, env); err != nil {
				problems, c.refused = append(problems, err), append(c.refused, s.env)
				continue
			}
		}
		if value == "" {
			continue
		}
		if err := s.set(&c, value); err != nil {
			problems, c.refused = append(problems, fmt.Errorf("%s %w", from, err)), append(c.refused, s.env)
		}
	}
	return c, problems
}

// value finds what a setting is set to, and where, for messages.
func (s setting) value(flag *string, env lookup) (value, from string, err error) {
	if flag != nil { // given as empty it takes back what the environment says
		if *flag == "" {
			return s.def, "--" + s.flag(), nil
		}
		return *flag, "--" + s.flag(), nil
	}
	value, _ = env(s.env)
	if s.secret {
		if path, _ := env(s.env + "_FILE"); path != "" {
			if value != "" {
				return "", "", fmt.Errorf("%s and %s_FILE are both set: keep one", s.env, s.env)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return "", "", fmt.Errorf("%s_FILE cannot be read: %w", s.env, err)
			}
			return strings.TrimSpace(string(text)), s.env + "_FILE", nil
		}
	}
	if value == "" {
		value = s.def
	}
	return value, s.env, nil
}
