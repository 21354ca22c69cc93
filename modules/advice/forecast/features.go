package forecast

import "math"

const (
	alikeDays  = 5
	alikeReach = 3 * weekDays
	weeksBack  = 4
	// yearBack is a year in whole weeks, so that weekdays match.
	yearBack = 52 * weekDays
	// eveningFrom is the start of the evening before, whose load predicts the start of the day.
	eveningFrom = 19
	daysPerYear = 365.2425
)

// hourFeatures are the values known at midnight about an hour of the coming day. Loads are relative to the scale; loads of single days are
// differences from the anchor.
type hourFeatures struct {
	// anchor is the usual load of the hour: the mean of the same hour in the last four weeks and on the last similar days.
	anchor float64
	values []float64
	linear []float64
}

// dayFeatures are the values shared by all hours of a day.
type dayFeatures struct {
	s       series
	d       int
	scale   float64
	alike   []int
	shared  []float64
	evening float64 // usual load at the end of the day before
}

func (s series) featuresOf(d int, scale float64) dayFeatures {
	f := dayFeatures{s: s, d: d, scale: scale, alike: s.alike(d)}
	yesterday := s.mean(d-1) / scale
	usual := mean(weeksBack, func(k int) float64 { return s.mean(d-1-weekDays*(k+1)) / scale })
	alike := mean(len(f.alike), func(k int) float64 { return s.mean(f.alike[k]) / scale })
	const hours = dayHours - eveningFrom
	evening := mean(hours, func(k int) float64 { return f.back(1, eveningFrom+k) })
	f.evening = mean(weeksBack*hours, func(k int) float64 { return f.back(1+weekDays*(1+k/hours), eveningFrom+k%hours) })
	f.shared = []float64{yesterday - usual, yesterday - alike, evening - f.evening, f.back(1, dayHours-1) - f.evening}
	return f
}

// back returns an hour's load a number of days ago, relative to the scale.
func (f dayFeatures) back(days, h int) float64 { return f.s.load(f.d-days, h) / f.scale }

// weeksAgo returns an hour's load on the corresponding day a number of weeks ago, relative to the scale.
func (f dayFeatures) weeksAgo(weeks, h int) float64 {
	return f.s.load(f.s.weeksAgo(f.d, weeks), h) / f.scale
}

// hour returns an hour's features.
func (f dayFeatures) hour(h int) hourFeatures {
	day := &f.s.days[f.d]
	weeks := mean(weeksBack, func(k int) float64 { return f.weeksAgo(k+1, h) })
	recent := mean(len(f.alike), func(k int) float64 { return f.s.load(f.alike[k], h) / f.scale })
	anchor := together(weeks, recent)
	if math.IsNaN(anchor) {
		anchor = weeks
	}
	last := math.NaN()
	if len(f.alike) > 0 {
		last = f.s.load(f.alike[0], h) / f.scale
	}
	warmth := mean(weeksBack, func(k int) float64 { return f.s.temp(f.s.weeksAgo(f.d, k+1), h) })
	alikeWarmth := mean(len(f.alike), func(k int) float64 { return f.s.temp(f.alike[k], h) })
	lagged := []float64{
		day.outlook[h] - warmth, day.outlook[h] - alikeWarmth,
		f.back(1, h) - anchor, f.weeksAgo(1, h) - anchor, last - anchor, weeks - recent,
		f.back(2, h) - anchor, f.weeksAgo(2, h) - anchor, anchor,
	}
	lagged = append(lagged, f.shared...)
	return hourFeatures{anchor: anchor, linear: append(zeroUnknown(lagged), 1), values: append(lagged,
		float64(h), float64(day.weekday), float64(day.calendar), day.outlook[h], day.warmth, f.s.warmth(f.d-1),
		math.Mod(float64(day.date), daysPerYear), f.yearAgo(h),
	)}
}

// yearAgo returns the hour's difference from the usual load of that time, a year ago.
func (f dayFeatures) yearAgo(h int) float64 {
	was := f.back(yearBack, h)
	return was - mean(weeksBack, func(k int) float64 { return f.back(yearBack+weekDays*(k+1), h) })
}

// zeroUnknown replaces unknown differences by 0.
func zeroUnknown(values []float64) []float64 {
	out := make([]float64, len(values), len(values)+1)
	for i, v := range values {
		if !math.IsNaN(v) {
			out[i] = v
		}
	}
	return out
}

// alike returns the last measured days of the same type before a day, latest first.
func (s series) alike(d int) []int {
	days := make([]int, 0, alikeDays)
	for k := d - 1; k >= max(0, d-alikeReach) && len(days) < alikeDays; k-- {
		if s.days[k].kind() == s.days[d].kind() && !math.IsNaN(s.days[k].mean) {
			days = append(days, k)
		}
	}
	return days
}
