package usage

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// Overview is the state of a space or device at an instant, in the site's local time.
type Overview struct {
	// At is the instant of the overview, ID the space or device.
	At            energy.Instant
	ID            string
	Today         Step
	MonthToDate   Step
	SameLastMonth Step // last month, up to the same day and time of day
	// Comparison compares the month so far with the same days of the last month, where both were measured.
	Comparison Comparison
	// ProjectedMonth is the expected energy of the whole month. Without a forecaster it is the month to date plus, for the
	// remaining time, the mean of each hour of the week over the last four weeks. Projected is false if less than a week of those
	// is known.
	ProjectedMonth energy.Energy
	Projected      bool
	// Forecast is true if a MonthForecaster projected the month.
	Forecast bool
	// Pricing is the source of the money and emissions of the month to date.
	Pricing tariffs.Pricing
	// LoadFactor is mean ÷ peak of the month to date, 0 to 1; LoadFactorKnown is false without a measured peak.
	LoadFactor      float64
	LoadFactorKnown bool
	// BaseLoad is the 5th percentile of the quarter hours' mean power over the last four weeks.
	BaseLoad      energy.Power
	BaseLoadKnown bool
	// Top are the devices with the most energy in the month to date, greatest first; energy that no device measured is not
	// included.
	Top []TopDevice
}

// TopDevice is a device's energy in the month to date.
type TopDevice struct {
	ID     string
	Name   string
	Energy energy.Energy
}

const (
	recentMs         = 28 * energy.DayMs // the last four weeks
	minKnownQuarters = 7 * energy.QuartersPerDay
	baseQuantile     = 0.05
	maxTopDevices    = 5
)

// Overview summarises a level and id as of now. Errors: ErrNotFound, ErrForbidden.
func (r *Queries) Overview(ctx context.Context, caller energy.Caller, level campus.Level, id string) (Overview, error) {
	return r.OverviewAt(ctx, caller, level, id, 0)
}

// OverviewAt is Overview as of an instant; 0 is now. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Queries) OverviewAt(ctx context.Context, caller energy.Caller, level campus.Level, id string, at energy.Instant) (Overview, error) {
	now, err := r.asOf(at)
	if err != nil {
		return Overview{}, err
	}
	q := Query{Level: level, ID: id, From: now - 1, To: now}
	campus, scope, err := r.scoped(ctx, caller, &q, r.directory.Fresh)
	if err != nil {
		return Overview{}, err
	}
	month := ByMonth.Start(now, scope.Zone)
	q.From = min(ByMonth.Start(month-1, scope.Zone), now.Add(-recentMs))
	rates, err := r.prices.Rates(ctx, scope.Space, q.From, q.To)
	if err != nil {
		return Overview{}, err
	}
	today, toDate := NewShortfall(ByDay.Start(now, scope.Zone), now, now), NewShortfall(month, now, now)
	t, err := r.totals(ctx, campus, scope, q, today, toDate)
	if err != nil {
		return Overview{}, err
	}
	s := overviewBuilder{totals: t, zone: scope.Zone, now: now, rates: rates}.overview()
	s.At, s.ID, s.Pricing = now, scope.ID, tariffs.PricingOf(rates, month, max(now, month+1))
	s.Today.Missing, s.MonthToDate.Missing = today.Coverage().Missing, toDate.Coverage().Missing
	if s.Comparison, err = r.compareMonths(ctx, campus, scope, month, now); err != nil {
		return Overview{}, err
	}
	s.Top, err = r.topDevices(ctx, campus, scope, Query{From: month, To: now, By: PerDevice})
	return s, err
}

// compareMonths compares the month so far with the last month, day by day. If the last month is shorter, it compares only as many
// days.
func (r *Queries) compareMonths(ctx context.Context, campus *campus.Campus, s campus.Scope, month, now energy.Instant) (Comparison, error) {
	days := month.Time().In(s.Zone).AddDate(0, 0, -1).Day() // of the last month
	end := month.Time().In(s.Zone).AddDate(0, 0, days)
	return r.compare(ctx, campus, s, month, min(now, energy.InstantOf(end)), days)
}

