package advice

import (
	"context"
	"slices"
	"time"
)

// KeptScenario is a scenario that was kept with what it came to, to be compared with others.
type KeptScenario struct {
	ID string
	Scenario
	Simulation Simulation
	By         string
	At         time.Time
}

// mostScenarios are kept of each person: nobody's make room for another's.
const mostScenarios = 200

// KeepScenario simulates a scenario and keeps it. Errors: those of Simulate; ErrInvalid where it has no name.
func (a *Advisor) KeepScenario(ctx context.Context, caller Caller, s Scenario) (KeptScenario, error) {
	if !caller.MayManage() {
		return KeptScenario{}, ErrForbidden{}
	}
	if s.Name == "" {
		return KeptScenario{}, ErrInvalid{append(s.flaws(), Flaw{Field: "name", Rule: "required"})}
	}
	simulated, err := a.Simulate(ctx, caller, s)
	if err != nil {
		return KeptScenario{}, err
	}
	kept := KeptScenario{ID: a.NewID("sim"), Scenario: s, Simulation: simulated, By: caller.Subject, At: Now(a.Clock)}
	return kept, a.Scenarios.KeepScenario(ctx, kept, mostScenarios)
}

// KeptScenarios are those within the caller's reach, the newest first; ids picks some of them. Errors: ErrForbidden,
// ErrNotFound.
func (a *Advisor) KeptScenarios(ctx context.Context, caller Caller, ids []string) ([]KeptScenario, error) {
	if !caller.MayRead() {
		return nil, ErrForbidden{}
	}
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	all, err := a.Scenarios.AllScenarios(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s KeptScenario) bool { return !c.Sees(caller, c.SpaceOf(s.Simulation.Scope)) })
	if len(ids) == 0 {
		return all, nil
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(s KeptScenario) bool { return s.ID == id }) {
			return nil, ErrNotFound{"scenario", id}
		}
	}
	return slices.DeleteFunc(all, func(s KeptScenario) bool { return !slices.Contains(ids, s.ID) }), nil
}

// DropScenario lets a kept one go, and ends its run. Errors: ErrForbidden, ErrNotFound.
func (a *Advisor) DropScenario(ctx context.Context, caller Caller, id string) error {
	if !caller.MayManage() {
		return ErrForbidden{}
	}
	if _, err := a.KeptScenarios(ctx, caller, []string{id}); err != nil {
		return err
	}
	return a.Scenarios.DropScenario(ctx, id)
}
