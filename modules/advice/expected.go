package advice

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// shownHours of a baseline are given beside the measured ones: the last two weeks.
const shownHours = 14 * 24

// Expected is a target's baseline: what calendar and weather lead one to expect, and how well that holds.
type Expected struct {
	Target   Target
	From, To time.Time // of the hours that it was fitted on; zero where nothing was measured
	Fit      baseline.Result
	// Hours are the last ones, measured and expected.
	Hours []ExpectedHour
}

// ExpectedHour is an hour's energy in kWh; nil is not known. Low and High hold eight of ten hours.
type ExpectedHour struct {
	Start            time.Time
	Actual, Expected *float64
	Low, High        *float64
}

// Baseline fits a device's or space's baseline to all that was measured of it in the last 400 days. Errors:
// ErrForbidden, ErrNotFound.
func (a *Advisor) Baseline(ctx context.Context, caller Caller, id string) (Expected, error) {
	if !caller.MayRead() {
		return Expected{}, ErrForbidden{}
	}
	c, t, err := a.Directory.Target(ctx, caller, id)
	if err != nil {
		return Expected{}, err
	}
	out := Expected{Target: t}
	w, found, err := a.windowSeen(ctx, c, caller, t)
	if err != nil || !found {
		out.Fit.Disqualified = []baseline.Code{baseline.TooFewDays}
		return out, err
	}
	in, err := a.assemble(ctx, c, t, w, nil)
	if err != nil {
		return out, err
	}
	h := in.subject.History
	rows := rowsOf(h)
	out.From, out.To, out.Fit = h.Start, h.End(), baseline.Fit(rows)
	if out.Fit.Model != nil {
		out.Hours = hoursOf(h, rows, out.Fit)
	}
	return out, nil
}

func hoursOf(h *history.History, rows []baseline.Row, fit baseline.Result) []ExpectedHour {
	first := max(0, len(rows)-shownHours)
	hours := make([]ExpectedHour, 0, len(rows)-first)
	band := fit.Band(rows)
	for i := first; i < len(rows); i++ {
		expected := fit.Model.Predict(rows[i])
		low, high := band.Around(rows[i], expected)
		hours = append(hours, ExpectedHour{Start: h.At(i), Actual: figure.Nullable(rows[i].Load), Expected: figure.Nullable(expected), Low: figure.Nullable(low), High: figure.Nullable(high)})
	}
	return hours
}
