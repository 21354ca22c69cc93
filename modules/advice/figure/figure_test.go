package figure

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHalvesGoToTheEvenDigit holds the rule to the digits that a number is written with: 1.005 is less than its half in binary,
// 2.675 too, and both are halves to who reads them. The dashboard's test has the same rows.
func TestHalvesGoToTheEvenDigit(t *testing.T) {
	for _, c := range []struct {
		value    float64
		decimals int
		text     string
	}{
		{0.5, 0, "0"},
		{1.5, 0, "2"},
		{2.5, 0, "2"},
		{-2.5, 0, "-2"},
		{-0.5, 0, "0"},
		{2.5000001, 0, "3"},
		{0.125, 2, "0.12"},
		{0.135, 2, "0.14"},
		{1.005, 2, "1.00"},
		{1.015, 2, "1.02"},
		{2.675, 2, "2.68"},
		{2.345, 2, "2.34"},
		{753.45, 1, "753.4"},
		{753.55, 1, "753.6"},
		{999.95, 1, "1000.0"},
		{99.5, 0, "100"},
		{106585588.5, 0, "106585588"},
		{106585589.5, 0, "106585590"},
		{1e-9, 2, "0.00"},
		{1e21, 0, "1000000000000000000000"},
		{12, 2, "12.00"},
	} {
		require.Equal(t, c.text, Text(c.value, c.decimals), "%v to %d", c.value, c.decimals)
	}
	require.Equal(t, 2.68, Round(2.675, 2))
	require.False(t, math.Signbit(Round(-0.001, 2)))
	require.True(t, math.IsNaN(Round(math.NaN(), 2)))
	require.True(t, math.IsInf(Round(math.Inf(-1), 2), -1))
}

// TestPromisesAreCutOnce holds a promise to the digits that are shown, so that nobody who shows it rounds again.
func TestPromisesAreCutOnce(t *testing.T) {
	for value, want := range map[float64]float64{
		753.9: 753, 100: 100, 99.99: 99.9, 4.2: 4.2, 4.29: 4.2, 0.999: 0.99, 0: 0, -0.25: -0.25, 4.1999999999: 4.2,
	} {
		require.Equal(t, want, Promise(value), value)
		require.Equal(t, want, Promise(want), "what was cut is cut no further")
	}
	require.Equal(t, 925.0, PromisedMoney(925.99))
}
