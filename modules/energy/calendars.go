package energy

import "context"

// Calendar is the calendar as it is now.
func (r *Rules) Calendar(ctx context.Context) (*Calendar, error) {
	campus, err := r.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := r.store.CalendarEntries(ctx)
	if err != nil {
		return nil, err
	}
	return NewCalendar(campus, entries), nil
}

// CalendarEntries lists the entries of spaces that the caller sees.
func (r *Rules) CalendarEntries(ctx context.Context, caller Caller, space SpaceID) ([]CalendarEntry, error) {
	campus, err := r.readable(ctx, caller, space)
	if err != nil {
		return nil, err
	}
	entries, err := r.store.CalendarEntries(ctx)
	if err != nil {
		return nil, err
	}
	return seen(campus, caller, space, entries, func(e CalendarEntry) SpaceID { return e.Space }), nil
}

// AddCalendarEntry adds an entry. Errors: ErrForbidden, ErrInvalid.
func (r *Rules) AddCalendarEntry(ctx context.Context, caller Caller, e CalendarEntry) (CalendarEntry, error) {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return e, err
	}
	var c Flaws
	checkPlace(&c, campus, caller, e.Space)
	CheckName(&c, e.Name)
	checkDate(&c, "from", e.From)
	checkDate(&c, "to", e.To)
	if e.From != "" && e.To != "" && e.To < e.From {
		c.Add("to", "order", "after", "from")
	}
	switch e.Kind {
	case Opening:
		if len(e.Hours) == 0 {
			c.Add("hours", "min_items", "min", 1)
		}
		for i, h := range e.Hours {
			checkTimes(&c, "hours", i, h)
		}
	case Term, Vacation, Closed, Open:
		if len(e.Hours) > 0 && e.Kind != Open {
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
		return e, ErrInvalid{c}
	}
	e.ID = r.newID("cal")
	return e, r.store.AddCalendarEntry(ctx, e)
}

// DropCalendarEntry removes an entry. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) DropCalendarEntry(ctx context.Context, caller Caller, id string) error {
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
	return ErrNotFound{Kind: "calendar entry", ID: id}
}
