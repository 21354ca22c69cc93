package rules

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Thresholds of a base load that is too high.
const (
	// baseRise is the rise over the past that no season explains; milder is the maximum temperature difference of compared nights, °C.
	baseRise = 1.15
	milder   = 3.0
	// A night load from these shares of the open hours' load counts as never falling: in a room, and in a building, where laboratories and
	// servers stay on. A target that uses more by night than by day is open at other hours than the calendar says. A closed space may keep
	// half of the open load (offices keep 30 to 50 %).
	neverFallsRoom     = 0.75
	neverFallsBuilding = 0.85
	nightWorker        = 1.15
	mayKeep            = 0.5
	neverDates         = 14
	// mayKeepLow and mayKeepHigh bound the share of the load that a closed space may need.
	mayKeepLow, mayKeepHigh = 0.7, 0.3
)

// night is a date's mean power in the night hours, kW, and the outdoor temperature; NaN if unknown.
type night struct {
	day      int
	kw, temp float64
}

// baseLoad finds nights that use more than in the past, more per m² than those of peers, or as much as the day.
func baseLoad(s *preparedSubject) *Finding {
	if !isMany(s.Kind) && s.Kind != "other" && s.Kind != "lab" && s.Kind != "appliance" {
		return nil
	}
	nights := nightsOf(s.whole)
	if f := s.higherThanPast(nights); f != nil {
		return f
	}
	if f := s.higherThanPeers(nights); f != nil {
		return f
	}
	return s.neverFalls(nights)
}

func nightsOf(h *history.History) []night {
	var all []night
	for _, d := range datesOf(h) {
		kw := nightBase(h, d)
		if math.IsNaN(kw) {
			continue
		}
		var temps []float64
		for _, hour := range h.Hours[d.first:d.last] {
			if c := hour.Clock(); c >= nightFrom && c < nightTo && !math.IsNaN(hour.Outdoor) {
				temps = append(temps, hour.Outdoor)
			}
		}
		all = append(all, night{day: d.day, kw: kw, temp: history.Mean(temps)})
	}
	return all
}

func powers(nights []night) []float64 {
	kw := make([]float64, len(nights))
	for i, n := range nights {
		kw[i] = n.kw
	}
	return kw
}

// higherThanPast requires nearly all recent nights to be above nearly all nights of the same season or weather.
func (s *preparedSubject) higherThanPast(nights []night) *Finding {
	now, past := splitSeason(nights, func(n night) int { return n.day })
	past = likeWeather(now, past)
	if len(past) < seasonDates {
		return nil
	}
	usual, high := history.Median(powers(past)), history.Percentile(powers(past), 0.9)
	if usual <= 0 || history.Percentile(powers(now), 0.25) < max(high, baseRise*usual) {
		return nil
	}
	return s.baseFinding(CausePast, now, high, usual, FormulaBasePast)
}

// likeWeather selects nights about as warm as the recent ones, if temperatures are known.
func likeWeather(now, past []night) []night {
	var temps []float64
	for _, n := range now {
		if !math.IsNaN(n.temp) {
			temps = append(temps, n.temp)
		}
	}
	if len(temps) < len(now)/2 || len(temps) == 0 {
		return past
	}
	usual := history.Median(temps)
	var like []night
	for _, n := range past {
		if math.Abs(n.temp-usual) <= milder {
			like = append(like, n)
		}
	}
	return like
}

func (s *preparedSubject) higherThanPeers(nights []night) *Finding {
	var peers []float64
	for _, p := range s.Peers {
		if p.AreaM2 > 0 && p.BaseW > 0 {
			peers = append(peers, p.BaseW/1000/p.AreaM2)
		}
	}
	if s.AreaM2 <= 0 || len(peers) < enoughPeers || len(nights) < neverDates {
		return nil
	}
	usual := history.Median(peers) * s.AreaM2
	reference := max(abovePeers*usual, history.Percentile(peers, 0.9)*s.AreaM2)
	now := nights[max(0, len(nights)-recentOpen):]
	if history.Percentile(powers(now), 0.25) < reference {
		return nil
	}
	return s.baseFinding(CausePeers, now, reference, usual, FormulaBasePeers)
}

