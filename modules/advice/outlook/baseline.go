package outlook

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/inputs"
)

// shownHours is the number of hours returned with a baseline: the last two weeks.
const shownHours = 14 * 24

// Baseline is the expected use of a target, from calendar and weather, with its error.
type Baseline struct {
	Target   advice.Target
	From, To time.Time // the hours that it was fitted on; zero if nothing was measured
	Fit      baseline.Result
	// Hours are the last hours, measured and expected.
	Hours []BaselineHour
}

// BaselineHour is an hour's energy in kWh; nil if it is unknown. Eight of ten hours are between Low and High.
type BaselineHour struct {
	Start            time.Time
	Actual, Expected *float64
	Low, High        *float64
}

// Baseline fits a device's or space's baseline to all its measurements of the last 400 days. Errors: ErrForbidden, ErrNotFound.
func (forecaster *Forecaster) Baseline(ctx context.Context, caller advice.Caller, id string) (Baseline, error) {
	if !caller.MayRead() {
		return Baseline{}, advice.ErrForbidden{}
	}
	c, t, err := forecaster.directory.Target(ctx, caller, id)
	if err != nil {
		return Baseline{}, err
	}
	out := Baseline{Target: t}
	w, found, err := forecaster.inputs.VisibleWindow(ctx, c, caller, t)
	if err != nil || !found {
		out.Fit.Disqualified = []baseline.Code{baseline.TooFewDays}
		return out, err
	}
	in, err := forecaster.inputs.Read(ctx, c, t, w, nil)
	if err != nil {
		return out, err
	}
	h := in.Subject.History
	rows := inputs.RowsOf(h)
	out.From, out.To, out.Fit = h.Start, h.End(), baseline.Fit(rows)
	if out.Fit.Model != nil {
		out.Hours = hoursOf(h, rows, out.Fit)
	}
	return out, nil
}

func hoursOf(h *history.History, rows []baseline.Row, fit baseline.Result) []BaselineHour {
	first := max(0, len(rows)-shownHours)
	hours := make([]BaselineHour, 0, len(rows)-first)
	band := fit.Band(rows)
	for i := first; i < len(rows); i++ {
		expected := fit.Model.Predict(rows[i])
		low, high := band.Around(rows[i], expected)
		hours = append(hours, BaselineHour{Start: h.At(i), Actual: figure.Nullable(rows[i].Load), Expected: figure.Nullable(expected), Low: figure.Nullable(low), High: figure.Nullable(high)})
	}
	return hours
}
