package rules

import "math"

// Minimum savings that are worth a manager's time.
const (
	floorShare = 0.02
	floorKWh   = 5
	// A plug that uses 20 kWh a month can hardly save 5 kWh, but a hundred of them are worth it: for a small target the floor is a
	// twentieth of its use, but at least half a kWh (some 0.7 W all month).
	smallShare = 0.05
	smallKWh   = 0.5
)

// floor returns the minimum saving, kWh a month, for a target with a use: 2 % of it, and 5 kWh unless that is more than a twentieth of it.
func floor(use float64) float64 {
	return max(floorShare*use, min(floorKWh, max(smallKWh, smallShare*use)))
}

// worthReporting reports whether a finding's saving exceeds its own uncertainty and the floor, and all its figures are numbers. A finding
// without a saving, such as a faulty sensor or a peak, is always reported.
func worthReporting(f Finding, use float64) bool {
	all := f.Saving.KWh + f.Saving.Low + f.Saving.High + f.Confidence
	for _, figure := range f.Figures {
		all += figure.Value
	}
	if math.IsNaN(all) || math.IsInf(all, 0) {
		return false
	}
	return f.Kind == Sensor || f.Kind == Peak || (f.Saving.Low > 0 && f.Saving.KWh >= floor(use))
}

// certainty returns the confidence in a finding: it grows with the observed dates, shrinks with the width of the interval, and is lower if
// the calendar is assumed.
func (s *preparedSubject) certainty(dates int, saving Saving, doubt float64) float64 {
	c := float64(dates) / float64(dates+3) * doubt
	if saving.KWh > 0 {
		c *= 1 - 0.5*min(1, (saving.High-saving.Low)/(2*saving.KWh))
	}
	if s.Calendar.Assumed {
		c *= 0.85
	}
	return math.Round(100*min(max(c, 0), 0.99)) / 100
}
