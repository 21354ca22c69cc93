package usage

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Outlook tells what is to come.
type Outlook interface {
	// MonthEnd is the energy that the local month of an instant will come to, of a device or space, told as of that instant. known
	// is false where too little was measured to tell.
	MonthEnd(ctx context.Context, caller energy.Caller, id string, at energy.Instant) (e energy.Energy, known bool, err error)
}

// Overviews sums up how devices and spaces stand, with the month's end from who tells what is to come, so that there is one.
type Overviews struct {
	reports *Queries
	outlook Outlook
}

// NewOverviews makes the overviews of a campus. Without an outlook a month's end is told from the usual week.
func NewOverviews(reports *Queries, outlook Outlook) *Overviews { return &Overviews{reports, outlook} }

// Overview sums a level and id up as of an instant; 0 is now. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (o *Overviews) Overview(ctx context.Context, caller energy.Caller, level campus.Level, id string, at energy.Instant) (Overview, error) {
	s, err := o.reports.OverviewAt(ctx, caller, level, id, at)
	if err != nil || o.outlook == nil {
		return s, err
	}
	told, known, err := o.outlook.MonthEnd(ctx, caller, s.ID, s.At)
	if known && err == nil {
		s.ProjectedMonth, s.Projected, s.Forecast = told, true, true
	}
	return s, err
}
