package advice

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"
)

// Month is a space's month: its days, what used most, and what was and could be saved.
type Month struct {
	Space            Space
	From, To         time.Time // To is the present hour where the month runs
	Complete         bool
	Days             []DayUse
	KWh, Cost, CO2Kg float64
	Currency         string
	// Prices are the rates that held, the oldest first.
	Prices []Rate
	// Beside are its days beside the same ones of the month before, as far as that has as many.
	Beside Beside
	// PeakKW is the month's highest quarter hour, PeakAt the hour in which it fell; NaN where none was wholly measured.
	PeakKW float64
	PeakAt time.Time
	// Coverage is the measured part, 0 to 1, as a DayUse's is.
	Coverage float64
	Devices  []DeviceMonth
	// Open are the best recommendations that are open or accepted, Proven what was saved by those done.
	Open   []Advice
	Proven []Verification
}

// DeviceMonth is a device's part of the month, kWh.
type DeviceMonth struct {
	ID, Name string
	KWh      float64
}

// Of a month's report.
const (
	shownDevices, shownAdvice = 5, 5
	// candidates are the devices with the highest usual use, among which the month's highest are sought.
	candidates = 30
)

// MonthOf sums a space's month, in its own zone, up; "" is the caller's own space or the first site. Errors: ErrForbidden, ErrNotFound, ErrNothingMeasured.
func (a *Advisor) MonthOf(ctx context.Context, caller Caller, space string, year int, month time.Month) (Month, error) {
	return a.MonthAt(ctx, caller, space, year, month, time.Time{})
}

// MonthAt is MonthOf of what was measured until an instant; zero is now. Recommendations are those that stand now. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid, ErrNothingMeasured.
func (a *Advisor) MonthAt(ctx context.Context, caller Caller, space string, year int, month time.Month, at time.Time) (Month, error) {
	if !caller.MayRead() {
		return Month{}, ErrForbidden{}
	}
	at, err := AsOf(a.Clock, at)
	if err != nil {
		return Month{}, err
	}
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return Month{}, err
	}
	if space == "" {
		if space = caller.Space; space == "" && len(c.Children("")) > 0 {
			space = c.Children("")[0]
		}
	}
	if !c.Sees(caller, space) {
		return Month{}, ErrNotFound{"space", space}
	}
	zone := c.Zone(space)
	m := Month{Space: c.Space(space), From: time.Date(year, month, 1, 0, 0, 0, 0, zone), PeakKW: math.NaN()}
	m.To = m.From.AddDate(0, 1, 0)
	now := at.In(zone)
	m.Complete = !now.Before(m.To)
	m.To = Earliest(m.To, now)
	if !m.From.Before(m.To) {
		return m, ErrNothingMeasured{Target{m.Space.Kind, space}}
	}
	err = a.fillMonth(ctx, c, &m)
	if err == nil {
		err = errors.Join(a.fillDevices(ctx, c, &m), a.fillAdvice(ctx, c, caller, &m))
	}
	return m, err
}

// fillMonth reads the days, and the same days of the month before.
func (a *Advisor) fillMonth(ctx context.Context, c *Campus, m *Month) error {
	t := Target{m.Space.Kind, m.Space.ID}
	rates, err := a.Prices.Rates(ctx, m.Space.ID, m.From, m.To)
	if err != nil {
		return err
	}
	m.Currency, m.Prices = RateAt(rates, m.From).Currency, rates
	if m.Days, err = a.Consumption.Days(ctx, t, m.From, m.To); err != nil {
		return err
	}
	total, err := a.Consumption.Total(ctx, t, m.From, m.To)
	if err != nil {
		return err
	}
	if !total.Known {
		return ErrNothingMeasured{t}
	}
	m.KWh, m.Cost, m.CO2Kg, m.Coverage = total.KWh, total.Cost, total.CO2Kg, total.Coverage
	return errors.Join(a.fillPeak(ctx, m), a.fillBefore(ctx, m))
}

// fillPeak finds the hour of the highest quarter hour.
func (a *Advisor) fillPeak(ctx context.Context, m *Month) error {
	uses, err := a.Consumption.Hours(ctx, Target{m.Space.Kind, m.Space.ID}, m.From, m.To)
	for _, u := range uses {
		if u.PeakKW > 0 && !(u.PeakKW <= m.PeakKW) {
			m.PeakKW, m.PeakAt = u.PeakKW, u.Start
		}
	}
	return err
}

// fillBefore sets the days beside the same ones of the month before.
func (a *Advisor) fillBefore(ctx context.Context, m *Month) (err error) {
	days := m.From.AddDate(0, 0, -1).Day()
	m.Beside, err = a.Consumption.Beside(ctx, Target{m.Space.Kind, m.Space.ID}, m.From, Earliest(m.To, m.From.AddDate(0, 0, days)), days)
	return err
}

// fillDevices finds the devices that used most, among those that usually do.
func (a *Advisor) fillDevices(ctx context.Context, c *Campus, m *Month) error {
	analyses, err := a.Analyses.Analyses(ctx)
	if err != nil {
		return err
	}
	inside := c.Inside(Target{m.Space.Kind, m.Space.ID})
	analyses = slices.DeleteFunc(analyses, func(x Analysis) bool {
		return x.Target.Level != OfDevice || !inside[x.Target] || len(c.Behind(x.Target.ID)) > 0
	})
	slices.SortStableFunc(analyses, func(x, y Analysis) int { return cmp.Compare(y.UseKWh, x.UseKWh) })
	for _, x := range analyses[:min(candidates, len(analyses))] {
		from := Latest(m.From, NextHour(c.MovedIn(x.Target, m.Space.ID), c.Zone(m.Space.ID)))
		if !from.Before(m.To) {
			continue // it was used elsewhere
		}
		uses, err := a.Consumption.Hours(ctx, x.Target, from, m.To)
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

// fillAdvice reads what stands recommended, and what was saved.
func (a *Advisor) fillAdvice(ctx context.Context, c *Campus, caller Caller, m *Month) error {
	all, err := a.List(ctx, caller, Query{Space: m.Space.ID})
	if err != nil {
		return err
	}
	for _, r := range all.Items {
		switch r.Status {
		case Open, Accepted:
			if len(m.Open) < shownAdvice {
				m.Open = append(m.Open, r)
			}
		case Done, Verified:
			if len(m.Proven) >= shownAdvice {
				continue
			}
			v, err := a.verification(ctx, c, r.Recommendation, c.MovedIn(r.Target, caller.Space))
			if err != nil {
				return err
			}
			m.Proven = append(m.Proven, v)
		case Dismissed:
		}
	}
	return nil
}

// lastRate is the last rate of a month, whose tariff and factor are named.
func (m Month) lastRate() Rate {
	if len(m.Prices) == 0 {
		return Rate{}
	}
	return m.Prices[len(m.Prices)-1]
}

// PriceOn is the rate that held at an instant.
func (m Month) PriceOn(at time.Time) Rate { return RateAt(m.Prices, at) }

// tariff is the one that a month's money is said to rest on: one that is not the site's own, where part of it does, and else the
// last that held.
func (m Month) tariff() Tariff {
	for _, r := range m.Prices {
		if r.Default {
			return r.Of()
		}
	}
	return m.lastRate().Of()
}
