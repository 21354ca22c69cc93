package history

import (
	"math"
	"slices"
)

// Percentile returns the value below which a share p (0 to 1) of values is, with linear interpolation; NaN without values.
func Percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return PercentileSorted(sorted, p)
}

// PercentileSorted is Percentile for values in ascending order.
func PercentileSorted(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := p * float64(len(sorted)-1)
	below := int(at)
	if below+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}

// Median returns the median; NaN without values.
func Median(values []float64) float64 { return Percentile(values, 0.5) }

// Mean returns the arithmetic mean; NaN without values.
func Mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// Powers returns the mean powers, kW, of the measured hours that meet a condition.
func (h *History) Powers(pick func(Hour) bool) []float64 {
	var kw []float64
	for _, hour := range h.Hours {
		if hour.Known() && pick(hour) {
			kw = append(kw, hour.KW)
		}
	}
	return kw
}

// Count returns the number of hours that meet a condition.
func (h *History) Count(pick func(Hour) bool) int {
	n := 0
	for _, hour := range h.Hours {
		if pick(hour) {
			n++
		}
	}
	return n
}
