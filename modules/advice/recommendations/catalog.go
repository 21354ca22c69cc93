// Package recommendations lists the results of the analyses: recommendations with their evidence and status, anomalies, and comparisons of
// spaces. Catalog is the entry point: List, SetStatus, Evidence, Anomalies and Compare act for a caller; Reword is a job.
package recommendations

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/analysis"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/inputs"
	"github.com/holotwin/holotwin/modules/advice/questions"
)

// Needs are a Catalog's ports.
type Needs struct {
	Directory       *campus.Directory
	Inputs          *inputs.Reader
	Asker           *questions.Asker
	Analyst         *analysis.Analyst
	Prices          advice.Prices
	Analyses        advice.Analyses
	Recommendations advice.Recommendations
	Wordings        Wordings
	People          People
	// Rewriter is nil if texts come from the templates only.
	Rewriter Rewriter
	Clock    advice.Clock
}

// Catalog lists the results of the analyses.
type Catalog struct {
	directory       *campus.Directory
	inputs          *inputs.Reader
	asker           *questions.Asker
	analyst         *analysis.Analyst
	prices          advice.Prices
	analyses        advice.Analyses
	recommendations advice.Recommendations
	wordings        Wordings
	people          People
	rewriter        Rewriter
	clock           advice.Clock
}

// New returns a catalog.
func New(needs Needs) *Catalog {
	return &Catalog{
		directory: needs.Directory, inputs: needs.Inputs, asker: needs.Asker, analyst: needs.Analyst, prices: needs.Prices, analyses: needs.Analyses,
		recommendations: needs.Recommendations, wordings: needs.Wordings, people: needs.People, rewriter: needs.Rewriter, clock: needs.Clock,
	}
}
