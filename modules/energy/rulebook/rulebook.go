// Package rulebook stores the calendars and tariffs of spaces, and checks who may read or change them.
package rulebook

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// Rulebook stores calendars and tariffs.
type Rulebook interface {
	CalendarEntries(ctx context.Context) ([]calendar.Entry, error)
	AddCalendarEntry(ctx context.Context, e calendar.Entry) error
	// ChangeCalendarEntry replaces an entry with what change returns for it, in one transaction. Errors: ErrNotFound, and those of
	// change.
	ChangeCalendarEntry(ctx context.Context, id string, change func(calendar.Entry) (calendar.Entry, error)) (calendar.Entry, error)
	// DropCalendarEntry removes an entry. Errors: ErrNotFound.
	DropCalendarEntry(ctx context.Context, id string) error
	Tariffs(ctx context.Context) ([]tariffs.Tariff, error)
	// AddTariff adds a tariff. Errors: ErrTaken if the space has a tariff from the same day.
	AddTariff(ctx context.Context, t tariffs.Tariff) error
	// ChangeTariff replaces a tariff with what change returns for it, in one transaction. Errors: ErrNotFound, ErrTaken, and those of
	// change.
	ChangeTariff(ctx context.Context, id string, change func(tariffs.Tariff) (tariffs.Tariff, error)) (tariffs.Tariff, error)
	// DropTariff removes a tariff. Errors: ErrNotFound.
	DropTariff(ctx context.Context, id string) error
}

// Rules answers when spaces are used and what energy costs.
type Rules struct {
	store     Rulebook
	directory campus.Directory
	newID     func(prefix string) string
}

// NewRules makes the rules of a campus.
func NewRules(store Rulebook, directory campus.Directory, newID func(string) string) *Rules {
	return &Rules{store: store, directory: directory, newID: newID}
}

// readable returns the campus if the caller may read, and may see the space; an empty space is not checked. Errors: ErrForbidden,
// ErrNotFound.
func (r *Rules) readable(ctx context.Context, caller energy.Caller, space energy.SpaceID) (*campus.Campus, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	tree, err := r.directory.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	if space != "" {
		_, err = campus.VisibleSpace(tree, caller, space)
	}
	return tree, err
}

// visibleTo returns the items of spaces that the caller sees. If space is not empty, it returns only those of space and the spaces
// around it, because those apply there.
func visibleTo[T any](campus *campus.Campus, caller energy.Caller, space energy.SpaceID, all []T, spaceOf func(T) energy.SpaceID) []T {
	list := make([]T, 0, len(all))
	for _, one := range all {
		at := spaceOf(one)
		if campus.Sees(caller, at) && (space == "" || campus.Contains(at, space)) {
			list = append(list, one)
		}
	}
	return list
}

func (r *Rules) manageable(ctx context.Context, caller energy.Caller) (*campus.Campus, error) {
	if !caller.MayManage() {
		return nil, energy.ErrForbidden{}
	}
	return r.directory.Fresh(ctx)
}

// localDate is the date of an instant in a space, YYYY-MM-DD.
func localDate(campus *campus.Campus, space energy.SpaceID, at energy.Instant) string {
	return at.Time().In(campus.Zone(space)).Format(time.DateOnly)
}

// nearestDay is the day from first to last that is nearest to a date; an empty first or last is no limit. Dates are YYYY-MM-DD.
func nearestDay(date, first, last string) string {
	if last != "" {
		date = min(date, last)
	}
	return max(date, first)
}

// invalid returns ErrInvalid if there are flaws.
func invalid(c energy.Flaws) error {
	if len(c) == 0 {
		return nil
	}
	return energy.ErrInvalid{Flaws: c}
}

func checkPlace(c *energy.Flaws, campus *campus.Campus, caller energy.Caller, space energy.SpaceID) {
	switch {
	case space == "":
		c.Add("space_id", "required")
	case !campus.Sees(caller, space):
		c.Add("space_id", "no_such")
	}
}

func checkDate(c *energy.Flaws, field, s string) {
	if s == "" {
		return
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		c.Add(field, "date")
	}
}

// checkTimes checks the hours of a day or price; a time that could not be read is below 0.
func checkTimes(c *energy.Flaws, list string, i int, h calendar.Hours) {
	if len(h.Days) == 0 {
		c.Add(fieldPath(list, i, "days"), "required")
	}
	for _, d := range h.Days {
		if !calendar.IsDay(d) {
			c.Add(fieldPath(list, i, "days"), "one_of", "values", "mon, tue, wed, thu, fri, sat, sun, holiday")
			break
		}
	}
	if h.From < 0 {
		c.Add(fieldPath(list, i, "from"), "pattern", "pattern", "HH:MM")
	}
	if h.To < 0 {
		c.Add(fieldPath(list, i, "to"), "pattern", "pattern", "HH:MM")
	}
}
