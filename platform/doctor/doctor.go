// Package doctor looks at a running installation: whether what it stands on works, and what to do where it does not. Run runs checks
// once, for a command; a Watch runs them again and again, for a server. The texts are in words.go.
package doctor

import (
	"context"
	"encoding/json"
	"time"
)

// Level is how bad a finding is.
type Level int

// The levels.
const (
	OK Level = iota
	Warning
	Fault
)

var levelNames = [...]string{"ok", "warning", "fault"}

// String is the name of the level.
func (l Level) String() string { return levelNames[l] }

// MarshalJSON writes the name.
func (l Level) MarshalJSON() ([]byte, error) { return json.Marshal(l.String()) }

// Finding is what a check found.
type Finding struct {
	// Check is the name of the check, such as disk.
	Check string
	Level Level
	// Code names the text of the finding in words.go.
	Code string
	// Values are the values in the text. Those of the type string may name a person, a host or a path; a Plain may not.
	Values map[string]any
}

// Plain is a text that names no person, no host and no path.
type Plain string

// Check looks at one thing and returns at least one finding.
type Check struct {
	Name string
	Look func(ctx context.Context) []Finding
}

// lookTime bounds one check: an installation that is ill answers late.
const lookTime = 10 * time.Second

// Run runs checks one after the other. A check that is not over in time is a finding itself.
func Run(ctx context.Context, checks []Check) (all []Finding) {
	for _, check := range checks {
		all = append(all, look(ctx, check)...)
	}
	return all
}

func look(ctx context.Context, check Check) []Finding {
	bounded, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	found := check.Look(bounded)
	for i := range found {
		found[i].Check = check.Name
	}
	return found
}

// Worst is the worst level of findings.
func Worst(findings []Finding) (worst Level) {
	for _, f := range findings {
		worst = max(worst, f.Level)
	}
	return worst
}

// fine, warn and fault return findings of a level.
func fine(code string, values map[string]any) Finding {
	return Finding{Level: OK, Code: code, Values: values}
}

func warn(code string, values map[string]any) Finding {
	return Finding{Level: Warning, Code: code, Values: values}
}

func fault(code string, values map[string]any) Finding {
	return Finding{Level: Fault, Code: code, Values: values}
}
