package scenario

import "context"

// Scenarios stores scenarios.
type Scenarios interface {
	// KeepScenario stores a scenario, and deletes its author's oldest ones beyond maxOfAuthor.
	KeepScenario(ctx context.Context, s Stored, maxOfAuthor int) error
	// AllScenarios returns all stored scenarios, newest first.
	AllScenarios(ctx context.Context) ([]Stored, error)
	// DropScenario deletes a scenario and its run. It is not an error if there is none.
	DropScenario(ctx context.Context, id string) error
}

// Runs stores the current run of each scenario, for all processes, and publishes its steps. A scenario has one run at a time; a new run
// replaces the earlier one.
type Runs interface {
	// BeginRun sets the scenario's current run.
	BeginRun(ctx context.Context, scenario, run string) error
	// EndRun removes the scenario's current run, whatever its id.
	EndRun(ctx context.Context, scenario string) error
	// PublishRun publishes steps of a run if it is still the scenario's current one; otherwise mine is false and nothing is published.
	PublishRun(ctx context.Context, steps []RunStep) (mine bool, err error)
}
