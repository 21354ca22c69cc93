package ledger

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

// Retention is how long what is kept, in days; 0 is for ever. Readings are kept by whole months of UTC.
type Retention struct{ ReadingDays, TotalDays int }

// ReadingsFrom is the first instant of which readings are kept; 0 where all are.
func (r Retention) ReadingsFrom(now energy.Instant) energy.Instant {
	if r.ReadingDays <= 0 {
		return 0
	}
	oldest := now.Add(-int64(r.ReadingDays) * energy.DayMs).Time().UTC()
	return energy.InstantOf(time.Date(oldest.Year(), oldest.Month(), 1, 0, 0, 0, 0, time.UTC))
}

// TotalsFrom is the first UTC day of which totals are kept; 0 where all are.
func (r Retention) TotalsFrom(now energy.Instant) int32 {
	if r.TotalDays <= 0 {
		return 0
	}
	return energy.DayOf(now.Add(-int64(r.TotalDays) * energy.DayMs))
}

// Apply forgets what is older than it is kept, and gives how many readings that were. Totals of forgotten readings
// stay as they are.
func (r Retention) Apply(ctx context.Context, readings Readings, now energy.Instant) (forgotten int64, err error) {
	if from := r.ReadingsFrom(now); from > 0 {
		if forgotten, err = readings.ForgetReadings(ctx, from); err != nil {
			return forgotten, err
		}
	}
	if from := r.TotalsFrom(now); from > 0 {
		err = readings.ForgetTotals(ctx, from)
	}
	return forgotten, err
}
