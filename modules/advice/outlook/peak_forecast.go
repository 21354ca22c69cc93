package outlook

import (
	"math"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// PeakRisk is the risk that the coming week sets a new monthly peak.
type PeakRisk string

// The risks: the peak is above the band, within the band, or below the expected value.
const (
	PeakUnlikely PeakRisk = "unlikely"
	PeakPossible PeakRisk = "possible"
	PeakLikely   PeakRisk = "likely"
)

// PeakForecast is the month's highest quarter hour so far, kW, in the hour At, and the highest expected in its next hours.
type PeakForecast struct {
	At         time.Time
	KW         float64
	ExpectedAt time.Time
	// HighKW is the upper end of the band of the highest expected quarter hour.
	ExpectedKW, HighKW float64
	Risk               PeakRisk
}

// peakForecast compares the month's peak, as in the overview, with the highest quarter hours expected in the coming week. The forecast is
// hourly; it is scaled by how far the highest quarter hour was above its hour in earlier high hours. Returns nil if no quarter hour of the
// month was completely measured.
func peakForecast(past *history.History, coming []ForecastHour, now time.Time, peak float64) *PeakForecast {
	start := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	if math.IsNaN(peak) || peak <= 0 {
		return nil
	}
	p := PeakForecast{KW: peak, At: peakHour(past, start, now, peak)}
	p.Risk = PeakUnlikely
	above := peakOverHour(past)
	for _, h := range coming[:min(len(coming), MaxHours)] {
		if !h.Start.Before(start.AddDate(0, 1, 0)) {
			break
		}
		expected, high := above*h.Expected, above*h.High
		if expected > p.ExpectedKW {
			p.ExpectedAt, p.ExpectedKW, p.HighKW = h.Start, expected, high
		}
		switch {
		case expected > p.KW:
			p.Risk = PeakLikely
		case high > p.KW && p.Risk == PeakUnlikely:
			p.Risk = PeakPossible
		}
	}
	return &p
}

// peakHour returns the hour since an instant that contains the highest quarter hour, of peak kW; the highest hour if no quarter hours were
// measured; the current hour if no earlier one was as high.
func peakHour(past *history.History, since, running time.Time, peak float64) (at time.Time) {
	const precision = 1e-6 // the precision of an hour's figures, kW
	var quarter, mean float64
	found := false
	for i, h := range past.Hours {
		if !h.Known() || past.At(i).Before(since) {
			continue
		}
		switch {
		case h.PeakKW > quarter:
			quarter, at, found = h.PeakKW, past.At(i), true
		case !found && h.KW > mean:
			mean, at = h.KW, past.At(i)
		}
	}
	if at.IsZero() || found && quarter < peak-precision {
		return running
	}
	return at
}

// peakOverHour returns the ratio of an hour's highest quarter hour to its mean: the median over the highest tenth of the last weeks' hours.
func peakOverHour(past *history.History) float64 {
	const recentHours, high = 28 * 24, 0.9
	recent := past.Cut(max(0, len(past.Hours)-recentHours), len(past.Hours))
	bar := history.Percentile(recent.Powers(history.Hour.Known), high)
	var ratios []float64
	for _, h := range recent.Hours {
		if h.Known() && h.KW > 0 && h.KW >= bar {
			ratios = append(ratios, h.Highest()/h.KW)
		}
	}
	if len(ratios) == 0 {
		return 1
	}
	return max(1, history.Median(ratios))
}
