// Package questions asks whether a space opened on days that are closed in the calendar but look like working days, and stores the answers.
// Asker is the entry point: Answer and Withdraw act for a caller; the other methods serve the module's own services, since they take a
// campus, which no handler has.
package questions

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
)

// Needs are an Asker's ports.
type Needs struct {
	Directory  *campus.Directory
	Calendar   advice.Calendar
	Openings   Openings
	Analyses   advice.Analyses
	DayAnswers DayAnswers
	Clock      advice.Clock
}

// Asker asks about closed days and stores the answers.
type Asker struct {
	directory  *campus.Directory
	calendar   advice.Calendar
	openings   Openings
	analyses   advice.Analyses
	dayAnswers DayAnswers
	clock      advice.Clock
}

// New returns an asker.
func New(needs Needs) *Asker {
	return &Asker{
		directory: needs.Directory, calendar: needs.Calendar, openings: needs.Openings, analyses: needs.Analyses, dayAnswers: needs.DayAnswers, clock: needs.Clock,
	}
}
