package savings

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// Verdict is the result of verifying a done recommendation.
type Verdict string

// The verdicts.
const (
	// NotDone means that it was not marked as done, so there is nothing to compare.
	NotDone Verdict = "not_done"
	// TooEarly means that less than a week was measured since.
	TooEarly Verdict = "too_early"
	// NoBaseline means that too little was measured before to compute the expected use or its error.
	NoBaseline Verdict = "no_baseline"
	// Saved means that less was used than expected, by more than the baseline's error.
	Saved Verdict = "saved"
	// NotShown means that the saving, if any, is within the baseline's error.
	NotShown Verdict = "not_shown"
	// UsedMore means that more was used than expected, by more than the baseline's error.
	UsedMore Verdict = "used_more"
)

// minVerifiedHours is the minimum measured after a change: a whole week, since weekdays differ.
const minVerifiedHours = 7 * advice.HoursPerDay

// Verification is the measured saving of a recommendation since it was done.
type Verification struct {
	advice.Advice
	Verdict Verdict
	// Done is when it was marked as done, zero if it was not. That day belongs neither to the time before nor to the time after.
	Done time.Time
	// From and To bound the hours after that day; zero if there are none.
	From, To time.Time
	Saving   baseline.Saving
	// Cost is the cost of the avoided energy at the prices of its hours, CostLow and CostHigh the ends of its interval, CO2Kg the avoided
	// emissions.
	Cost, CostLow, CostHigh, CO2Kg float64
	Currency                       string
	// Price is the last rate of the hours after that day; texts name its tariff.
	Price advice.Rate
	// Growth is the cumulative saving by day, or in longer steps over a long time, without days that have too little data.
	Growth []CumulativeSaving
	// Promised is the promised saving for as many hours as are known, kWh.
	Promised float64
	// Why lists the reasons if there is no baseline.
	Why []baseline.Code
}

// CumulativeSaving is the saving from the start until an instant.
type CumulativeSaving struct {
	Until  time.Time
	Saving baseline.Saving
}

// maxGrowth is the maximum number of points of Growth.
const maxGrowth = 120

// Verify compares the use since a recommendation was done with a baseline fitted on the use before (IPMVP Option C). Errors: ErrForbidden,
// ErrNotFound.
func (verifier *Verifier) Verify(ctx context.Context, caller advice.Caller, id string) (Verification, error) {
	if !caller.MayRead() {
		return Verification{}, advice.ErrForbidden{}
	}
	c, r, err := verifier.directory.Recommendation(ctx, caller, verifier.recommendations, id)
	if err != nil {
		return Verification{}, err
	}
	return verifier.VerificationOf(ctx, c, r, c.MovedIn(r.Target, caller.Space))
}

// VerificationOf is Verify for a recommendation that was already read; data before since is not read.
func (verifier *Verifier) VerificationOf(ctx context.Context, c *campus.Campus, r advice.Recommendation, since time.Time) (Verification, error) {
	v := Verification{Advice: c.Advice(r), Verdict: NotDone, Currency: r.Money.Currency}
	if r.Status != advice.Done && r.Status != advice.Verified {
		return v, nil
	}
	events, err := verifier.recommendations.Events(ctx, r.ID)
	if err != nil {
		return v, err
	}
	for _, e := range events {
		if e.To == advice.Done && e.From != advice.Done {
			v.Done = e.At
		}
	}
	return verifier.measure(ctx, c, v, since)
}

func (verifier *Verifier) measure(ctx context.Context, c *campus.Campus, v Verification, since time.Time) (Verification, error) {
	zone := c.Zone(c.SpaceOf(v.Target))
	end := advice.MidnightOf(v.Done, zone)
	v.From = end.AddDate(0, 0, 1).UTC()
	v.Verdict = TooEarly
	first, last, found, err := verifier.consumption.Measured(ctx, v.Target)
	if err != nil || !found {
		return v, err
	}
	first = advice.Latest(first, since)
	v.To = advice.Earliest(last, history.HourOf(advice.Now(verifier.clock), zone)).UTC()
	if !v.To.After(v.From) {
		v.To = v.From
		return v, nil
	}
	before, _, err := verifier.inputs.Rows(ctx, c, v.Target, advice.Latest(first, end.AddDate(0, 0, -advice.HistoryDays)), end)
	if err != nil {
		return v, err
	}
	after, hours, err := verifier.inputs.Rows(ctx, c, v.Target, v.From, v.To)
	if err != nil {
		return v, err
	}
	fit := baseline.Fit(before)
	placebos := baseline.NewPlacebos(fit, before, len(after))
	saving, known := placebos.Avoided(after)
	v.Saving, v.Why, v.Growth = saving, fit.Disqualified, cumulative(placebos, after, v.From)
	switch {
	case !known && fit.Model != nil && measuredHours(after) >= minVerifiedHours:
		v.Verdict, v.Why = NoBaseline, []baseline.Code{baseline.TooFewDays}
	case !known && fit.Model == nil:
		v.Verdict = NoBaseline
	case measuredHours(after) < minVerifiedHours:
	default:
		v.Verdict = verdictOf(saving)
	}
	v.Promised = v.Finding.Saving.Low / (advice.DaysPerMonth * advice.HoursPerDay) * float64(saving.Hours)
	return v, verifier.price(ctx, c, &v, fit.Model, after, hours)
}

// cumulative returns the saving after each whole day.
func cumulative(placebos baseline.Placebos, after []baseline.Row, from time.Time) (growth []CumulativeSaving) {
	days := len(after) / advice.HoursPerDay
	step := max(1, (days+maxGrowth-1)/maxGrowth)
	for day := days - (days-1)/step*step; day <= days; day += step {
		if s, known := placebos.Avoided(after[:day*advice.HoursPerDay]); known {
			growth = append(growth, CumulativeSaving{Until: from.Add(time.Duration(day*advice.HoursPerDay) * time.Hour), Saving: s})
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

func measuredHours(rows []baseline.Row) int {
	n := 0
	for _, r := range rows {
		if !math.IsNaN(r.Load) {
			n++
		}
	}
	return n
}

// price converts the avoided energy of each hour into money and emissions at that hour's rate. The interval's ends are priced at the mean
// rate, weighted by the expected energy of the hours.
func (verifier *Verifier) price(ctx context.Context, c *campus.Campus, v *Verification, m baseline.Model, rows []baseline.Row, h *history.History) error {
	if m == nil || v.Saving.Expected <= 0 {
		return nil
	}
	rates, err := verifier.prices.Rates(ctx, c.SpaceOf(v.Target), h.Start, h.End())
	if err != nil {
		return err
	}
	var expected float64
	for i, r := range rows {
		e := m.Predict(r)
		k := slices.IndexFunc(rates, func(rate advice.Rate) bool { return h.At(i).Before(rate.To) })
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
