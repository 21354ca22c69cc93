package scenario

import "context"

// Scenarios keeps what-ifs.
type Scenarios interface {
	// KeepScenario keeps one, and lets its maker's oldest go beyond so many.
	KeepScenario(ctx context.Context, s Stored, ofMaker int) error
	// AllScenarios are those kept, the newest first.
	AllScenarios(ctx context.Context) ([]Stored, error)
	// DropScenario lets one go with its run; one that is not there is gone already.
	DropScenario(ctx context.Context, id string) error
}

// Runs keeps which run of a scenario goes on, for all processes, and tells what it shows. A scenario has one run at a time: a new
// one takes the place of the one before.
type Runs interface {
	// BeginRun makes a run the scenario's.
	BeginRun(ctx context.Context, scenario, run string) error
	// EndRun takes the scenario's run away, whichever it is.
	EndRun(ctx context.Context, scenario string) error
	// TellRun tells steps of a run if it is still the scenario's; mine is false, and nothing told, where it is not.
	TellRun(ctx context.Context, steps []RunStep) (mine bool, err error)
}
