package questions

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice"
)

// Openings enters in the calendar that a place opened on days on which it is closed otherwise.
type Openings interface {
	// OpenDay enters that a space opened on a date, YYYY-MM-DD, under a name, and gives the entry's id. Errors: ErrForbidden.
	OpenDay(ctx context.Context, caller advice.Caller, space, name, date string) (id string, err error)
	// DropOpening takes an entry away; one that is not there is gone already. Errors: ErrForbidden.
	DropOpening(ctx context.Context, caller advice.Caller, id string) error
}

// DayAnswers keeps what somebody said of closed days that look like working days.
type DayAnswers interface {
	// KeepDayAnswers keeps answers in one transaction, each in the place of the one for its space and date.
	KeepDayAnswers(ctx context.Context, answers []advice.DayAnswer) error
	// AllDayAnswers are those kept, by space and date, those that were taken back too.
	AllDayAnswers(ctx context.Context) ([]advice.DayAnswer, error)
}
