package memoryadvice

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Analyses returns the last analysis of each target, without its departures.
func (s *Store) Analyses(context.Context) ([]advice.Analysis, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.SortedFunc(maps.Values(s.analyses), func(a, b advice.Analysis) int {
		return cmp.Compare(a.Target.String(), b.Target.String())
	})
	for i := range all {
		all[i].Departures = nil
	}
	return all, nil
}

// Departures returns the departures of the last analyses that found any.
func (s *Store) Departures(context.Context) (map[advice.Target][]rules.Departure, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[advice.Target][]rules.Departure)
	for t, a := range s.analyses {
		if len(a.Departures) > 0 {
			all[t] = a.Departures
		}
	}
	return all, nil
}

// KeepAnalysis replaces the analysis of a target. It replaces its recommendations with the result of merge.
func (s *Store) KeepAnalysis(_ context.Context, a advice.Analysis, merge func([]advice.Recommendation) []advice.Recommendation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.analyses[a.Target] = a
	var stored []advice.Recommendation
	for _, r := range s.recommendations {
		if r.Target == a.Target {
			stored = append(stored, r)
		}
	}
	slices.SortFunc(stored, func(a, b advice.Recommendation) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range merge(stored) {
		if was, known := s.recommendations[r.ID]; known {
			if event, turned := advice.Turned(was, r); turned {
				s.events[r.ID] = append(s.events[r.ID], event)
			}
		}
		s.recommendations[r.ID] = r
	}
	return nil
}
