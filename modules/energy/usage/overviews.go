package usage

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// MonthForecaster forecasts energy.
type MonthForecaster interface {
	// MonthEnd forecasts the energy of the whole local month of an instant, of a device or space, as of that instant. known is
	// false if too little was measured.
	MonthEnd(ctx context.Context, caller energy.Caller, id string, at energy.Instant) (e energy.Energy, known bool, err error)
}

// Overviews adds a forecast of the month to overviews, so that all of them show the same forecast.
type Overviews struct {
	queries    *Queries
	forecaster MonthForecaster
}

// NewOverviews returns the overviews of a campus. Without a forecaster the month is projected from the usual week.
func NewOverviews(reports *Queries, outlook MonthForecaster) *Overviews {
	return &Overviews{reports, outlook}
}

// Overview summarises a level and id as of an instant; 0 is now. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (o *Overviews) Overview(ctx context.Context, caller energy.Caller, level campus.Level, id string, at energy.Instant) (Overview, error) {
	s, err := o.queries.OverviewAt(ctx, caller, level, id, at)
	if err != nil || o.forecaster == nil {
		return s, err
	}
	forecast, known, err := o.forecaster.MonthEnd(ctx, caller, s.ID, s.At)
	if known && err == nil {
		s.ProjectedMonth, s.Projected, s.Forecast = forecast, true, true
	}
	return s, err
}
