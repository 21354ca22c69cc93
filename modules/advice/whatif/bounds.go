package whatif

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Constants of the bootstrap, which draws whole weeks, as many as were replayed.
const (
	draws     = 500
	weekDays  = 7
	lowTail   = 0.05
	highTail  = 0.95
	seed      = 20260301
	sureSigma = 1.645 // standard deviations to a 5 % tail
)

// Bounds returns the ends of the 90 % interval of the sum of values, which are by hour and change. It draws weeks again, and each change's
// effect within its spread. NaN if less than three weeks were replayed, unless all values are zero.
func Bounds(hours Hours, values [][]float64, changes []Change) (low, high float64) {
	if allZero(values) {
		return 0, 0
	}
	weeks := weekly(hours, values)
	const minWeeks = 3
	if len(weeks) < minWeeks {
		return math.NaN(), math.NaN()
	}
	chance := rand.New(rand.NewPCG(seed, seed))
	sums := make([]float64, draws)
	factors := make([]float64, len(changes))
	for d := range sums {
		for c := range changes {
			factors[c] = within(chance, changes[c].Measure)
		}
		for range weeks {
			week := weeks[chance.IntN(len(weeks))]
			for c, v := range week {
				sums[d] += factors[c] * v
			}
		}
	}
	slices.Sort(sums)
	return sums[int(lowTail*draws)], sums[int(highTail*draws)-1]
}

// within draws a factor around 1 whose 5 % tails are the measure's spread.
func within(chance *rand.Rand, m Measure) float64 {
	low, high := m.Spread()
	z := chance.NormFloat64() / sureSigma
	if z < 0 {
		return max(0, 1+z*(1-low))
	}
	return 1 + z*(high-1)
}

// weekly adds up each change's values by week.
func weekly(hours Hours, values [][]float64) [][]float64 {
	if len(hours.Date) == 0 {
		return nil
	}
	first := hours.Date[0]
	n := (hours.Date[len(hours.Date)-1]-first)/weekDays + 1
	weeks := make([][]float64, n)
	for w := range weeks {
		weeks[w] = make([]float64, len(values))
	}
	for c := range values {
		for i, v := range values[c] {
			if !math.IsNaN(v) {
				weeks[(hours.Date[i]-first)/weekDays][c] += v
			}
		}
	}
	return weeks
}

func allZero(values [][]float64) bool {
	for _, change := range values {
		for _, v := range change {
			if v != 0 {
				return false
			}
		}
	}
	return true
}
