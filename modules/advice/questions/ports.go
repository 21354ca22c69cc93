package questions

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice"
)

// Openings stores calendar entries for days on which a closed space opened.
type Openings interface {
	// OpenDay adds a calendar entry, unless it was added before. Errors: ErrForbidden.
	OpenDay(ctx context.Context, caller advice.Caller, entry Opening) error
	// HasOpening reports whether there is an entry that the caller may delete. Errors: ErrForbidden.
	HasOpening(ctx context.Context, caller advice.Caller, id string) (bool, error)
	// DropOpening deletes an entry. It is not an error if there is none. Errors: ErrForbidden.
	DropOpening(ctx context.Context, caller advice.Caller, id string) error
}

// Opening is a calendar entry that a space opened on a date, YYYY-MM-DD. The asker chooses its id, so that an entry whose answer got lost
// is known.
type Opening struct{ ID, Space, Name, Date string }

// DayAnswers stores answers about closed days that look like working days.
type DayAnswers interface {
	// KeepDayAnswers stores answers in one transaction; each replaces the one for its space and date.
	KeepDayAnswers(ctx context.Context, answers []advice.DayAnswer) error
	// AllDayAnswers returns all stored answers, by space and date, including withdrawn ones.
	AllDayAnswers(ctx context.Context) ([]advice.DayAnswer, error)
}
