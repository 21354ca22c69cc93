package rulebook

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Calendar returns the current calendar.
func (r *Rules) Calendar(ctx context.Context) (*calendar.Calendar, error) {
	campus, err := r.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := r.store.CalendarEntries(ctx)
	if err != nil {
		return nil, err
	}
	return calendar.NewCalendar(campus, entries), nil
}

// CalendarEntries lists the entries of spaces that the caller sees.
func (r *Rules) CalendarEntries(ctx context.Context, caller energy.Caller, space energy.SpaceID) ([]calendar.Entry, error) {
	campus, err := r.readable(ctx, caller, space)
	if err != nil {
		return nil, err
	}
	entries, err := r.store.CalendarEntries(ctx)
	if err != nil {
		return nil, err
	}
	return visibleTo(campus, caller, space, entries, func(e calendar.Entry) energy.SpaceID { return e.Space }), nil
}

// CalendarEntry returns an entry of a space that the caller sees. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) CalendarEntry(ctx context.Context, caller energy.Caller, id string) (calendar.Entry, error) {
	all, err := r.CalendarEntries(ctx, caller, "")
	if err != nil {
		return calendar.Entry{}, err
	}
	for _, e := range all {
		if e.ID == id {
			return e, nil
		}
	}
	return calendar.Entry{}, noEntry(id)
}

func noEntry(id string) error { return energy.ErrNotFound{Kind: "calendar entry", ID: id} }

// AddCalendarEntry adds an entry. Errors: ErrForbidden, ErrInvalid.
func (r *Rules) AddCalendarEntry(ctx context.Context, caller energy.Caller, e calendar.Entry) (calendar.Entry, error) {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return e, err
	}
	if err := checkEntry(campus, caller, e); err != nil {
		return e, err
	}
	e.ID = r.newID("cal")
	return e, r.store.AddCalendarEntry(ctx, e)
}

// UpdateCalendarEntry changes an entry. edit sets its fields; the entry may then be of another space. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid.
func (r *Rules) UpdateCalendarEntry(ctx context.Context, caller energy.Caller, id string, edit func(*calendar.Entry)) (calendar.Entry, error) {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return calendar.Entry{}, err
	}
	return r.store.ChangeCalendarEntry(ctx, id, func(e calendar.Entry) (calendar.Entry, error) {
		if !campus.Sees(caller, e.Space) {
			return e, noEntry(id)
		}
		edit(&e)
		return e, checkEntry(campus, caller, e)
	})
}

// checkEntry checks all fields of an entry. Errors: ErrInvalid.
func checkEntry(campus *campus.Campus, caller energy.Caller, e calendar.Entry) error {
	var c energy.Flaws
	checkPlace(&c, campus, caller, e.Space)
	energy.CheckName(&c, e.Name)
	checkDate(&c, "from", e.From)
	checkDate(&c, "to", e.To)
	if e.From != "" && e.To != "" && e.To < e.From {
		c.Add("to", "order", "after", "from")
	}
	switch e.Kind {
	case calendar.Opening:
		if len(e.Hours) == 0 {
			c.Add("hours", "min_items", "min", 1)
		}
		for i, h := range e.Hours {
			checkTimes(&c, "hours", i, h)
		}
	case calendar.Term, calendar.Vacation, calendar.Closed, calendar.Open:
		if len(e.Hours) > 0 && e.Kind != calendar.Open {
			c.Add("hours", "together", "with", "kind=opening")
		}
		for i, h := range e.Hours {
			checkTimes(&c, "hours", i, h)
		}
		if e.From == "" {
			c.Add("from", "required")
		}
		if e.To == "" {
			c.Add("to", "required")
		}
	default:
		c.Add("kind", "one_of", "values", "opening, term, vacation, closed, open")
	}
	return invalid(c)
}

// DropCalendarEntry removes an entry. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) DropCalendarEntry(ctx context.Context, caller energy.Caller, id string) error {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return err
	}
	entries, err := r.store.CalendarEntries(ctx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.ID == id && campus.Sees(caller, e.Space) {
			return r.store.DropCalendarEntry(ctx, id)
		}
	}
	return energy.ErrNotFound{Kind: "calendar entry", ID: id}
}
