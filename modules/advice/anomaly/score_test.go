package anomaly_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
)

func TestOddHoursHaveTheHighestScores(t *testing.T) {
	for name, spoil := range map[string]func(load float64) float64{
		"high":  func(load float64) float64 { return load + 40 },
		"low":   func(load float64) float64 { return 0.2 * load },
		"stuck": func(float64) float64 { return 41 },
		"zero":  func(float64) float64 { return 0 },
	} {
		t.Run(name, func(t *testing.T) {
			rows := campusMeter(200, 7)
			const from, hours = 120*24 + 8, 20
			for i := from; i < from+hours; i++ {
				rows[i].Load = spoil(rows[i].Load)
			}
			scores := anomaly.Scores(rows)
			require.Len(t, scores, len(rows))
			lowest := math.Inf(1)
			for i := from + 3; i < from+hours-3; i++ {
				lowest = min(lowest, scores[i])
			}
			above := 0
			for i, s := range scores {
				if i < from-12 || i > from+hours+12 {
					if s > lowest {
						above++
					}
				}
			}
			require.LessOrEqual(t, above, len(rows)/100, "of the usual hours")
		})
	}
}

func TestHoursOfAMeterThatIsNotKnownAreNotOdd(t *testing.T) {
	require.Empty(t, anomaly.Scores(nil))
	rows := campusMeter(20, 1)[:5*24]
	rows[7].Load = math.NaN()
	for _, s := range anomaly.Scores(rows) {
		require.False(t, math.IsNaN(s))
	}
	for i := range rows {
		rows[i].Load = math.NaN()
	}
	require.Equal(t, make([]float64, len(rows)), anomaly.Scores(rows))
}
