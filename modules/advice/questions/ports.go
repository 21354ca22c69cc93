package questions

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice"
)

// Openings stores calendar entries for days on which a closed space opened.
type Openings interface {
	// OpenDay adds a named calendar entry that a space opened on a date, YYYY-MM-DD, and returns its id. Errors: ErrForbidden.
	OpenDay(ctx context.Context, caller advice.Caller, space, name, date string) (id string, err error)
	// HasOpening reports whether there is an entry that the caller may delete. Errors: ErrForbidden.
	HasOpening(ctx context.Context, caller advice.Caller, id string) (bool, error)
	// DropOpening deletes an entry. It is not an error if there is none. Errors: ErrForbidden.
	DropOpening(ctx context.Context, caller advice.Caller, id string) error
}

// DayAnswers stores answers about closed days that look like working days.
type DayAnswers interface {
	// KeepDayAnswers stores answers in one transaction; each replaces the one for its space and date.
	KeepDayAnswers(ctx context.Context, answers []advice.DayAnswer) error
	// AllDayAnswers returns all stored answers, by space and date, including withdrawn ones.
	AllDayAnswers(ctx context.Context) ([]advice.DayAnswer, error)
}
