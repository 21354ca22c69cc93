package memoryadvice

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/scenario"
)

// KeepScenario stores a scenario and deletes the same author's oldest ones beyond ofMaker.
func (s *Store) KeepScenario(_ context.Context, kept scenario.Stored, ofMaker int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scenarios = append(s.scenarios, kept)
	slices.SortFunc(s.scenarios, func(a, b scenario.Stored) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	own := 0
	s.scenarios = slices.DeleteFunc(s.scenarios, func(k scenario.Stored) bool {
		if k.By != kept.By {
			return false
		}
		own++
		return own > ofMaker
	})
	return nil
}

// AllScenarios returns the scenarios, newest first.
func (s *Store) AllScenarios(context.Context) ([]scenario.Stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.scenarios), nil
}

// DropScenario deletes a scenario and its run.
func (s *Store) DropScenario(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scenarios = slices.DeleteFunc(s.scenarios, func(k scenario.Stored) bool { return k.ID == id })
	delete(s.runs, id)
	return nil
}
