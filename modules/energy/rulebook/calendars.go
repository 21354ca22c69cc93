package rulebook

import (
	"context"
	"slices"

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

// AddCalendarEntry adds an entry. It makes an id for one without. Errors: ErrForbidden, ErrInvalid.
func (r *Rules) AddCalendarEntry(ctx context.Context, caller energy.Caller, e calendar.Entry) (calendar.Entry, error) {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return e, err
	}
	if err := checkEntry(campus, caller, e); err != nil {
		return e, err
	}
	if e.ID == "" {
		e.ID = r.newID("cal")
	}
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
	if _, _, _, err := r.removableEntry(ctx, caller, id); err != nil {
		return err
	}
	return r.store.DropCalendarEntry(ctx, id)
}

// CalendarRemoval is what the removal of a calendar entry would do.
type CalendarRemoval struct {
	energy.Removal
	// Opening are the hours in force afterwards; nil if the entry sets none.
	Opening *OpeningHours
}

// OpeningHours are the weekly hours of a space.
type OpeningHours struct {
	// Name is the name of their entry. It is empty if Default is set: then the hours are assumed.
	Name    string
	Hours   []calendar.Hours
	Default bool
}

// CalendarEntryRemoval returns what DropCalendarEntry would do at an instant, and changes nothing. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) CalendarEntryRemoval(ctx context.Context, caller energy.Caller, id string, at energy.Instant) (CalendarRemoval, error) {
	campus, e, others, err := r.removableEntry(ctx, caller, id)
	if err != nil {
		return CalendarRemoval{}, err
	}
	out := CalendarRemoval{Removal: energy.Removal{Deletes: map[string]int{"calendar": 1}}}
	if e.Kind == calendar.Opening {
		date := nearestDay(localDate(campus, e.Space, at), e.From, e.To)
		hours, name, defined := calendar.NewCalendar(campus, others).OpeningOn(e.Space, date)
		out.Opening = &OpeningHours{Name: name, Hours: hours, Default: !defined}
	}
	return out, nil
}

// removableEntry returns an entry that the caller may remove, and all others. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) removableEntry(ctx context.Context, caller energy.Caller, id string) (tree *campus.Campus, e calendar.Entry, others []calendar.Entry, err error) {
	if tree, err = r.manageable(ctx, caller); err != nil {
		return nil, e, nil, err
	}
	all, err := r.store.CalendarEntries(ctx)
	if err != nil {
		return nil, e, nil, err
	}
	at := slices.IndexFunc(all, func(e calendar.Entry) bool { return e.ID == id && tree.Sees(caller, e.Space) })
	if at < 0 {
		return nil, e, nil, noEntry(id)
	}
	e = all[at]
	return tree, e, slices.Delete(all, at, at+1), nil
}
