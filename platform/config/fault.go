package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kinds of sources.
const (
	FromEnvironment = "environment"
	FromDotenv      = ".env"
	FromFile        = "file"
	FromDefault     = "default"
	NotSet          = "not set"
)

// Source is where the value of a setting came from.
type Source struct {
	Kind string `json:"kind"`
	// File is the path of .env, or of the file that holds the value.
	File string `json:"file,omitempty"`
	// Line is the line of .env, from 1; 0 if it is not known.
	Line int `json:"line,omitempty"`
	// NamedBy is the setting that names the file, such as JWT_SECRET_FILE, and SetIn where that is set.
	NamedBy string  `json:"named_by,omitempty"`
	SetIn   *Source `json:"set_in,omitempty"`
}

func (s Source) String() string {
	switch s.Kind {
	case FromEnvironment:
		return "from the environment"
	case FromDotenv:
		if s.Line == 0 {
			return "from " + s.File
		}
		return fmt.Sprintf("from %s, line %d", s.File, s.Line)
	case FromFile:
		return fmt.Sprintf("from the file %s, which %s names %s", s.File, s.NamedBy, s.SetIn)
	case FromDefault:
		return "the default"
	}
	return NotSet
}

// Fault is what is wrong with a setting. It holds no value, because a value may be a secret.
type Fault struct {
	Setting string `json:"setting"`
	// Problem is what is wrong, Remedy what to do; an empty Remedy means that Problem names both.
	Problem string `json:"problem"`
	Remedy  string `json:"remedy,omitempty"`
	// Source is where the value came from; its Kind is empty until the fault is in a report.
	Source Source `json:"source"`
}

// Error returns the fault as one line that begins with the setting.
func (f Fault) Error() string {
	line := f.Setting + ": " + f.Problem
	if f.Remedy != "" {
		line += "; " + f.Remedy
	}
	if f.Source.Kind != "" {
		line += " (" + f.Source.String() + ")"
	}
	return line
}

func fault(setting, problem, remedy string) error {
	return Fault{Setting: setting, Problem: problem, Remedy: remedy}
}

// faultsOf returns the faults in an error, which may join several. Another part of the program may write a fault as text:
// NAME: problem; remedy.
func faultsOf(err error) []Fault {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []Fault
		for _, one := range joined.Unwrap() {
			all = append(all, faultsOf(one)...)
		}
		return all
	}
	var f Fault
	if errors.As(err, &f) {
		return []Fault{f}
	}
	name, text, _ := strings.Cut(err.Error(), ": ")
	problem, remedy, _ := strings.Cut(text, "; ")
	return []Fault{{Setting: name, Problem: problem, Remedy: remedy}}
}

// Setting is a setting and where its value came from. It does not hold the value.
type Setting struct {
	Name   string `json:"name"`
	Source Source `json:"source"`
	// Secret is true if the value is a secret or may hold one. It may then be set by NAME_FILE.
	Secret bool `json:"secret"`
}

// Report is the judgement of all settings.
type Report struct {
	Faults   []Fault   `json:"faults"`
	Warnings []Fault   `json:"warnings"`
	Settings []Setting `json:"settings"`
}

// Add adds the faults in an error, with their sources. A setting that has a fault already gets no other: it would be a consequence.
func (r *Report) Add(err error) {
	found := faultsOf(err)
	faulty := make(map[string]bool, len(r.Faults))
	for _, f := range r.Faults {
		faulty[f.Setting] = true
	}
	for _, f := range found {
		if !faulty[f.Setting] {
			r.Faults = append(r.Faults, r.withSource(f))
		}
	}
}

// Warn adds the faults in an error as warnings, with their sources.
func (r *Report) Warn(err error) {
	for _, f := range faultsOf(err) {
		r.Warnings = append(r.Warnings, r.withSource(f))
	}
}

func (r *Report) withSource(f Fault) Fault {
	if f.Source.Kind == "" {
		f.Source = r.SourceOf(f.Setting)
	}
	return f
}

// SourceOf returns where a setting came from.
func (r *Report) SourceOf(name string) Source {
	i := slices.IndexFunc(r.Settings, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Source{Kind: NotSet}
	}
	return r.Settings[i].Source
}

// Err returns all faults as one error with a line for each; nil if there is none.
func (r *Report) Err() error {
	all := make([]error, len(r.Faults))
	for i, f := range r.Faults {
		all[i] = f
	}
	return errors.Join(all...)
}
