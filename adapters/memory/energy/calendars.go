package memoryenergy

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// CalendarEntries returns all entries, by id.
func (s *Store) CalendarEntries(context.Context) ([]calendar.Entry, error) {
	return inOrder(s.read().calendar.rows), nil
}

// AddCalendarEntry adds an entry.
func (s *Store) AddCalendarEntry(_ context.Context, e calendar.Entry) error {
	return s.transact(func(t *tables) error {
		if t.calendar.has(e.ID) {
			return energy.ErrTaken{Kind: "calendar entry", ID: e.ID}
		}
		t.calendar.put(e.ID, e)
		t.markPast(ledger.Changed{Space: e.Space}, s.clock.Now())
		return nil
	})
}

// ChangeCalendarEntry replaces an entry.
func (s *Store) ChangeCalendarEntry(_ context.Context, id string, change func(calendar.Entry) (calendar.Entry, error)) (changed calendar.Entry, err error) {
	err = s.transact(func(t *tables) error {
		if !t.calendar.has(id) {
			return energy.ErrNotFound{Kind: "calendar entry", ID: id}
		}
		before := t.calendar.get(id)
		if changed, err = change(before); err != nil {
			return err
		}
		t.calendar.put(id, changed)
		t.markPast(ledger.Changed{Space: before.Space}, s.clock.Now())
		t.markPast(ledger.Changed{Space: changed.Space}, s.clock.Now())
		return nil
	})
	return changed, err
}

// DropCalendarEntry removes an entry.
func (s *Store) DropCalendarEntry(_ context.Context, id string) error {
	return s.transact(func(t *tables) error {
		if !t.calendar.has(id) {
			return energy.ErrNotFound{Kind: "calendar entry", ID: id}
		}
		t.markPast(ledger.Changed{Space: t.calendar.get(id).Space}, s.clock.Now())
		t.calendar.drop(id)
		return nil
	})
}
