package energy

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestThePastEndsYesterday holds what is past, what has passed and what is settled to the days of UTC.
func TestThePastEndsYesterday(t *testing.T) {
	day := dayOf(InstantOf(time.Date(2026, 5, 27, 0, 0, 0, 0, time.UTC)))
	for clock, settled := range map[time.Duration]int32{
		0: day - 1, 59*time.Minute + 59*time.Second: day - 1, time.Hour: day, 24*time.Hour - time.Millisecond: day,
	} {
		now := startOf(day).Add(clock.Milliseconds())
		require.Equal(t, startOf(day-1), PastUntil(now), clock)
		require.Equal(t, day, PassedUntil(now), clock)
		require.Equal(t, settled, SettledUntil(now), clock)
	}
}

// TestAReplacedReadingIsADuplicate judges a reading that is sent again, with and without a correction between.
func TestAReplacedReadingIsADuplicate(t *testing.T) {
	was := Reading{Device: "d", At: 5, Kind: Interval, Energy: 1, Span: 900, Source: ByDevice}
	is, other, arrived := was, was, was
	is.Energy, other.Energy, arrived.Source = 2, 3, ByArrival
	made := []Correction{{Key: was.Key()}, {Key: was.Key(), Before: &was, After: &is}}
	asked := 0
	corrections := func(key Key) ([]Correction, error) {
		require.Equal(t, was.Key(), key)
		asked++
		return made, nil
	}
	for _, c := range []struct {
		sent  Reading
		want  Result
		asked int
	}{{is, Duplicate, 0}, {was, Duplicate, 1}, {other, Conflict, 1}, {arrived, Conflict, 0}} {
		asked = 0
		outcome, err := JudgeResent(c.sent, is, corrections)
		require.NoError(t, err)
		require.Equal(t, Outcome{Result: c.want, Stored: is}, outcome)
		require.Equal(t, c.asked, asked)
	}
	_, err := JudgeResent(other, is, func(Key) ([]Correction, error) { return nil, errors.New("away") })
	require.EqualError(t, err, "away")
}
