package demo

import (
	"encoding/json"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

var bogota = time.FixedZone("America/Bogota", -5*3600)

func madrid(t *testing.T) *time.Location {
	zone, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	return zone
}

// TestTheFilesMatchTheirTotals compares the sum of each meter's file with the total that prepare computed.
func TestTheFilesMatchTheirTotals(t *testing.T) {
	raw, err := os.ReadFile("data/totals.json")
	require.NoError(t, err)
	var totals map[string]energy.Energy
	require.NoError(t, json.Unmarshal(raw, &totals))
	require.Len(t, totals, len(Devices()))
	for _, d := range Devices() {
		if d.Interval != time.Hour {
			continue
		}
		u, err := energyOf(d)
		require.NoError(t, err)
		// An odd year shows the first of the files and the even one after it the second, each with 52 weeks.
		var sum energy.Energy
		for r := range Readings(u, time.UTC, time.Date(2024, 12, 30, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC)) {
			sum += r.Energy
		}
		require.Equal(t, totals[d.ID], sum, d.ID)
	}
}

// TestADayHasTheSameReadingsWheneverItIsLoaded reads a span at once and in pieces: no gap, no duplicate, the same values.
func TestADayHasTheSameReadingsWheneverItIsLoaded(t *testing.T) {
	from := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 14) // includes the end of daylight saving time
	for _, zone := range []*time.Location{bogota, madrid(t)} {
		for _, d := range Devices() {
			u, err := energyOf(d)
			require.NoError(t, err)
			whole, pieces := energy.Energy(0), energy.Energy(0)
			var last time.Time
			for r := range Readings(u, zone, from, to, to) {
				require.False(t, !last.IsZero() && r.At.Add(-r.Span).Before(last), "%s overlaps at %s", d.ID, r.At)
				last = r.At
				whole += r.Energy
			}
			for at := from; at.Before(to); at = at.Add(75 * time.Minute) {
				end := at.Add(75 * time.Minute)
				if end.After(to) {
					end = to
				}
				for r := range Readings(u, zone, at, at, end) {
					require.Equal(t, quarter, r.Span)
					pieces += r.Energy
				}
			}
			require.Equal(t, whole, pieces, "%s in %s", d.ID, zone)
			require.Positive(t, whole, d.ID)
		}
	}
}

func TestWeekdaysAndSeasonsAreKept(t *testing.T) {
	for day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2034; day = day.AddDate(0, 0, 1) {
		was := measuredDate(measuredDay(day))
		require.Equal(t, day.Weekday(), was.Weekday(), day)
		_, week := day.ISOWeek()
		_, then := was.ISOWeek()
		require.Equal(t, min(week, 52), then, day)
		if year, _ := day.ISOWeek(); year%2 == 0 {
			require.GreaterOrEqual(t, measuredDay(day), 7*52)
		}
	}
}

// TestNearlyAllIsMeasured counts the measured quarter hours of each device over a year.
func TestNearlyAllIsMeasured(t *testing.T) {
	for _, d := range Devices() {
		u, err := energyOf(d)
		require.NoError(t, err)
		count, known := 0, 0
		for at := time.Date(2026, 1, 1, 0, 0, 0, 0, bogota); at.Year() == 2026; at = at.Add(quarter) {
			count++
			if _, ok := u(at); ok {
				known++
			}
		}
		require.GreaterOrEqual(t, float64(known)/float64(count), 0.98, d.ID)
	}
}

func TestNoDeviceDrawsMoreThanItsRating(t *testing.T) {
	for _, d := range plugs {
		list, err := plugDays(d)
		require.NoError(t, err)
		maxEnergy := energy.Power(d.RatedW * 1000).During(quarter.Milliseconds())
		for _, m := range append(list.working, list.weekend...) {
			for _, e := range m.quarters {
				require.LessOrEqual(t, e, maxEnergy, "%s on %s", d.ID, m.date)
			}
		}
	}
}

// TestStatesFollowEachOther reads the states of a span at once and in pieces.
func TestStatesFollowEachOther(t *testing.T) {
	from := time.Date(2026, 10, 20, 0, 0, 0, 0, bogota)
	to := from.AddDate(0, 0, 7)
	for _, d := range plugs {
		list, err := plugDays(d)
		require.NoError(t, err)
		whole := list.states(energy.DeviceID(d.ID), bogota, from, to)
		require.NotEmpty(t, whole, d.ID)
		var pieces []conditions.StateChange
		for at := from; at.Before(to); at = at.Add(time.Hour) {
			pieces = append(pieces, list.states(energy.DeviceID(d.ID), bogota, at, at.Add(time.Hour))...)
		}
		require.Equal(t, whole, pieces, d.ID)
	}
}

// TestClosingDaysFollowTheMeasuredYears checks Christmas and Easter of the measured years on the demo's dates.
func TestClosingDaysFollowTheMeasuredYears(t *testing.T) {
	closed := make(map[string]string)
	for _, s := range closedSpans(time.Date(2025, 1, 1, 0, 0, 0, 0, bogota), time.Date(2027, 1, 1, 0, 0, 0, 0, bogota)) {
		for day := s.from; !day.After(s.to); day = day.AddDate(0, 0, 1) {
			closed[day.Format(time.DateOnly)] = s.closing.name
		}
	}
	require.Equal(t, "Viernes Santo", closed["2026-03-27"], "the Friday of the 13th week, as 30 March 2018")
	require.Equal(t, "Lunes de Pascua", closed["2026-03-30"])
	require.Equal(t, "Cierre de Navidad", closed["2025-12-22"], "the Monday of the 52nd week, as 25 December 2017")
	require.Equal(t, "Cierre de Navidad", closed["2026-12-25"])
	for _, day := range []string{"2026-10-12", "2026-11-02", "2026-11-16"} {
		require.NotContains(t, closed, day, "a holiday of Colombia on which the measured campus worked")
	}
}

func TestTheDataIsSmall(t *testing.T) {
	var size int64
	require.NoError(t, fs.WalkDir(os.DirFS("data"), ".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		return err
	}))
	require.LessOrEqual(t, size, int64(400<<10))
}
