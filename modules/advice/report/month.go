package report

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/savings"
)

// Month is a space's month: its days, the devices with the highest use, and the actual and possible savings.
type Month struct {
	Space            advice.Space
	From, To         time.Time // To is the present hour in the current month
	Complete         bool
	Days             []advice.DayUse
	KWh, Cost, CO2Kg float64
	Currency         string
	// Prices are the valid rates, oldest first.
	Prices []advice.Rate
	// Beside compares its days with the same days of the previous month, as far as that month has them.
	Beside advice.Beside
	// PeakKW is the month's highest quarter hour, PeakAt its hour; NaN if no quarter hour was completely measured.
	PeakKW float64
	PeakAt time.Time
	// Coverage is the measured part, 0 to 1, as in DayUse.
	Coverage float64
	Devices  []DeviceMonth
	// Open are the best open or accepted recommendations, Proven the savings of done ones.
	Open   []advice.Advice
	Proven []savings.Verification
}

// DeviceMonth is a device's part of the month, kWh.
type DeviceMonth struct {
	ID, Name string
	KWh      float64
}

// Limits of a month's report.
const (
	shownDevices, shownAdvice = 5, 5
	// candidates is the number of devices with the highest usual use, from which the month's highest are selected.
	candidates = 30
)

// MonthOf summarises a space's month in its own time zone. An empty space means the caller's own space or the first site. Errors:
// ErrForbidden, ErrNotFound, ErrNothingMeasured.
func (reporter *Reporter) MonthOf(ctx context.Context, caller advice.Caller, space string, year int, month time.Month) (Month, error) {
	return reporter.MonthAt(ctx, caller, space, year, month, time.Time{})
}

// MonthAt is MonthOf with measurements until an instant; zero means now. Recommendations are always the present ones. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid, ErrNothingMeasured.
func (reporter *Reporter) MonthAt(ctx context.Context, caller advice.Caller, space string, year int, month time.Month, at time.Time) (Month, error) {
	if !caller.MayRead() {
		return Month{}, advice.ErrForbidden{}
	}
	at, err := advice.AsOf(reporter.clock, at)
	if err != nil {
		return Month{}, err
	}
	c, err := reporter.directory.Campus(ctx)
	if err != nil {
		return Month{}, err
	}
	if space == "" {
		if space = caller.Space; space == "" && len(c.Children("")) > 0 {
			space = c.Children("")[0]
		}
	}
	if !c.Sees(caller, space) {
		return Month{}, advice.ErrNotFound{Kind: "space", ID: space}
	}
	zone := c.Zone(space)
	m := Month{Space: c.Space(space), From: time.Date(year, month, 1, 0, 0, 0, 0, zone), PeakKW: math.NaN()}
	m.To = m.From.AddDate(0, 1, 0)
	now := at.In(zone)
	m.Complete = !now.Before(m.To)
	m.To = advice.Earliest(m.To, now)
	if !m.From.Before(m.To) {
		return m, advice.ErrNothingMeasured{Target: advice.Target{Level: m.Space.Kind, ID: space}}
	}
	err = reporter.fillMonth(ctx, c, &m)
	if err == nil {
		err = errors.Join(reporter.fillDevices(ctx, c, &m), reporter.fillAdvice(ctx, c, caller, &m))
	}
	return m, err
}

// fillMonth reads the days, and the same days of the previous month.
func (reporter *Reporter) fillMonth(ctx context.Context, c *campus.Campus, m *Month) error {
	t := advice.Target{Level: m.Space.Kind, ID: m.Space.ID}
	rates, err := reporter.prices.Rates(ctx, m.Space.ID, m.From, m.To)
	if err != nil {
		return err
	}
	m.Currency, m.Prices = advice.RateAt(rates, m.From).Currency, rates
	if m.Days, err = reporter.consumption.Days(ctx, t, m.From, m.To); err != nil {
		return err
	}
	total, err := reporter.consumption.Total(ctx, t, m.From, m.To)
	if err != nil {
		return err
	}
	if !total.Known {
		return advice.ErrNothingMeasured{Target: t}
	}
	m.KWh, m.Cost, m.CO2Kg, m.Coverage = total.KWh, total.Cost, total.CO2Kg, total.Coverage
	return errors.Join(reporter.fillPeak(ctx, m), reporter.fillBefore(ctx, m))
}

