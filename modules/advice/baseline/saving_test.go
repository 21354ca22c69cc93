package baseline

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// drifting returns hours of a building that is used on weekdays, is cooled, and drifts from week to week as real ones do.
func drifting(chance *rand.Rand, days int) []Row {
	rows := make([]Row, 0, days*dayHours)
	drift := 0.0
	for day := range days {
		if day%7 == 0 {
			drift = 0.8*drift + 0.04*chance.NormFloat64()
		}
		warmth := 26 + 3*math.Sin(float64(day)/60) + chance.NormFloat64()
		for hour := range dayHours {
			r := Row{Date: day, WeekHour: day%7*dayHours + hour, Temp: warmth + 3*math.Sin(float64(hour-9)/24*2*math.Pi)}
			r.Load = 4
			if day%7 < 5 && hour >= 7 && hour < 20 {
				r.Load += 10 + 0.6*max(0, r.Temp-22)
			}
			r.Load *= (1 + drift) * (1 + 0.05*chance.NormFloat64())
			rows = append(rows, r)
		}
	}
	return rows
}

// TestAvoidedIsHonest compares hours before and after a change without effect, and one that saved a tenth, on 12 artificial meters: the 90
// % interval contains the truth in about 90 % of cases, and a saving is rarely shown if there was none.
func TestAvoidedIsHonest(t *testing.T) {
	const meters, before, after = 12, 200 * dayHours, 42 * dayHours
	chance := rand.New(rand.NewPCG(11, 13))
	var holdsZero, holdsTruth, shown int
	for range meters {
		rows := drifting(chance, (before+after)/dayHours)
		fit := Fit(rows[:before])
		placebos := NewPlacebos(fit, rows[:before], after)
		placebo, known := placebos.Avoided(rows[before:])
		require.True(t, known)
		saved := 0.0
		changed := append([]Row{}, rows[before:]...)
		for i := range changed {
			saved += 0.1 * changed[i].Load
			changed[i].Load *= 0.9
		}
		real, _ := placebos.Avoided(changed)
		holdsZero += one(placebo.Low <= 0 && placebo.High >= 0)
		holdsTruth += one(real.Low <= saved && real.High >= saved)
		shown += one(placebo.Low > 0)
	}
	t.Logf("of %d: zero held %d, a tenth held %d, a saving shown that was none %d", meters, holdsZero, holdsTruth, shown)
	require.GreaterOrEqual(t, holdsZero, meters*85/100)
	require.GreaterOrEqual(t, holdsTruth, meters*85/100)
	require.LessOrEqual(t, shown, meters/10)
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestAvoidedSaysWhereItCannotTell(t *testing.T) {
	rows := drifting(rand.New(rand.NewPCG(1, 1)), 60)
	_, known := Avoided(Fit(rows[:20*dayHours]), rows[:20*dayHours], rows[20*dayHours:])
	require.False(t, known, "three weeks are no baseline")
	_, known = Avoided(Fit(rows[:30*dayHours]), rows[:30*dayHours], rows[30*dayHours:])
	require.False(t, known, "a month leaves no time to learn what a baseline errs by")
	_, known = Avoided(Fit(rows[:50*dayHours]), rows[:50*dayHours], nil)
	require.False(t, known, "nothing was measured since")
}
