package local

import (
	"context"
	"errors"
	"strconv"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/outlook"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// Outlook implements the energy module's forecast port with the advice module.
type Outlook struct{ Forecaster *outlook.Forecaster }

var _ usage.MonthForecaster = Outlook{}

// MonthEnd returns the expected energy of a month, with the digits that the forecast shows. The bool is false if there is no forecast.
func (o Outlook) MonthEnd(ctx context.Context, caller energy.Caller, id string, at energy.Instant) (energy.Energy, bool, error) {
	asCaller := advice.Caller{Subject: caller.Subject, Role: advice.Role(caller.Role), Space: string(caller.Space)}
	month, err := o.Forecaster.MonthEnd(ctx, asCaller, id, at.Time())
	if errors.As(err, &advice.ErrNotFound{}) {
		return 0, false, nil // just created, or not covered by the advice module
	}
	if err != nil || month == nil {
		return 0, false, err
	}
	e, err := energy.ParseKWh(strconv.FormatFloat(figure.Energy(month.Expected), 'f', -1, 64))
	return e, err == nil, err
}
