package demo_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/demo"
	"github.com/holotwin/holotwin/modules/energy"
)

var bogota = time.FixedZone("America/Bogota", -5*3600)

func TestEverySeriesIsWholeAndEndsWithinTheLastWeek(t *testing.T) {
	raw, err := os.ReadFile("data/totals.json")
	require.NoError(t, err)
	var totals map[string]energy.Energy
	require.NoError(t, json.Unmarshal(raw, &totals))
	require.Len(t, totals, len(demo.Devices()))
	for _, now := range []time.Time{
		time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), time.Date(2028, 2, 29, 23, 59, 0, 0, bogota), time.Date(2012, 1, 1, 0, 0, 0, 0, bogota),
	} {
		for _, d := range demo.Devices() {
			rows, err := demo.Readings(d, now, bogota)
			require.NoError(t, err)
			last := rows[len(rows)-1].At
			require.False(t, last.After(now), d.ID)
			require.Less(t, now.Sub(last), 7*24*time.Hour, d.ID)
			var sum energy.Energy
			for i, r := range rows {
				e, err := energy.ParseKWh(r.Value)
				require.NoError(t, err)
				sum += e
				require.False(t, i > 0 && !r.At.After(rows[i-1].At), "%s: two rows at %s", d.ID, r.At)
			}
			require.Equal(t, totals[d.ID], sum, d.ID)
		}
	}
}

func TestWeekdaysAndHoursStayWhatTheyWere(t *testing.T) {
	d := demo.Devices()[0]
	a, err := demo.Readings(d, time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), bogota)
	require.NoError(t, err)
	require.Equal(t, time.Monday, a[0].At.Add(-d.Interval).Weekday())
	require.Equal(t, 0, a[0].At.Add(-d.Interval).Hour())
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
	require.LessOrEqual(t, size, int64(6<<20))
}

func TestNoDeviceDrawsMoreThanItsRating(t *testing.T) {
	for _, d := range demo.Devices() {
		if d.RatedW == 0 {
			continue
		}
		rows, err := demo.Readings(d, time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), bogota)
		require.NoError(t, err)
		most := energy.Power(d.RatedW * 1000).During(d.Interval.Milliseconds())
		for _, r := range rows {
			e, err := energy.ParseKWh(r.Value)
			require.NoError(t, err)
			require.LessOrEqual(t, e, most, "%s at %s", d.ID, r.At)
		}
	}
}

func TestTheWeatherHasOneTemperatureAnHour(t *testing.T) {
	rows, err := demo.Weather(time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), bogota)
	require.NoError(t, err)
	require.Greater(t, len(rows), 9000)
	for i := range rows[1:] {
		require.True(t, rows[i+1].At.After(rows[i].At), "%s", rows[i+1].At)
	}
}
