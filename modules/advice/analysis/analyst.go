// Package analysis judges targets and stores what came of it: an analysis of each, and its recommendations. Analyst is the way in:
// Refresh for a reader who waits, RefreshAll for a job. work.go says what is stale, analyse.go what happens to one target, lifecycle.go
// what becomes of recommendations that were stored. It checks no rights: it serves the module's own services.
package analysis

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/inputs"
	"github.com/holotwin/holotwin/modules/advice/questions"
)

// Needs are an Analyst's ports.
type Needs struct {
	Directory       *campus.Directory
	Inputs          *inputs.Reader
	Asker           *questions.Asker
	Consumption     advice.Consumption
	Changes         Changes
	Analyses        advice.Analyses
	Recommendations advice.Recommendations
	Clock           advice.Clock
}

// Analyst analyses targets whose past was changed, and those whose analysis is old.
type Analyst struct {
	directory       *campus.Directory
	inputs          *inputs.Reader
	asker           *questions.Asker
	consumption     advice.Consumption
	changes         Changes
	analyses        advice.Analyses
	recommendations advice.Recommendations
	clock           advice.Clock
	// turn holds one value while a refresh runs: one at a time in a process, since each takes all processors and another would only
	// repeat its work.
	turn chan struct{}
}

// New makes an analyst.
func New(needs Needs) *Analyst {
	return &Analyst{
		directory: needs.Directory, inputs: needs.Inputs, asker: needs.Asker, consumption: needs.Consumption, changes: needs.Changes,
		analyses: needs.Analyses, recommendations: needs.Recommendations, clock: needs.Clock, turn: make(chan struct{}, 1),
	}
}
