package memoryadvice

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/scenario"
)

// BeginRun stores a run as the scenario's current run.
func (s *Store) BeginRun(_ context.Context, scenario, run string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs[scenario] = run
	return nil
}

// EndRun deletes the scenario's current run.
func (s *Store) EndRun(_ context.Context, scenario string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.runs, scenario)
	return nil
}

// PublishRun publishes the steps of a run, and reports whether it is still the current one.
func (s *Store) PublishRun(_ context.Context, steps []scenario.RunStep) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(steps) == 0 {
		return true, nil
	}
	if s.runs[steps[0].Scenario] != steps[0].Run {
		return false, nil
	}
	if steps[len(steps)-1].State == scenario.RunFinished {
		delete(s.runs, steps[0].Scenario)
	}
	s.steps = append(s.steps, steps...)
	return true, nil
}

// Steps returns all published steps, oldest first.
func (s *Store) Steps() []scenario.RunStep {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.steps)
}
