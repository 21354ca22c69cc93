package energy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func wall(t *testing.T, text string) WallTime {
	t.Helper()
	w, err := ParseWallTime(text)
	require.NoError(t, err, text)
	return w
}

func TestLocalTimesWhereClocksChange(t *testing.T) {
	for _, c := range []struct {
		zone  string
		local []string
		want  []string // "" if there is no such time
	}{
		{"Europe/Madrid", []string{"01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30"}, []string{"23:30", "00:00", "00:30", "01:00", "01:30", "02:00", "02:30"}},
		{"Europe/Madrid", []string{"02:00", "02:00", "03:00"}, []string{"00:00", "01:00", "02:00"}},
		{"Europe/Madrid", []string{"02:40", "02:20"}, []string{"00:40", "01:20"}},
		{"Europe/Madrid", []string{"03:00", "02:30", "02:00", "02:30", "02:00", "01:30"}, []string{"02:00", "01:30", "01:00", "00:30", "00:00", "23:30"}},
		{"Europe/Madrid", []string{"02:10"}, []string{"00:10"}},
		{"Europe/Madrid", []string{"05:00", "02:10"}, []string{"04:00", "00:10"}},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		order := LocalOrder{}
		for i, text := range c.local {
			at, err := order.Instant("a", wall(t, "2026-10-25T"+text+":00"), zone)
			require.NoError(t, err)
			require.Equal(t, c.want[i], at.Time().Format("15:04"), "%v, the %d.", c.local, i)
			other, err := order.Instant("b"+text+time.Duration(i).String(), wall(t, "2026-10-25T"+text+":00"), zone)
			require.NoError(t, err, "another series is in an order of its own")
			first, err := ParseInstant("2026-10-25T"+text+":00", zone)
			require.NoError(t, err)
			require.Equal(t, first, other)
		}
	}
}

func TestLocalTimesOfOtherZones(t *testing.T) {
	for _, c := range []struct {
		zone, text string
		want       []string
	}{
		{"Australia/Lord_Howe", "2026-04-05T01:45:00", []string{"2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"}}, // back by half an hour
		{"Australia/Lord_Howe", "2026-10-04T02:15:00", nil},
		{"America/Havana", "2026-03-08T00:30:00", nil}, // forward at midnight
		{"America/Havana", "2026-11-01T00:30:00", []string{"2026-11-01T04:30:00Z", "2026-11-01T05:30:00Z"}},
		{"Europe/Madrid", "2026-03-29T02:00:00", nil},
		{"Europe/Madrid", "2026-03-29T03:00:00", []string{"2026-03-29T01:00:00Z"}},
		{"Europe/Madrid", "2026-03-29T01:59:59", []string{"2026-03-29T00:59:59Z"}},
		{"Pacific/Apia", "2011-12-30T10:00:00", nil}, // a day that the clocks skipped
		{"America/Bogota", "2026-03-29T02:00:00", []string{"2026-03-29T07:00:00Z"}},
		{"UTC", "2026-03-29T02:00:00", []string{"2026-03-29T02:00:00Z"}},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		got, err := wall(t, c.text).instants(zone)
		if c.want == nil {
			require.ErrorIs(t, err, ErrNoLocalTime, c.text)
			continue
		}
		require.NoError(t, err)
		var texts []string
		for _, at := range got {
			texts = append(texts, at.String())
		}
		require.Equal(t, c.want, texts, c.text)
	}
}

// TestEveryInstantIsOneOfItsLocalTime checks the hours around clock changes: each instant converts to local time and back.
func TestEveryInstantIsOneOfItsLocalTime(t *testing.T) {
	for _, name := range []string{"Europe/Madrid", "America/Havana", "Australia/Lord_Howe", "America/St_Johns", "America/Bogota", "Africa/Casablanca"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		offsetOn := func(at time.Time, days int) int {
			_, offset := at.AddDate(0, 0, days).In(zone).Zone()
			return offset
		}
		for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(10 * time.Minute) {
			got, err := wall(t, at.In(zone).Format("2006-01-02T15:04:05")).instants(zone)
			require.NoError(t, err)
			require.Contains(t, got, InstantOf(at), "%s in %s", at, name)
			require.Equal(t, wall(t, at.In(zone).Format("2006-01-02T15:04:05")), WallTimeIn(zone, InstantOf(at)))
			if offsetOn(at, -1) == offsetOn(at, 2) {
				at = at.AddDate(0, 0, 1) // no clock change is near
			}
		}
	}
}

func TestADevicesLocalTimeIsTheOneNearToItsArrival(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	for _, arrival := range []string{"2026-10-25T00:30:05Z", "2026-10-25T01:30:05Z"} {
		now, err := ParseInstant(arrival, time.UTC)
		require.NoError(t, err)
		at, err := NearestInstant(wall(t, "2026-10-25T02:30:00"), zone, now)
		require.NoError(t, err)
		require.Equal(t, now.Add(-5*SecondMs), at)
	}
}

func TestARepeatedTimeOfAnotherDayIsTheEarlier(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	for _, arrival := range []string{"2026-10-25T06:00:00Z", "2026-11-28T06:00:00Z", "2026-10-24T06:00:00Z"} {
		now, err := ParseInstant(arrival, time.UTC)
		require.NoError(t, err)
		at, err := NearestInstant(wall(t, "2026-10-25T02:30:00"), zone, now)
		require.NoError(t, err)
		require.Equal(t, "2026-10-25T00:30:00Z", at.String())
	}
}
