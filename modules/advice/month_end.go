package advice

import (
	"context"
	"time"
)

// MonthEnd is the month of a forecast of a device or space as it is told at an instant; nil where nothing is told. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid.
func (a *Advisor) MonthEnd(ctx context.Context, caller Caller, id string, at time.Time) (*MonthAhead, error) {
	f, err := a.ForecastAt(ctx, caller, id, HoursPerDay, at) // a day, as pages ask for: what was told to one is told to the other
	return f.Month, err
}
