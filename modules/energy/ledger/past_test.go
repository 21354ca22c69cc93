package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

// TestThePastEndsYesterday checks the limits of the past, the passed and the settled in UTC days.
func TestThePastEndsYesterday(t *testing.T) {
	day := energy.DayOf(energy.InstantOf(time.Date(2026, 5, 27, 0, 0, 0, 0, time.UTC)))
	for clock, settled := range map[time.Duration]int32{
		0: day - 1, 59*time.Minute + 59*time.Second: day - 1, time.Hour: day, 24*time.Hour - time.Millisecond: day,
	} {
		now := energy.StartOf(day).Add(clock.Milliseconds())
		require.Equal(t, energy.StartOf(day-1), energy.PastUntil(now), clock)
		require.Equal(t, day, energy.PassedUntil(now), clock)
		require.Equal(t, settled, energy.SettledUntil(now), clock)
	}
}

// TestAReplacedReadingIsADuplicate sends a reading again, with and without a correction in between.
func TestAReplacedReadingIsADuplicate(t *testing.T) {
	was := energy.Reading{Device: "d", At: 5, Kind: energy.Interval, Energy: 1, Span: 900, Source: energy.ByDevice}
	is, other, arrived := was, was, was
	is.Energy, other.Energy, arrived.Source = 2, 3, energy.ByArrival
	made := []Correction{{Key: was.Key()}, {Key: was.Key(), Before: &was, After: &is}}
	asked := 0
	corrections := func(key energy.Key) ([]Correction, error) {
		require.Equal(t, was.Key(), key)
		asked++
		return made, nil
	}
	for _, c := range []struct {
		sent  energy.Reading
		want  energy.Result
		asked int
	}{{is, energy.Duplicate, 0}, {was, energy.Duplicate, 1}, {other, energy.Conflict, 1}, {arrived, energy.Conflict, 0}} {
		asked = 0
		outcome, err := JudgeResent(c.sent, is, corrections)
		require.NoError(t, err)
		require.Equal(t, energy.Outcome{Result: c.want, Stored: is}, outcome)
		require.Equal(t, c.asked, asked)
	}
	_, err := JudgeResent(other, is, func(energy.Key) ([]Correction, error) { return nil, errors.New("away") })
	require.EqualError(t, err, "away")
}
