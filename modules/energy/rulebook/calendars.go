package rulebook

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
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

// AddCalendarEntry adds an entry. Errors: ErrForbidden, ErrInvalid.
func (r *Rules) AddCalendarEntry(ctx context.Context, caller energy.Caller, e calendar.Entry) (calendar.Entry, error) {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return e, err
	}
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
	if len(c) > 0 {
		return e, energy.ErrInvalid{Flaws: c}
	}
	e.ID = r.newID("cal")
	return e, r.store.AddCalendarEntry(ctx, e)
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
