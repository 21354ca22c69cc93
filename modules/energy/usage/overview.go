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

// Overview is how a space or device stands at this moment, in the site's local time.
type Overview struct {
	// At is the instant of which it tells, ID what it is of.
	At            energy.Instant
	ID            string
	Today         Step
	MonthToDate   Step
	SameLastMonth Step // last month up to the same day and time of day
	// Comparison sets the days of the month so far beside the same days of the last, of what was measured in both.
	Comparison Comparison
	// ProjectedMonth is what the month will come to. By itself that is the month to date and, for what is left of it, the mean of
	// each hour of the week over the last four weeks; Projected is false where less than a week of those is known.
	ProjectedMonth energy.Energy
	Projected      bool
	// Forecast tells that an Outlook projected the month.
	Forecast bool
	// Pricing is what the money and emissions of the month to date rest on.
	Pricing tariffs.Pricing
	// LoadFactor is mean ÷ peak of the month to date, 0 to 1; LoadFactorKnown is false without a measured peak.
	LoadFactor      float64
	LoadFactorKnown bool
	// BaseLoad is the 5th percentile of the quarter hours' mean power over the last four weeks.
	BaseLoad      energy.Power
	BaseLoadKnown bool
	// Top are the devices that used most in the month to date, greatest first; what no device counted is none.
	Top []TopDevice
}

// TopDevice is a device's energy in the month to date.
type TopDevice struct {
	ID     string
	Name   string
	Energy energy.Energy
}

const (
	usualSpanMs   = 28 * energy.DayMs // the last four weeks
	leastUsual    = 7 * energy.QuartersPerDay
	baseQuantile  = 0.05
	topDevicesMax = 5
)

// Overview sums a level and id up as of now. Errors: ErrNotFound, ErrForbidden.
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
	q.From = min(ByMonth.Start(month-1, scope.Zone), now.Add(-usualSpanMs))
	rates, err := r.prices.Rates(ctx, scope.Space, q.From, q.To)
	if err != nil {
		return Overview{}, err
	}
	today, toDate := NewShortfall(ByDay.Start(now, scope.Zone), now, now), NewShortfall(month, now, now)
	t, err := r.totals(ctx, campus, scope, q, today, toDate)
	if err != nil {
		return Overview{}, err
	}
	s := standing{tally: t, zone: scope.Zone, now: now, rates: rates}.overview()
	s.At, s.ID, s.Pricing = now, scope.ID, tariffs.PricingOf(rates, month, max(now, month+1))
	s.Today.Missing, s.MonthToDate.Missing = today.Coverage().Missing, toDate.Coverage().Missing
	if s.Comparison, err = r.compareMonths(ctx, campus, scope, month, now); err != nil {
		return Overview{}, err
	}
	s.Top, err = r.topDevices(ctx, campus, scope, Query{From: month, To: now, By: PerDevice})
	return s, err
}

// compareMonths sets the month so far beside the last, day by day of the month, as far as that has as many.
func (r *Queries) compareMonths(ctx context.Context, campus *campus.Campus, s campus.Scope, month, now energy.Instant) (Comparison, error) {
	days := month.Time().In(s.Zone).AddDate(0, 0, -1).Day() // of the last month
	end := month.Time().In(s.Zone).AddDate(0, 0, days)
	return r.compare(ctx, campus, s, month, min(now, energy.InstantOf(end)), days)
}

func (r *Queries) topDevices(ctx context.Context, campus *campus.Campus, scope campus.Scope, q Query) ([]TopDevice, error) {
	if q.To <= q.From {
		return nil, nil // the month's first instant
	}
	all := make(map[string]TopDevice)
	err := r.eachDay(ctx, campus, scope, q, func(day int32, book *DayTotals, _ *weigher) error {
		for key, sum := range book.Groups {
			all[key] = TopDevice{ID: key, Name: sum.name, Energy: all[key].Energy + sum.within(day, q.From, q.To)}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	delete(all, unmeteredKey)
	top := slices.Collect(maps.Values(all))
	top = slices.DeleteFunc(top, func(d TopDevice) bool { return d.Energy <= 0 })
	slices.SortFunc(top, func(a, b TopDevice) int { return cmp.Or(cmp.Compare(b.Energy, a.Energy), cmp.Compare(a.ID, b.ID)) })
	return top[:min(len(top), topDevicesMax)], nil
}

// standing is what an overview is made from: the quarter hours since last month began, or four weeks if that is more.
type standing struct {
	tally *quarterTotals
	zone  *time.Location
	now   energy.Instant
	rates []tariffs.Rate
}

func (s standing) overview() Overview {
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

// monthBefore is the same day and time of day a month ago; where that month has no such day, its end or later.
func (s standing) monthBefore() energy.Instant {
	t := s.now.Time().In(s.zone)
	return energy.InstantOf(time.Date(t.Year(), t.Month()-1, t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), s.zone))
}

func (s standing) step(from, to energy.Instant) Step {
	if to <= from {
		return Step{Start: from}
	}
	return s.tally.step(from, to, tariffs.NewChargeMeter(s.rates), s.now)
}

// known yields the quarter hours since an instant of which something is known.
func (s standing) known(since energy.Instant, yield func(at energy.Instant, q ledger.Quarter)) {
	for i, q := range s.tally.span.quarters {
		if at := energy.QuarterStart(s.tally.span.first + int64(i)); at >= since && q.Known() {
			yield(at, q)
		}
	}
}

func (s standing) meanPower(since energy.Instant) energy.Power {
	var sum energy.Energy
	var time int64
	s.known(since, func(_ energy.Instant, q ledger.Quarter) { sum, time = sum+q.Energy, time+energy.QuarterMs })
	return energy.MeanPower(sum, time)
}

func (s standing) baseLoad() (energy.Power, bool) {
	var loads []energy.Power
	s.known(s.now.Add(-usualSpanMs), func(_ energy.Instant, q ledger.Quarter) {
		loads = append(loads, energy.MeanPower(q.Energy, energy.QuarterMs))
	})
	if len(loads) == 0 {
		return 0, false
	}
	slices.Sort(loads)
	return loads[int(baseQuantile*float64(len(loads)-1))], true
}

func (s standing) project(toDate energy.Energy) (energy.Energy, bool) {
	usual := *s.tally
	usual.span = span{first: s.tally.span.first, quarters: slices.Clone(s.tally.span.quarters)}
	quarters := 0
	for i := range usual.span.quarters {
		if energy.QuarterStart(usual.span.first+int64(i)) < s.now.Add(-usualSpanMs) {
			usual.span.quarters[i] = ledger.Quarter{}
		} else if usual.span.quarters[i].Known() {
			quarters++
		}
	}
	if quarters < leastUsual {
		return 0, false
	}
	profile, mean := profileOf(&usual, s.zone, s.now), s.meanPower(s.now.Add(-usualSpanMs))
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
