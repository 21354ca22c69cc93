package baseline

import "math"

// FillWarmth tells each of consecutive rows how much warmer the time before it was. A wall and a slab keep the warmth of days.
// An hour without a temperature, or with under half of those before it known, is left at 0.
func FillWarmth(rows []Row) {
	const day, threeDays = 24, 72
	fillMean(rows, day, func(r *Row, warmer float64) { r.Warmer24 = warmer })
	fillMean(rows, threeDays, func(r *Row, warmer float64) { r.Warmer72 = warmer })
}

// fillMean sets how far the mean temperature of so many hours, up to and with each, lies above its own.
func fillMean(rows []Row, hours int, set func(r *Row, warmer float64)) {
	var sum float64
	known := 0
	for i := range rows {
		if t := rows[i].Temp; !math.IsNaN(t) {
			sum, known = sum+t, known+1
		}
		if i >= hours {
			if t := rows[i-hours].Temp; !math.IsNaN(t) {
				sum, known = sum-t, known-1
			}
		}
		if math.IsNaN(rows[i].Temp) || 2*known < min(i+1, hours) {
			continue
		}
		set(&rows[i], sum/float64(known)-rows[i].Temp)
	}
}
