package ledger

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

// Retention is how long readings and totals are kept, in days; 0 is for ever. Readings are kept in whole UTC months.
type Retention struct{ ReadingDays, TotalDays int }

// ReadingsFrom is the first instant whose readings are kept; 0 if all are.
func (r Retention) ReadingsFrom(now energy.Instant) energy.Instant {
	if r.ReadingDays <= 0 {
		return 0
	}
	oldest := now.Add(-int64(r.ReadingDays) * energy.DayMs).Time().UTC()
	return energy.InstantOf(time.Date(oldest.Year(), oldest.Month(), 1, 0, 0, 0, 0, time.UTC))
}

// TotalsFrom is the first UTC day whose totals are kept; 0 if all are.
func (r Retention) TotalsFrom(now energy.Instant) int32 {
	if r.TotalDays <= 0 {
		return 0
	}
	return energy.DayOf(now.Add(-int64(r.TotalDays) * energy.DayMs))
}

// Apply deletes what is older than its limit, and returns the number of deleted readings. Totals of deleted readings stay.
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
