package memoryadvice

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/advice"
)

// KeepDayAnswers stores answers, each in the place of the one for its space and date.
func (s *Store) KeepDayAnswers(_ context.Context, answers []advice.DayAnswer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range answers {
		s.answers[day{a.Space, a.Date}] = a
	}
	return nil
}

// AllDayAnswers returns the answers by space and date.
func (s *Store) AllDayAnswers(context.Context) ([]advice.DayAnswer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.answers), func(a, b advice.DayAnswer) int {
		return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Date, b.Date))
	}), nil
}
