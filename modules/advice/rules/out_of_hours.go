package rules

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// outOfHoursRule finds running devices that a closed room does not need.
var outOfHoursRule = hourRule{
	kind:       OutOfHours,
	formula:    FormulaOutOfHoursIdle,
	applies:    func(s *preparedSubject) bool { return switchable[s.Kind] },
	waste:      leftOn,
	minDates:   3,
	confidence: offBefore,
}

// excessRule is the same for meters and spaces, where something always runs at night. It finds closed spans far above the target's own
// usual ones.
var excessRule = hourRule{
	kind:       OutOfHours,
	formula:    FormulaOutOfHoursUsual,
	applies:    func(s *preparedSubject) bool { return isMany(s.Kind) || s.Kind == "other" || s.Kind == "lab" },
	waste:      unusualNights,
	minDates:   3,
	confidence: func(*preparedSubject, []float64) float64 { return 0.8 },
}

// grace is the number of hours after closing and before opening in which people arrive and leave.
const grace = 1

func leftOn(s *preparedSubject) []float64 {
	waste := make([]float64, len(s.recent.Hours))
	s.closedRuns(func(from, to int) {
		from, to = s.withGrace(from, to)
		for i := from; i < to; i++ {
			if s.free(i) && s.recent.Hours[i].KW >= s.levels.on {
				waste[i] = s.above(i, s.levels.idle)
			}
		}
	})
	return waste
}

// closedRuns calls run for each closed span, [from, to) in recent hours.
func (s *preparedSubject) closedRuns(run func(from, to int)) {
	s.runs(func(i int) bool { return !s.recent.Hours[i].Open }, run)
}

// withGrace leaves out the hour after a closing and the hour before an opening, if there is one.
func (s *preparedSubject) withGrace(from, to int) (int, int) {
	if from > 0 && s.recent.Hours[from-1].Open {
		from += grace
	}
	if to < len(s.recent.Hours) && s.recent.Hours[to].Open {
		to -= grace
	}
	return from, to
}

// offBefore returns a lower confidence for a device that was never off: perhaps it must stay on.
func offBefore(s *preparedSubject, _ []float64) float64 {
	off := s.recent.Count(func(h history.Hour) bool { return h.Known() && h.KW < s.levels.on })
	if off == 0 {
		return 0.6
	}
	return 0.95
}

// Thresholds of unusual nights.
const (
	stepShare  = 0.4
	spreads    = 4
	excessRun  = 3
	minStep    = 0.15
	madToSigma = 1.4826
)

func unusualNights(s *preparedSubject) []float64 {
	waste := make([]float64, len(s.recent.Hours))
	open := s.recent.Powers(func(h history.Hour) bool { return h.Open })
	shut := s.recent.Powers(func(h history.Hour) bool { return !h.Open })
	step := history.Median(open) - history.Median(shut)
	if math.IsNaN(step) || step < minStep*history.Median(open) {
		return waste
	}
	usual, spread := s.usualShut()
	excess := func(i int) float64 {
		hour := s.recent.Hours[i]
		key := shutKey(hour, s.opensOn(i))
		return hour.KW - usual[key] - max(stepShare*step, spreads*spread[key])
	}
	high := func(i int) bool { return s.free(i) && !s.recent.Hours[i].Open && excess(i) > 0 }
	s.runs(high, func(from, to int) {
		from, to = s.withGrace(from, to)
		if to-from < excessRun {
			return
		}
		for i := from; i < to; i++ {
			waste[i] = s.above(i, usual[shutKey(s.recent.Hours[i], s.opensOn(i))])
		}
	})
	return waste
}

// shutKey groups closed hours by hour of day, separately for open and closed dates.
func shutKey(h history.Hour, opens bool) int {
	if opens {
		return h.Clock()
	}
	return 24 + h.Clock()
}

// usualShut returns, for each group, the median and the spread of its closed hours over the whole history.
func (s *preparedSubject) usualShut() (usual, spread [48]float64) {
	var groups [48][]float64
	for i, hour := range s.recent.Hours {
		if hour.Known() && !hour.Open {
			k := shutKey(hour, s.opensOn(i))
			groups[k] = append(groups[k], hour.KW)
		}
	}
	for k, group := range groups {
		usual[k] = history.Median(group)
		distances := make([]float64, len(group))
		for i, v := range group {
			distances[i] = math.Abs(v - usual[k])
		}
		spread[k] = madToSigma * history.Median(distances)
	}
	return usual, spread
}

// opensOn reports whether the date of an hour is an open one.
func (s *preparedSubject) opensOn(i int) bool {
	day := s.recent.Hours[i].Date
	for j := i; j >= 0 && s.recent.Hours[j].Date == day; j-- {
		if s.recent.Hours[j].Open {
			return true
		}
	}
	for j := i; j < len(s.recent.Hours) && s.recent.Hours[j].Date == day; j++ {
		if s.recent.Hours[j].Open {
			return true
		}
	}
	return false
}
