package usage

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

func TestDurationKeepsTheEndsOfTheCurve(t *testing.T) {
	powers := []energy.Power{90, 80, 70, 60, 50, 40, 30, 20, 10}
	require.Equal(t, []DurationPoint{{1, 90}, {5, 50}, {9, 10}}, durationOf(powers, 3))
	require.Equal(t, []DurationPoint{{1, 90}}, durationOf(powers[:1], 3))
	require.Len(t, durationOf(powers, 100), len(powers))
	require.Empty(t, durationOf(nil, 3))
}

func TestTheCurrentHourIsNotInTheLoadDuration(t *testing.T) {
	hour := func(i int, coverage float64) Step {
		return Step{Start: energy.Instant(int64(i) * energy.HourMs), Known: coverage > 0, Energy: 1, Coverage: coverage}
	}
	now := energy.Instant(10*energy.HourMs + energy.HourMs/2)
	whole := []Step{}
	for i := range 9 {
		whole = append(whole, hour(i, 1))
	}
	for name, c := range map[string]struct {
		tail []Step
		kept int
	}{
		"the meters have reported the last hour":     {[]Step{hour(9, 1), hour(10, 1)}, 10},
		"only a few devices have reported it":        {[]Step{hour(9, 0.2), hour(10, 0.1)}, 9},
		"hours to come":                              {[]Step{hour(9, 1), hour(10, 0.3), hour(11, 0), hour(12, 0)}, 10},
		"a gap that no late reading will fill stays": {[]Step{}, 9},
	} {
		require.Len(t, completeHours(append(append([]Step{}, whole...), c.tail...), now), c.kept, name)
	}
	old := append([]Step{}, whole...)
	old[2].Coverage = 0.1
	require.Len(t, completeHours(old[:3], now), 3)
}
