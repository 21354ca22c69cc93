// Package scenario computes what changes of devices, hours and tariffs would have saved, by a replay of measured hours. Simulator is the
// entry point. scenario.go defines scenarios, replay.go reads their input, measure.go converts a change into a measure of whatif, cost.go
// computes costs, and runs.go plays a stored scenario hour by hour.
package scenario

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
)

// Needs are a Simulator's ports.
type Needs struct {
	Directory   *campus.Directory
	Consumption advice.Consumption
	Ambience    advice.Ambience
	Calendar    advice.Calendar
	Prices      advice.Prices

	Scenarios Scenarios
	Runs      Runs

	Clock advice.Clock
	// NewID returns an id with a prefix that cannot be guessed.
	NewID func(prefix string) string
}

// Simulator simulates scenarios, stores them and plays them.
type Simulator struct {
	directory   *campus.Directory
	consumption advice.Consumption
	ambience    advice.Ambience
	calendar    advice.Calendar
	prices      advice.Prices
	scenarios   Scenarios
	runs        Runs
	clock       advice.Clock
	newID       func(prefix string) string
	// started holds runs that wait to be played.
	started chan playback
}

// New returns a simulator.
func New(needs Needs) *Simulator {
	return &Simulator{
		directory: needs.Directory, consumption: needs.Consumption, ambience: needs.Ambience, calendar: needs.Calendar, prices: needs.Prices,
		scenarios: needs.Scenarios, runs: needs.Runs, clock: needs.Clock, newID: needs.NewID, started: make(chan playback, maxRuns),
	}
}
