package memoryadvice

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/report"
)

// KeepReport stores a report and deletes the old ones, and those of the same author beyond ofMaker.
func (s *Store) KeepReport(_ context.Context, r report.Document, forget time.Time, ofMaker int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.reports, func(_ string, old report.Document) bool { return old.Made.Before(forget) })
	s.reports[r.ID] = r
	own := slices.DeleteFunc(slices.Collect(maps.Values(s.reports)), func(o report.Document) bool { return o.By != r.By })
	slices.SortFunc(own, func(a, b report.Document) int { return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(b.ID, a.ID)) })
	for _, old := range own[min(ofMaker, len(own)):] {
		delete(s.reports, old.ID)
	}
	return nil
}

// Report finds a report by id.
func (s *Store) Report(_ context.Context, id string) (report.Document, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, found := s.reports[id]
	return r, found, nil
}
