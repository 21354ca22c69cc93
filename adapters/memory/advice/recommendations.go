package memoryadvice

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/advice"
)

// Find returns the recommendations that match a filter, highest saving in money first.
func (s *Store) Find(_ context.Context, f advice.Filter) ([]advice.Recommendation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []advice.Recommendation
	for _, r := range s.recommendations {
		if picks(f, r) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b advice.Recommendation) int { return compare(a.Place(), b.Place()) })
	if f.Limit > 0 && len(list) > f.Limit {
		list = list[:f.Limit]
	}
	return list, nil
}

// compare orders places: the higher rank first, then by id.
func compare(a, b advice.Place) int {
	return cmp.Or(cmp.Compare(b.Rank, a.Rank), cmp.Compare(a.ID, b.ID))
}

// picks reports whether a recommendation matches a filter.
func picks(f advice.Filter, r advice.Recommendation) bool {
	switch {
	case f.Spaces != nil && !slices.Contains(f.Spaces, r.Space),
		f.Device != "" && r.Target != (advice.Target{Level: advice.OfDevice, ID: f.Device}),
		f.Status != "" && r.Status != f.Status,
		f.Kind != "" && string(r.Finding.Kind) != f.Kind,
		f.MinKWh > 0 && r.Finding.Saving.KWh < f.MinKWh,
		f.After.ID != "" && compare(f.After, r.Place()) >= 0:
		return false
	case f.Visible:
		return r.Status == advice.Accepted || r.Status == advice.Done || r.Status == advice.Verified || (r.StillDetected && r.Status == advice.Open)
	}
	return true
}

// Recommendation finds a recommendation by id.
func (s *Store) Recommendation(_ context.Context, id string) (advice.Recommendation, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, found := s.recommendations[id]
	return r, found, nil
}

// Change stores the result of change and its event.
func (s *Store) Change(_ context.Context, id string, change func(advice.Recommendation) (advice.Recommendation, advice.Event, error)) (advice.Recommendation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, found := s.recommendations[id]
	if !found {
		return r, advice.ErrNotFound{Kind: "recommendation", ID: id}
	}
	changed, event, err := change(r)
	if err != nil {
		return advice.Recommendation{}, err
	}
	s.recommendations[id], s.events[id] = changed, append(s.events[id], event)
	return changed, nil
}

// Events returns the events of a recommendation, oldest first.
func (s *Store) Events(_ context.Context, id string) ([]advice.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events[id]), nil
}
