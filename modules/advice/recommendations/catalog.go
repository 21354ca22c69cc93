// Package recommendations shows what was found: recommendations with their evidence and status, anomalies, and how spaces compare.
// Catalog is the way in: List, SetStatus, Evidence, Anomalies and Compare act for a caller; Reword is a job.
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
	// Rewriter is nil where texts stay as the templates have them.
	Rewriter Rewriter
	Clock    advice.Clock
}

// Catalog shows what was found.
type Catalog struct {
	directory       *campus.Directory
	inputs          *inputs.Reader
	asker           *questions.Asker
	analyst         *analysis.Analyst
	prices          advice.Prices
	analyses        advice.Analyses
	recommendations advice.Recommendations
	wordings        Wordings
	rewriter        Rewriter
	clock           advice.Clock
}

// New makes a catalog.
func New(needs Needs) *Catalog {
	return &Catalog{
		directory: needs.Directory, inputs: needs.Inputs, asker: needs.Asker, analyst: needs.Analyst, prices: needs.Prices, analyses: needs.Analyses,
		recommendations: needs.Recommendations, wordings: needs.Wordings, rewriter: needs.Rewriter, clock: needs.Clock,
	}
}
