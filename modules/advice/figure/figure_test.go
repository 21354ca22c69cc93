package figure

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHalvesGoToTheEvenDigit checks that rounding uses the decimal digits: in binary 1.005 and 2.675 are less than the half, but readers
// see halves. The dashboard has the same cases (adapters/web/src/format/rounding.test.ts).
func TestHalvesGoToTheEvenDigit(t *testing.T) {
	file, err := os.ReadFile("testdata/rounding.json")
	require.NoError(t, err)
	var rows []struct {
		Value       float64
		Decimals    int
		Text, Shown string
	}
	require.NoError(t, json.Unmarshal(file, &rows))
	for _, row := range rows {
		if row.Shown != "" {
			require.Equal(t, row.Shown, Text(row.Value, Decimals(row.Value)), "%v as it is shown", row.Value)
			continue
		}
		require.Equal(t, row.Text, Text(row.Value, row.Decimals), "%v to %d", row.Value, row.Decimals)
	}
	require.Equal(t, "1000000000000000000000", Text(1e21, 0))
	require.Equal(t, 2.68, Round(2.675, 2))
	require.False(t, math.Signbit(Round(-0.001, 2)))
	require.True(t, math.IsNaN(Round(math.NaN(), 2)))
	require.True(t, math.IsInf(Round(math.Inf(-1), 2), -1))
}

// TestPromisesAreCutOnce checks that a promise has only the digits that are shown, so that no reader rounds again.
func TestPromisesAreCutOnce(t *testing.T) {
	for value, want := range map[float64]float64{
		753.9: 753, 100: 100, 99.99: 99.9, 4.2: 4.2, 4.29: 4.2, 0.999: 0.99, 0: 0, -0.25: -0.25, 4.1999999999: 4.2,
	} {
		require.Equal(t, want, Promise(value), value)
		require.Equal(t, want, Promise(want), "what was cut is cut no further")
	}
	require.Equal(t, 925.0, PromisedMoney(925.99))
}
