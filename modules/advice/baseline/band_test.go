package baseline

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheBandHoldsEightOfTen(t *testing.T) {
	const meters = 12
	inside, n := 0.0, 0.0
	for seed := range uint64(meters) {
		rows := drifting(rand.New(rand.NewPCG(seed, 4)), 260)
		past, coming := rows[:200*dayHours], rows[200*dayHours:]
		fit := Fit(past)
		band := fit.Band(past)
		for _, r := range coming {
			low, high := band.Around(r, fit.Model.Predict(r))
			require.LessOrEqual(t, low, high)
			inside, n = inside+float64(one(r.Load >= low && r.Load <= high)), n+1
		}
		low, high := band.Around(coming[0], math.NaN())
		require.True(t, math.IsNaN(low) && math.IsNaN(high))
	}
	require.InDelta(t, 0.8, inside/n, 0.08)
}
