package boost_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/boost"
)

var options = boost.Options{Trees: 200, Rate: 0.1, LeastRows: 10, Shrink: 1, Depth: 5}

// made returns rows of three features; the third has no effect, and some values are unknown.
func made(n int, seed uint64) (rows [][]float64, targets []float64) {
	chance := rand.New(rand.NewPCG(seed, 1))
	for range n {
		a, b := chance.Float64(), chance.Float64()
		y := math.Sin(6*a) + 2*b*b
		row := []float64{a, b, chance.Float64()}
		if chance.IntN(10) == 0 {
			row[1], y = math.NaN(), 5
		}
		rows, targets = append(rows, row), append(targets, y)
	}
	return rows, targets
}

func TestWhatWasLearntHoldsForOtherRows(t *testing.T) {
	rows, targets := made(3000, 1)
	m := boost.Fit(rows, targets, options)
	others, truth := made(1000, 2)
	var misses float64
	for i, r := range others {
		misses += math.Abs(m.Predict(r)-truth[i]) / float64(len(others))
	}
	require.Less(t, misses, 0.06)
}

func TestTheSameRowsGiveTheSameTrees(t *testing.T) {
	rows, targets := made(500, 3)
	require.Equal(t, boost.Fit(rows, targets, options), boost.Fit(rows, targets, options))
}

func TestOneValueIsLearntAsItIs(t *testing.T) {
	m := boost.Fit([][]float64{{1}, {2}, {math.NaN()}}, []float64{4, 4, 4}, options)
	require.InDelta(t, 4, m.Predict([]float64{9}), 1e-12)
	require.Nil(t, boost.Fit(nil, nil, options))
}
