package advice

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// Verdict is what can be said of a recommendation that was done.
type Verdict string

// The verdicts.
const (
	// NotDone: nobody has said that it was done, so there is nothing to compare.
	NotDone Verdict = "not_done"
	// TooEarly: less than a week was measured since.
	TooEarly Verdict = "too_early"
	// NoBaseline: too little was measured before it to say what one would expect, or how far that errs.
	NoBaseline Verdict = "no_baseline"
	// Saved: less was used than expected, beyond what the baseline errs by.
	Saved Verdict = "saved"
	// NotShown: what was saved, if anything, is within what the baseline errs by.
	NotShown Verdict = "not_shown"
	// UsedMore: more was used than expected, beyond what the baseline errs by.
	UsedMore Verdict = "used_more"
)

// leastVerified is how much must be measured after a change: a whole week, since its days differ.
const leastVerified = 7 * HoursPerDay

// Verification is what a recommendation has really saved since it was done.
type Verification struct {
	Advice
	Verdict Verdict
	// Done is when somebody said so; the day itself belongs neither to before nor to after. Zero where nobody did.
	Done time.Time
	// From and To bound the hours after it, zero where there are none.
	From, To time.Time
	Saving   baseline.Saving
	// Cost is the money that the avoided energy would have cost at the prices of its hours, with the interval's ends;
	// CO2Kg its emissions.
	Cost, CostLow, CostHigh, CO2Kg float64
	Currency                       string
	// Price is the last rate of the hours after it, whose tariff is named.
	Price Rate
	// Growth is the saving as it grew, day by day or, of a long time, more rarely; only days of which something can be said.
	Growth []Grown
	// Promised is what the recommendation promised for a time as long as the hours that are known, kWh.
	Promised float64
	// Why are the reasons where there is no baseline.
	Why []baseline.Code
}

// Grown is the saving from the begin until an instant.
type Grown struct {
	Until  time.Time
	Saving baseline.Saving
}

// mostGrown is on how many days at the most a saving is told as it grew.
const mostGrown = 120

// Verify compares what was used since a recommendation was done with a baseline fitted on what was used before (IPMVP
// Option C). Errors: ErrForbidden, ErrNotFound.
func (a *Advisor) Verify(ctx context.Context, caller Caller, id string) (Verification, error) {
	if !caller.MayRead() {
		return Verification{}, ErrForbidden{}
	}
	c, r, err := a.Directory.Recommendation(ctx, caller, a.Recommendations, id)
	if err != nil {
		return Verification{}, err
	}
	return a.verification(ctx, c, r, c.MovedIn(r.Target, caller.Space))
}

// verification is Verify of a recommendation that is at hand; since bounds what may be read of its target's past.
func (a *Advisor) verification(ctx context.Context, c *Campus, r Recommendation, since time.Time) (Verification, error) {
	v := Verification{Advice: c.Advice(r), Verdict: NotDone, Currency: r.Money.Currency}
	if r.Status != Done && r.Status != Verified {
		return v, nil
	}
	events, err := a.Recommendations.Events(ctx, r.ID)
	if err != nil {
		return v, err
	}
	for _, e := range events {
		if e.To == Done && e.From != Done {
			v.Done = e.At
		}
	}
	return a.verify(ctx, c, v, since)
}

func (a *Advisor) verify(ctx context.Context, c *Campus, v Verification, since time.Time) (Verification, error) {
	zone := c.Zone(c.SpaceOf(v.Target))
	end := MidnightOf(v.Done, zone)
	v.From = end.AddDate(0, 0, 1).UTC()
	v.Verdict = TooEarly
	first, last, found, err := a.Consumption.Measured(ctx, v.Target)
	if err != nil || !found {
		return v, err
	}
	first = Latest(first, since)
	v.To = Earliest(last, history.HourOf(Now(a.Clock), zone)).UTC()
	if !v.To.After(v.From) {
		v.To = v.From
		return v, nil
	}
	before, _, err := a.rowsBetween(ctx, c, v.Target, Latest(first, end.AddDate(0, 0, -HistoryDays)), end)
	if err != nil {
		return v, err
	}
	after, hours, err := a.rowsBetween(ctx, c, v.Target, v.From, v.To)
	if err != nil {
		return v, err
	}
	fit := baseline.Fit(before)
	placebos := baseline.NewPlacebos(fit, before, len(after))
	saving, known := placebos.Avoided(after)
	v.Saving, v.Why, v.Growth = saving, fit.Disqualified, grown(placebos, after, v.From)
	switch {
	case !known && fit.Model != nil && measured(after) >= leastVerified:
		v.Verdict, v.Why = NoBaseline, []baseline.Code{baseline.TooFewDays}
	case !known && fit.Model == nil:
		v.Verdict = NoBaseline
	case measured(after) < leastVerified:
	default:
		v.Verdict = verdictOf(saving)
	}
	v.Promised = v.Finding.Saving.Low / (DaysPerMonth * HoursPerDay) * float64(saving.Hours)
	return v, a.price(ctx, c, &v, fit.Model, after, hours)
}

// grown tells the saving after each whole day.
func grown(placebos baseline.Placebos, after []baseline.Row, from time.Time) (growth []Grown) {
	days := len(after) / HoursPerDay
	step := max(1, (days+mostGrown-1)/mostGrown)
	for day := days - (days-1)/step*step; day <= days; day += step {
		if s, known := placebos.Avoided(after[:day*HoursPerDay]); known {
			growth = append(growth, Grown{Until: from.Add(time.Duration(day*HoursPerDay) * time.Hour), Saving: s})
		}
	}
	return growth
}

func verdictOf(s baseline.Saving) Verdict {
	switch {
	case s.Low > 0:
		return Saved
	case s.High < 0:
		return UsedMore
	}
	return NotShown
}

func measured(rows []baseline.Row) int {
	n := 0
	for _, r := range rows {
		if !math.IsNaN(r.Load) {
			n++
		}
	}
	return n
}

// price turns the avoided energy of each hour into money and emissions at that hour's rate; the interval's ends are
// priced at the mean of the hours, weighted by what was expected of them.
func (a *Advisor) price(ctx context.Context, c *Campus, v *Verification, m baseline.Model, rows []baseline.Row, h *history.History) error {
	if m == nil || v.Saving.Expected <= 0 {
		return nil
	}
	rates, err := a.Prices.Rates(ctx, c.SpaceOf(v.Target), h.Start, h.End())
	if err != nil {
		return err
	}
	var expected float64
	for i, r := range rows {
		e := m.Predict(r)
		k := slices.IndexFunc(rates, func(rate Rate) bool { return h.At(i).Before(rate.To) })
		if math.IsNaN(e) || math.IsNaN(r.Load) || k < 0 {
			continue
		}
		v.Currency, v.Price = rates[k].Currency, rates[k]
		v.Cost += (e - r.Load) * rates[k].Price
		v.CO2Kg += (e - r.Load) * rates[k].Avoided
		expected += e * rates[k].Price
	}
	mean := expected / v.Saving.Expected
	v.CostLow, v.CostHigh = v.Cost-(v.Saving.Avoided-v.Saving.Low)*mean, v.Cost+(v.Saving.High-v.Saving.Avoided)*mean
	return nil
}
