package memoryadvice

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/advice"
)

// KeepDayAnswers stores answers; each replaces the answer for the same space and date.
func (s *Store) KeepDayAnswers(_ context.Context, answers []advice.DayAnswer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range answers {
		s.answers[day{a.Space, a.Date}] = a
	}
	return nil
}

// AllDayAnswers returns all stored answers, ordered by space and date.
func (s *Store) AllDayAnswers(context.Context) ([]advice.DayAnswer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.answers), func(a, b advice.DayAnswer) int {
		return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Date, b.Date))
	}), nil
}
