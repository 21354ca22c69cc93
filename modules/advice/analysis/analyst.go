// Package analysis runs the rules on targets and stores the results: an analysis of each target, and its recommendations. Analyst is the
// entry point: Refresh for a waiting reader, RefreshAll for a job. work.go finds what is stale, analyse.go analyses one target,
// lifecycle.go updates the status of stored recommendations. It checks no rights: it serves the module's own services.
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
	// turn holds one value while a refresh runs. A process runs one refresh at a time, since each uses all processors and a second one
	// would repeat its work.
	turn chan struct{}
}

// New returns an analyst.
func New(needs Needs) *Analyst {
	return &Analyst{
		directory: needs.Directory, inputs: needs.Inputs, asker: needs.Asker, consumption: needs.Consumption, changes: needs.Changes,
		analyses: needs.Analyses, recommendations: needs.Recommendations, clock: needs.Clock, turn: make(chan struct{}, 1),
	}
}
