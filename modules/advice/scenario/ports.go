package scenario

import "context"

// Scenarios stores scenarios.
type Scenarios interface {
	// KeepScenario stores one, and deletes its maker's oldest beyond ofMaker.
	KeepScenario(ctx context.Context, s Stored, ofMaker int) error
	// AllScenarios are all stored ones, the newest first.
	AllScenarios(ctx context.Context) ([]Stored, error)
	// DropScenario deletes one with its run; it is no error if there is none.
	DropScenario(ctx context.Context, id string) error
}

// Runs stores the current run of each scenario, for all processes, and publishes its steps. A scenario has one run at a time: a new
// one takes the place of the one before.
type Runs interface {
	// BeginRun makes a run the scenario's.
	BeginRun(ctx context.Context, scenario, run string) error
	// EndRun takes the scenario's run away, whichever it is.
	EndRun(ctx context.Context, scenario string) error
	// PublishRun publishes steps of a run if it is still the scenario's; if not, mine is false and nothing is published.
	PublishRun(ctx context.Context, steps []RunStep) (mine bool, err error)
}