func (r *Queries) topDevices(ctx context.Context, campus *campus.Campus, scope campus.Scope, q Query) ([]TopDevice, error) {
	if q.To <= q.From {
		return nil, nil // the first instant of the month
	}
	var all map[string]TopDevice
	err := r.eachDay(ctx, campus, scope, q, func() dayFunc {
		all = make(map[string]TopDevice)
		return func(day int32, totals *DayTotals, _ *weigher) error {
			for key, sum := range totals.Groups {
				all[key] = TopDevice{ID: key, Name: sum.name, Energy: all[key].Energy + sum.energyBetween(day, q.From, q.To)}
			}
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	delete(all, unmeteredKey)
	top := slices.Collect(maps.Values(all))
	top = slices.DeleteFunc(top, func(d TopDevice) bool { return d.Energy <= 0 })
	slices.SortFunc(top, func(a, b TopDevice) int { return cmp.Or(cmp.Compare(b.Energy, a.Energy), cmp.Compare(a.ID, b.ID)) })
	return top[:min(len(top), maxTopDevices)], nil
}

// overviewBuilder computes an overview from the quarter hours since the beginning of last month, or of four weeks if that is
// longer.
type overviewBuilder struct {
	totals *quarterTotals
	zone   *time.Location
	now    energy.Instant
	rates  []tariffs.Rate
}

func (s overviewBuilder) overview() Overview {
	month := ByMonth.Start(s.now, s.zone)
	out := Overview{
		Today:         s.step(ByDay.Start(s.now, s.zone), s.now),
		MonthToDate:   s.step(month, s.now),
		SameLastMonth: s.step(ByMonth.Start(month-1, s.zone), min(s.monthBefore(), month)),
	}
	out.ProjectedMonth, out.Projected = s.project(out.MonthToDate.Energy)
	if mean := s.meanPower(month); out.MonthToDate.PeakKnown && out.MonthToDate.Peak > 0 && mean > 0 {
		out.LoadFactor, out.LoadFactorKnown = float64(mean)/float64(out.MonthToDate.Peak), true
	}
	out.BaseLoad, out.BaseLoadKnown = s.baseLoad()
	return out
}

// monthBefore returns the same day and time of day a month ago; if that month has no such day, its end or later.
func (s overviewBuilder) monthBefore() energy.Instant {
	t := s.now.Time().In(s.zone)
	return energy.InstantOf(time.Date(t.Year(), t.Month()-1, t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), s.zone))
}

func (s overviewBuilder) step(from, to energy.Instant) Step {
	if to <= from {
		return Step{Start: from}
	}
	return s.totals.step(from, to, tariffs.NewChargeMeter(s.rates), s.now)
}

// eachKnown yields the known quarter hours since an instant.
func (s overviewBuilder) eachKnown(since energy.Instant, yield func(at energy.Instant, q ledger.Quarter)) {
	for i, q := range s.totals.span.quarters {
		if at := energy.QuarterStart(s.totals.span.first + int64(i)); at >= since && q.Known() {
			yield(at, q)
		}
	}
}

func (s overviewBuilder) meanPower(since energy.Instant) energy.Power {
	var sum energy.Energy
	var time int64
	s.eachKnown(since, func(_ energy.Instant, q ledger.Quarter) { sum, time = sum+q.Energy, time+energy.QuarterMs })
	return energy.MeanPower(sum, time)
}

func (s overviewBuilder) baseLoad() (energy.Power, bool) {
	var loads []energy.Power
	s.eachKnown(s.now.Add(-recentMs), func(_ energy.Instant, q ledger.Quarter) {
		loads = append(loads, energy.MeanPower(q.Energy, energy.QuarterMs))
	})
	if len(loads) == 0 {
		return 0, false
	}
	slices.Sort(loads)
	return loads[int(baseQuantile*float64(len(loads)-1))], true
}

func (s overviewBuilder) project(toDate energy.Energy) (energy.Energy, bool) {
	recent := *s.totals
	recent.span = span{first: s.totals.span.first, quarters: slices.Clone(s.totals.span.quarters)}
	quarters := 0
	for i := range recent.span.quarters {
		if energy.QuarterStart(recent.span.first+int64(i)) < s.now.Add(-recentMs) {
			recent.span.quarters[i] = ledger.Quarter{}
		} else if recent.span.quarters[i].Known() {
			quarters++
		}
	}
	if quarters < minKnownQuarters {
		return 0, false
	}
	profile, mean := profileOf(&recent, s.zone, s.now), s.meanPower(s.now.Add(-recentMs))
	end := ByMonth.next(ByMonth.Start(s.now, s.zone), s.zone)
	for at := energy.QuarterStart(energy.QuarterOf(s.now) + 1); at < end; at = at.Add(energy.QuarterMs) {
		local := at.Time().In(s.zone)
		hour := profile[local.Weekday()][local.Hour()]
		if !hour.Known {
			hour.Mean = mean
		}
		toDate += hour.Mean.During(energy.QuarterMs)
	}
	return toDate, true
}
