package scenario

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// Stored is a stored scenario with its result.
type Stored struct {
	ID string
	Scenario
	Simulation Simulation
	By         string
	At         time.Time
}

// maxStored is the maximum number of scenarios stored for each person.
const maxStored = 200

// Store simulates a scenario and stores it. Errors: those of Simulate; ErrInvalid if it has no name.
func (sim *Simulator) Store(ctx context.Context, caller advice.Caller, s Scenario) (Stored, error) {
	if !caller.MayManage() {
		return Stored{}, advice.ErrForbidden{}
	}
	if s.Name == "" {
		return Stored{}, advice.ErrInvalid{Flaws: append(s.flaws(), advice.Flaw{Field: "name", Rule: "required"})}
	}
	simulated, err := sim.Simulate(ctx, caller, s)
	if err != nil {
		return Stored{}, err
	}
	kept := Stored{ID: sim.newID("sim"), Scenario: s, Simulation: simulated, By: caller.Subject, At: advice.Now(sim.clock)}
	return kept, sim.scenarios.KeepScenario(ctx, kept, maxStored)
}

// Stored returns the scenarios that the caller may see, newest first; ids selects some of them. Errors: ErrForbidden, ErrNotFound.
func (sim *Simulator) Stored(ctx context.Context, caller advice.Caller, ids []string) ([]Stored, error) {
	if !caller.MayRead() {
		return nil, advice.ErrForbidden{}
	}
	c, err := sim.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	all, err := sim.scenarios.AllScenarios(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s Stored) bool { return !c.Sees(caller, c.SpaceOf(s.Simulation.Scope)) })
	if len(ids) == 0 {
		return all, nil
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(s Stored) bool { return s.ID == id }) {
			return nil, advice.ErrNotFound{Kind: "scenario", ID: id}
		}
	}
	return slices.DeleteFunc(all, func(s Stored) bool { return !slices.Contains(ids, s.ID) }), nil
}

// Removal counts by kind what Delete would delete, and changes nothing. Errors: ErrForbidden, ErrNotFound.
func (sim *Simulator) Removal(ctx context.Context, caller advice.Caller, id string) (map[string]int, error) {
	if err := sim.checkRemovable(ctx, caller, id); err != nil {
		return nil, err
	}
	return map[string]int{"simulation": 1}, nil
}

// Delete deletes a stored scenario and stops its run. Errors: ErrForbidden, ErrNotFound.
func (sim *Simulator) Delete(ctx context.Context, caller advice.Caller, id string) error {
	if err := sim.checkRemovable(ctx, caller, id); err != nil {
		return err
	}
	return sim.scenarios.DropScenario(ctx, id)
}

func (sim *Simulator) checkRemovable(ctx context.Context, caller advice.Caller, id string) error {
	if !caller.MayManage() {
		return advice.ErrForbidden{}
	}
	_, err := sim.Stored(ctx, caller, []string{id})
	return err
}