// baseFinding counts only closed hours: the base load's share while the space is used is not observed.
func (s *preparedSubject) baseFinding(cause string, now []night, reference, usual float64, formula string) *Finding {
	excess := make([]float64, len(now))
	for i, n := range now {
		excess[i] = max(0, n.kw-reference) * s.Calendar.ShutHours
	}
	chance := chanceOf(s.ID, "base_load")
	some, all := make([]float64, len(excess)), make([]float64, draws)
	for k := range all {
		resample(chance, excess, some)
		all[k] = history.Mean(some)
	}
	saving := interval(history.Mean(excess), all, all)
	return s.baseOf(cause, saving, history.Median(powers(now)), usual, reference, now, formula, 0.85)
}

// neverFalls finds a space or its meter that uses as much while closed as while open. The necessary part was not measured, so the interval
// is wide and the confidence low.
func (s *preparedSubject) neverFalls(nights []night) *Finding {
	if !isMany(s.Kind) || len(s.dates) < neverDates || len(nights) < neverDates {
		return nil
	}
	open := history.Median(s.recent.Powers(func(h history.Hour) bool { return h.Open }))
	now := nights[max(0, len(nights)-recentOpen):]
	lowest := history.Percentile(powers(now), 0.1)
	if math.IsNaN(open) || lowest < s.neverFallsFrom()*open || lowest > nightWorker*open {
		return nil
	}
	rate := s.Calendar.ShutHours
	saving := Saving{KWh: (lowest - mayKeep*open) * rate, Low: (lowest - mayKeepLow*open) * rate, High: (lowest - mayKeepHigh*open) * rate}
	return s.baseOf(CauseNever, saving, lowest, open, mayKeep*open, now, FormulaBaseNeverFalls, 0.6)
}

// neverFallsFrom is infinite for a building without opening hours: it may be a residence or a laboratory.
func (s *preparedSubject) neverFallsFrom() float64 {
	switch {
	case s.Within == "room":
		return neverFallsRoom
	case s.Calendar.Assumed:
		return math.Inf(1)
	}
	return neverFallsBuilding
}

// baseOf returns the finding of a base load of kw against a reference; its proof is the nights' energy above a limit.
func (s *preparedSubject) baseOf(cause string, saving Saving, kw, reference, limit float64, nights []night, formula string, doubt float64) *Finding {
	f := &Finding{
		Kind: BaseLoad, Cause: cause, From: s.whole.Start, To: s.whole.End(), Saving: saving, Formula: formula,
		Confidence: s.certainty(len(nights), saving, doubt),
		Figures: []Figure{
			{"power", 1000 * kw, "W"},
			{"reference_power", 1000 * reference, "W"},
			{"rise", rise(kw, reference), "%"},
			{"dates_watched", float64(len(nights)), "days"},
			{"closed_hours", s.Calendar.ShutHours, "h"},
		},
	}
	shut := make([]float64, len(s.recent.Hours))
	for i, hour := range s.recent.Hours {
		if !hour.Open {
			shut[i] = hour.KWh()
		}
	}
	f.Weight = weightOf(s.recent, shut)
	f.prove(s.window, s.nightsAbove(nights, limit), true)
	f.Figures = append(f.Figures, Figure{"wasted", f.wastedInSpans(), "kWh"})
	return f
}

// nightsAbove returns the energy above a power, kWh, in the night hours of some dates.
func (s *preparedSubject) nightsAbove(nights []night, kw float64) []float64 {
	watched := make(map[int]bool, len(nights))
	for _, n := range nights {
		watched[n.day] = true
	}
	above := make([]float64, len(s.whole.Hours))
	for i, hour := range s.whole.Hours {
		if c := hour.Clock(); watched[hour.Date] && c >= nightFrom && c < nightTo && hour.Known() {
			above[i] = max(0, hour.KW-kw) * hour.Share
		}
	}
	return above
}