// fillPeak finds the hour of the highest quarter hour.
func (reporter *Reporter) fillPeak(ctx context.Context, m *Month) error {
	uses, err := reporter.consumption.Hours(ctx, advice.Target{Level: m.Space.Kind, ID: m.Space.ID}, m.From, m.To)
	for _, u := range uses {
		if u.PeakKW > 0 && !(u.PeakKW <= m.PeakKW) {
			m.PeakKW, m.PeakAt = u.PeakKW, u.Start
		}
	}
	return err
}

// fillBefore compares the days with the same days of the previous month.
func (reporter *Reporter) fillBefore(ctx context.Context, m *Month) (err error) {
	days := m.From.AddDate(0, 0, -1).Day()
	m.Beside, err = reporter.consumption.Beside(ctx, advice.Target{Level: m.Space.Kind, ID: m.Space.ID}, m.From, advice.Earliest(m.To, m.From.AddDate(0, 0, days)), days)
	return err
}

// fillDevices finds the devices with the highest use, among those with the highest usual use.
func (reporter *Reporter) fillDevices(ctx context.Context, c *campus.Campus, m *Month) error {
	analyses, err := reporter.analyses.Analyses(ctx)
	if err != nil {
		return err
	}
	inside := c.Inside(advice.Target{Level: m.Space.Kind, ID: m.Space.ID})
	analyses = slices.DeleteFunc(analyses, func(x advice.Analysis) bool {
		return x.Target.Level != advice.OfDevice || !inside[x.Target] || len(c.Behind(x.Target.ID)) > 0
	})
	slices.SortStableFunc(analyses, func(x, y advice.Analysis) int { return cmp.Compare(y.UseKWh, x.UseKWh) })
	for _, x := range analyses[:min(candidates, len(analyses))] {
		from := advice.Latest(m.From, advice.NextHour(c.MovedIn(x.Target, m.Space.ID), c.Zone(m.Space.ID)))
		if !from.Before(m.To) {
			continue // it was used in another place
		}
		uses, err := reporter.consumption.Hours(ctx, x.Target, from, m.To)
		if err != nil {
			return err
		}
		d := DeviceMonth{ID: x.Target.ID, Name: c.Device(x.Target.ID).Name}
		for _, u := range uses {
			d.KWh += u.KWh
		}
		if d.KWh > 0 {
			m.Devices = append(m.Devices, d)
		}
	}
	slices.SortFunc(m.Devices, func(x, y DeviceMonth) int { return cmp.Or(cmp.Compare(y.KWh, x.KWh), cmp.Compare(x.ID, y.ID)) })
	m.Devices = m.Devices[:min(shownDevices, len(m.Devices))]
	return nil
}

// fillAdvice reads the open recommendations and the proven savings.
func (reporter *Reporter) fillAdvice(ctx context.Context, c *campus.Campus, caller advice.Caller, m *Month) error {
	all, err := reporter.catalog.List(ctx, caller, recommendations.Query{Space: m.Space.ID})
	if err != nil {
		return err
	}
	for _, r := range all.Items {
		switch r.Status {
		case advice.Open, advice.Accepted:
			if len(m.Open) < shownAdvice {
				m.Open = append(m.Open, r)
			}
		case advice.Done, advice.Verified:
			if len(m.Proven) >= shownAdvice {
				continue
			}
			v, err := reporter.verifier.VerificationOf(ctx, c, r.Recommendation, c.MovedIn(r.Target, caller.Space))
			if err != nil {
				return err
			}
			m.Proven = append(m.Proven, v)
		case advice.Dismissed:
		}
	}
	return nil
}

// lastRate returns the last rate of a month; texts name its tariff and factor.
func (m Month) lastRate() advice.Rate {
	if len(m.Prices) == 0 {
		return advice.Rate{}
	}
	return m.Prices[len(m.Prices)-1]
}

// PriceOn returns the rate that was valid at an instant.
func (m Month) PriceOn(at time.Time) advice.Rate { return advice.RateAt(m.Prices, at) }

// tariff returns the tariff to name beside a month's money: a default one if any part of the month used it, or else the last valid one.
func (m Month) tariff() advice.Tariff {
	for _, r := range m.Prices {
		if r.Default {
			return r.NamedTariff()
		}
	}
	return m.lastRate().NamedTariff()
}
