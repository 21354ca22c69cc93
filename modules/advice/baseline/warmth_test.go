package baseline

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWarmthIsThatOfTheHoursBefore(t *testing.T) {
	rows := make([]Row, 100)
	for i := range rows {
		rows[i].Temp = 10
		if i >= 90 {
			rows[i].Temp = 34
		}
	}
	rows[80].Temp = math.NaN()
	FillWarmth(rows)
	require.Zero(t, rows[50].Warmer24)
	require.Zero(t, rows[80].Warmer24, "without a temperature of its own")
	// In the 24 hours up to the 100th, 10 hours are at 34 °C, 13 at 10 °C and one is unknown.
	require.InDelta(t, (10*34.0+13*10)/23-34, rows[99].Warmer24, 1e-9)
	require.InDelta(t, (10*34.0+61*10)/71-34, rows[99].Warmer72, 1e-9)
}

func TestWarmthOfFewKnownHoursIsNotTold(t *testing.T) {
	rows := make([]Row, 30)
	for i := range rows {
		rows[i].Temp = math.NaN()
	}
	rows[28].Temp, rows[29].Temp = 5, 25
	FillWarmth(rows)
	require.Zero(t, rows[29].Warmer24)
}
