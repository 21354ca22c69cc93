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

// Outlook is the advice module's forecast as the energy module sees it.
type Outlook struct{ Forecaster *outlook.Forecaster }

var _ usage.Outlook = Outlook{}

// MonthEnd is what a month will come to, with the digits that the forecast tells.
func (o Outlook) MonthEnd(ctx context.Context, caller energy.Caller, id string, at energy.Instant) (energy.Energy, bool, error) {
	who := advice.Caller{Subject: caller.Subject, Role: advice.Role(caller.Role), Space: string(caller.Space)}
	month, err := o.Forecaster.MonthEnd(ctx, who, id, at.Time())
	if errors.As(err, &advice.ErrNotFound{}) {
		return 0, false, nil // what is there since a moment, or is of no interest to advice
	}
	if err != nil || month == nil {
		return 0, false, err
	}
	e, err := energy.ParseKWh(strconv.FormatFloat(figure.Energy(month.Expected), 'f', -1, 64))
	return e, err == nil, err
}
