package baseline

import "math"

// FillWarmth sets Warmer24 and Warmer72 of consecutive rows, since walls and slabs store the heat of days. An hour without a temperature,
// or with less than half of the earlier ones known, is left at 0.
func FillWarmth(rows []Row) {
	const day, threeDays = 24, 72
	fillMean(rows, day, func(r *Row, warmer float64) { r.Warmer24 = warmer })
	fillMean(rows, threeDays, func(r *Row, warmer float64) { r.Warmer72 = warmer })
}

// fillMean sets, for each row, the mean temperature of a number of hours up to and including it, minus its own.
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
