package questions

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice"
)

// Openings enters in the calendar that a place opened on days on which it is closed otherwise.
type Openings interface {
	// OpenDay enters that a space opened on a date, YYYY-MM-DD, under a name, and returns the entry's id. Errors: ErrForbidden.
	OpenDay(ctx context.Context, caller advice.Caller, space, name, date string) (id string, err error)
	// DropOpening deletes an entry; it is no error if there is none. Errors: ErrForbidden.
	DropOpening(ctx context.Context, caller advice.Caller, id string) error
}

// DayAnswers stores the answers about closed days that look like working days.
type DayAnswers interface {
	// KeepDayAnswers stores answers in one transaction; each replaces the one for its space and date.
	KeepDayAnswers(ctx context.Context, answers []advice.DayAnswer) error
	// AllDayAnswers are all stored ones, by space and date, with those that were withdrawn.
	AllDayAnswers(ctx context.Context) ([]advice.DayAnswer, error)
}
