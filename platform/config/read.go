package config

import (
	"errors"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// variable is a setting as its field of Config declares it.
type variable struct {
	field, name, unset string // unset is the default
	secret             bool
	kind               reflect.Kind
}

// variables are all settings, in the order of Config.
var variables = func() (all []variable) {
	settings := reflect.TypeFor[Config]()
	for i := range settings.NumField() {
		field := settings.Field(i)
		if name := field.Tag.Get("env"); name != "" && name != "-" {
			all = append(all, variable{
				field: field.Name, name: name, unset: field.Tag.Get("envDefault"), secret: field.Tag.Get("secret") == "true", kind: field.Type.Kind(),
			})
		}
	}
	return all
}()

// given are the values that an operator set, and where each is set.
type given struct {
	values  map[string]string
	sources map[string]Source
}

// Load reads and checks the settings. An error has one line for each fault.
func Load() (Config, error) {
	c, report := Read()
	return c, report.Err()
}

// Read reads the settings, and reports where each came from and what is wrong.
func Read() (Config, Report) {
	g := given{values: env.ToMap(os.Environ()), sources: map[string]Source{}}
	for name := range g.values {
		g.sources[name] = Source{Kind: FromEnvironment}
	}
	file, err := readDotenv(dotenvName)
	for _, one := range file.assignments {
		if _, set := g.values[one.name]; set {
			continue // the environment wins
		}
		g.values[one.name], g.sources[one.name] = one.value, Source{Kind: FromDotenv, File: file.path, Line: one.line}
		_ = os.Setenv(one.name, one.value) // libraries read the environment: PGSSLMODE, SSL_CERT_FILE
	}
	c, report := judge(g)
	if err != nil {
		// What .env would have set is not known, so only what was set elsewhere is judged.
		report.Faults = slices.DeleteFunc(report.Faults, func(f Fault) bool { return f.Source.Kind != FromEnvironment && f.Source.Kind != FromFile })
		report.Faults = append(faultsOf(err), report.Faults...)
	}
	report.Warnings = slices.Insert(report.Warnings, 0, file.warnings()...)
	c.Warnings = report.Warnings
	return c, report
}

// parse reads settings from an environment alone.
func parse(environment map[string]string) (Config, error) {
	g := given{values: environment, sources: map[string]Source{}}
	for name := range environment {
		g.sources[name] = Source{Kind: FromEnvironment}
	}
	c, report := judge(g)
	return c, report.Err()
}

// judge reads and checks values.
func judge(g given) (c Config, report Report) {
	g.trim()
	var wrong []error
	for _, v := range variables {
		if v.secret {
			wrong = append(wrong, g.readSecret(v.name))
		}
	}
	err := env.ParseWithOptions(&c, env.Options{Environment: g.values})
	if slices.ContainsFunc(wrong, isOf("DB_URL")) {
		c.DBURL = "" // and not the default, whose kind of database other settings would be compared with
	}
	report.Settings = g.settings()
	report.Add(errors.Join(wrong...))
	report.Add(typeErrors(err))
	report.Add(c.check())
	report.Warn(g.misspelt())
	report.Warn(c.idle())
	if report.Faults == nil {
		report.Faults = []Fault{}
	}
	if report.Warnings == nil {
		report.Warnings = []Fault{}
	}
	return c, report
}

func isOf(name string) func(error) bool {
	return func(err error) bool {
		var f Fault
		return errors.As(err, &f) && f.Setting == name
	}
}

// trim removes blanks around values. An empty value is as if it were not there.
func (g given) trim() {
	for name, value := range g.values {
		if g.values[name] = strings.TrimSpace(value); g.values[name] == "" {
			delete(g.values, name)
		}
	}
}

// settings returns each setting with its source.
func (g given) settings() []Setting {
	all := make([]Setting, len(variables))
	for i, v := range variables {
		all[i] = Setting{Name: v.name, Secret: v.secret, Source: Source{Kind: NotSet}}
		if _, set := g.values[v.name]; set {
			all[i].Source = g.sources[v.name]
		} else if v.unset != "" {
			all[i].Source.Kind = FromDefault
		}
	}
	return all
}

// typeErrors converts the library's errors, which name Go fields, into faults that name settings and contain no values.
func typeErrors(err error) error {
	if err == nil {
		return nil
	}
	var all env.AggregateError
	if !errors.As(err, &all) {
		return fault("environment", "cannot be read", "")
	}
	lines := make([]error, 0, len(all.Errors))
	for _, e := range all.Errors {
		var field env.ParseError
		if !errors.As(e, &field) {
			lines = append(lines, fault("environment", "cannot be read", ""))
			continue
		}
		for _, v := range variables {
			if v.field == field.Name {
				lines = append(lines, fault(v.name, "must be "+kindNames[v.kind], ""))
			}
		}
	}
	return errors.Join(lines...)
}

var kindNames = map[reflect.Kind]string{reflect.Int: "a whole number", reflect.Bool: "true or false"}

// names returns the names that an operator may set, in their order.
func names() []string {
	known := maps.Clone(foreign)
	for _, v := range variables {
		known[v.name] = true
		if v.secret {
			known[v.name+fileSuffix] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

// foreign are names that commands and compose.yaml read beside Config.
var foreign = map[string]bool{"SIMULATE_PASSWORD": true, "POSTGRES_PASSWORD": true}
