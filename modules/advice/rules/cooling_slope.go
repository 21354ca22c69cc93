package rules

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Causes of cooling_slope and base_load findings.
const (
	CausePast   = "past"
	CausePeers  = "peers"
	CauseNever  = "never_falls"
	recentOpen  = 28
	yearDays    = 364 // whole weeks
	aroundDays  = 35
	seasonDates = 20
)

// Thresholds of a slope that is too steep.
const (
	steeper     = 1.2
	abovePeers  = 1.5
	peerMargin  = 1.25
	enoughPeers = 3
)

// coolingSlope finds cooling that rises more steeply with the outdoor temperature than in the past, or per m² than in spaces of the same
// kind.
func coolingSlope(s *preparedSubject) *Finding {
	if s.Kind != "ac" && !isMany(s.Kind) {
		return nil
	}
	days := s.coolingDays(s.whole)
	now, past := splitSeason(days, func(d coolingDay) int { return d.day })
	if f := s.steeperThanPast(days, now, past); f != nil {
		return f
	}
	return s.steeperThanPeers(days, now)
}

// splitSeason separates the last recentOpen entries from the ones to compare them with: the same season a year before if there is one, or
// else all earlier entries.
func splitSeason[T any](all []T, day func(T) int) (now, past []T) {
	if len(all) <= recentOpen {
		return all, nil
	}
	now, past = all[len(all)-recentOpen:], all[:len(all)-recentOpen]
	first, last := day(now[0])-yearDays-aroundDays, day(now[len(now)-1])-yearDays+aroundDays
	var season []T
	for _, d := range past {
		if day(d) >= first && day(d) <= last {
			season = append(season, d)
		}
	}
	if len(season) >= seasonDates {
		return now, season
	}
	return now, past
}

func (s *preparedSubject) steeperThanPast(days, now, past []coolingDay) *Finding {
	before := fitCooling(past)
	after := fitAbove(now, before.balance)
	if !before.usable() || !after.usable() || after.slope < steeper*before.slope {
		return nil
	}
	degrees := degreesPerDate(days, before.balance)
	rate := degrees * s.Calendar.OpenDates
	chance := chanceOf(s.ID, "cooling_slope")
	someNow, somePast := make([]coolingDay, len(now)), make([]coolingDay, len(past))
	all := make([]float64, draws)
	for k := range all {
		for i := range someNow {
			someNow[i] = now[chance.IntN(len(now))]
		}
		for i := range somePast {
			somePast[i] = past[chance.IntN(len(past))]
		}
		all[k] = (fitAbove(someNow, before.balance).slope - fitAbove(somePast, before.balance).slope) * rate
	}
	saving := interval((after.slope-before.slope)*rate, all, all)
	return s.coolingFinding(CausePast, saving, after.slope, before.slope, before.balance, degrees, now,
		FormulaCoolingPast)
}

func (s *preparedSubject) steeperThanPeers(days, now []coolingDay) *Finding {
	var peers []float64
	for _, p := range s.Peers {
		if p.AreaM2 > 0 && p.SlopeKWh > 0 {
			peers = append(peers, p.SlopeKWh/p.AreaM2)
		}
	}
	fit := fitCooling(days)
	if s.AreaM2 <= 0 || len(peers) < enoughPeers || !fit.usable() {
		return nil
	}
	slices.Sort(peers)
	usual := history.PercentileSorted(peers, 0.5) * s.AreaM2
	if fit.slope < abovePeers*usual {
		return nil
	}
	degrees := degreesPerDate(days, fit.balance)
	rate := degrees * s.Calendar.OpenDates
	saving := Saving{
		KWh:  (fit.slope - peerMargin*usual) * rate,
		Low:  (fit.slope - max(abovePeers*usual, history.PercentileSorted(peers, 0.9)*s.AreaM2)) * rate,
		High: (fit.slope - usual) * rate,
	}
	return s.coolingFinding(CausePeers, saving, fit.slope, usual, fit.balance, degrees, now,
		FormulaCoolingPeers)
}

func (s *preparedSubject) coolingFinding(cause string, saving Saving, slope, reference, balance, degrees float64, dates []coolingDay, formula string) *Finding {
	f := &Finding{
		Kind: CoolingSlope, Cause: cause, From: s.whole.Start, To: s.whole.End(), Saving: saving, Formula: formula,
		Confidence: s.certainty(len(dates), saving, 0.9),
		Figures: []Figure{
			{"slope", slope, "kWh/°C/day"},
			{"reference_slope", reference, "kWh/°C/day"},
			{"rise", rise(slope, reference), "%"},
			{"balance_point", balance, "°C"},
			{"degrees", degrees, "°C"},
			{"dates_watched", float64(len(dates)), "days"},
		},
	}
	f.Weight = s.openWeight()
	f.prove(s.window, s.coolingAbove(dates, slope-reference, balance), true)
	f.Worst = Stretch{} // the slope is of whole days
	f.Figures = append(f.Figures, Figure{"wasted", f.wastedInSpans(), "kWh"})
	return f
}

// coolingAbove returns the extra energy of a steeper slope on warm dates, kWh, spread evenly over their open hours.
func (s *preparedSubject) coolingAbove(dates []coolingDay, slope, balance float64) []float64 {
	cost := make(map[int]float64, len(dates))
	for _, d := range dates {
		cost[d.day] = max(0, slope*(d.temp-balance))
	}
	above := make([]float64, len(s.whole.Hours))
	for _, d := range datesOf(s.whole) {
		if cost[d.day] <= 0 {
			continue
		}
		open := 0
		for i := d.first; i < d.last; i++ {
			if s.whole.Hours[i].Open {
				open++
			}
		}
		for i := d.first; i < d.last; i++ {
			if s.whole.Hours[i].Open {
				above[i] = cost[d.day] / float64(open)
			}
		}
	}
	return above
}

// rise returns how far a value is above its reference, %; 0 without a reference.
func rise(value, reference float64) float64 {
	if reference <= 0 {
		return 0
	}
	return 100 * (value/reference - 1)
}

// openWeight distributes a saving over the hours of the week in proportion to the load of open hours.
func (s *preparedSubject) openWeight() [168]float64 {
	load := make([]float64, len(s.recent.Hours))
	for i, hour := range s.recent.Hours {
		if hour.Open {
			load[i] = math.Max(0, hour.KWh())
		}
	}
	return weightOf(s.recent, load)
}
