// Package inputs reads the data of a target that the computations need: its hours with the weather, the calendar and its states, and the
// prices that value its savings. Reader is the entry point; window.go selects the hours, set.go assembles the input of the rules, rows.go
// the input of a baseline. It checks no rights: it serves the module's own services.
package inputs

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/questions"
)

// Needs are a Reader's ports.
type Needs struct {
	Consumption advice.Consumption
	Ambience    advice.Ambience
	States      States
	Calendar    advice.Calendar
	Prices      advice.Prices
	// Asker returns the answers about closed days.
	Asker *questions.Asker
	Clock advice.Clock
}

// Reader reads the inputs of targets.
type Reader struct {
	consumption advice.Consumption
	ambience    advice.Ambience
	states      States
	calendar    advice.Calendar
	prices      advice.Prices
	asker       *questions.Asker
	clock       advice.Clock
}

// New returns a reader.
func New(needs Needs) *Reader {
	return &Reader{
		consumption: needs.Consumption, ambience: needs.Ambience, states: needs.States, calendar: needs.Calendar, prices: needs.Prices,
		asker: needs.Asker, clock: needs.Clock,
	}
}
