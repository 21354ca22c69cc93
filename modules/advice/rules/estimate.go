package rules

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Constants of the interval.
const (
	draws = 400
	// lowTail and highTail leave 90 % between them.
	lowTail, highTail = 0.05, 0.95
	// ownError is the minimum relative width of an interval, for the meter's class and exceptions in the calendar.
	ownError = 0.1
)

// estimate converts the hourly waste into kWh a month: the mean of an open date times the calendar's number of open dates, plus the same
// for closed dates. Its interval resamples whole dates, since the hours of a date are not independent. Its lower end always includes one
// more date of each kind without waste, which matters much after a week and little after two months.
func (s *preparedSubject) estimate(name string, waste []float64, dates []date) Saving {
	var open, shut []float64
	for _, d := range dates {
		sum := 0.0
		for i := d.first; i < d.last; i++ {
			sum += waste[i]
		}
		if d.open {
			open = append(open, sum)
		} else {
			shut = append(shut, sum)
		}
	}
	month := func(open, shut []float64) float64 {
		return mean0(open)*s.Calendar.OpenDates + mean0(shut)*s.Calendar.ShutDates
	}
	draw := func(purpose string, open, shut []float64, n, m int) []float64 {
		chance := chanceOf(s.ID, name+purpose)
		all, someOpen, someShut := make([]float64, draws), make([]float64, n), make([]float64, m)
		for k := range all {
			resample(chance, open, someOpen)
			resample(chance, shut, someShut)
			all[k] = month(someOpen, someShut)
		}
		return all
	}
	low := draw("low", append(slices.Clone(open), 0), append(slices.Clone(shut), 0), len(open), len(shut))
	high := draw("high", open, shut, len(open), len(shut))
	return interval(month(open, shut), low, high)
}

// mean0 returns the mean, or 0 without values: without observation nothing is promised.
func mean0(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return history.Mean(values)
}

// chanceOf returns a random source that is always the same for a target and a purpose.
func chanceOf(id, purpose string) *rand.Rand {
	sum := sha256.Sum256([]byte(id + "\x00" + purpose))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}

func resample(chance *rand.Rand, from, to []float64) {
	for i := range to {
		to[i] = from[chance.IntN(len(from))]
	}
}

// interval returns a value with the percentiles of its draws as bounds.
func interval(value float64, low, high []float64) Saving {
	low, high = slices.Sorted(slices.Values(low)), slices.Sorted(slices.Values(high))
	return Saving{
		KWh:  value,
		Low:  max(0, min(history.PercentileSorted(low, lowTail), (1-ownError)*value)),
		High: max(history.PercentileSorted(high, highTail), (1+ownError)*value),
	}
}
