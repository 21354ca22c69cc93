package energytest

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

var cali = campus.Coordinates{Latitude: 3.4, Longitude: -76.55}

func amount(n int64) *int64 { return &n }

// forecastHour returns an hour of 20 °C and 80 %.
func forecastHour(at energy.Instant) conditions.WeatherHour {
	return conditions.WeatherHour{Start: at, Temperature: amount(20_000), Humidity: amount(80_000), Forecast: true}
}

func weather(t *testing.T, store CampusStore) {
	ctx := context.Background()
	const site = energy.SpaceID("weather-site")
	today := Now - Now%day
	between := func(from, to energy.Instant, limit int) []conditions.WeatherHour {
		hours, err := store.WeatherBetween(ctx, site, from, to, limit)
		require.NoError(t, err)
		return hours
	}

	ahead := []conditions.WeatherHour{forecastHour(today), forecastHour(today + hour)}
	require.NoError(t, store.StoreWeather(ctx, site, ahead))
	require.Equal(t, ahead, between(today, today+day, 0))
	require.Equal(t, ahead[:1], between(today, today+day, 1))
	require.Empty(t, between(today+2*hour, today+day, 0))
	require.False(t, spaceChanged(t, store, site), "the present is no past")

	was := conditions.WeatherHour{Start: today, Temperature: amount(21_500), Humidity: amount(70_000)}
	unknown := conditions.WeatherHour{Start: today + hour}
	require.NoError(t, store.StoreWeather(ctx, site, []conditions.WeatherHour{was, unknown}))
	known := ahead[1]
	known.Forecast = false
	require.Equal(t, []conditions.WeatherHour{was, known}, between(today, today+day, 0), "what is not known replaces no forecast")
	require.NoError(t, store.StoreWeather(ctx, site, ahead))
	require.Equal(t, []conditions.WeatherHour{was, known}, between(today, today+day, 0), "a forecast replaces nothing that was")

	many := make([]conditions.WeatherHour, 2_000)
	for i := range many {
		many[i] = forecastHour(today + 30*day + energy.Instant(i)*hour)
	}
	require.NoError(t, store.StoreWeather(ctx, site, many))
	require.Len(t, between(today+30*day, today+200*day, 0), len(many))
	require.NoError(t, store.StoreWeather(ctx, site, nil))
}

// weatherOfThePast marks what it changes, counts what is not a forecast, and yields to the site's own sensor.
func weatherOfThePast(t *testing.T, store CampusStore) {
	ctx := context.Background()
	const site = energy.SpaceID("past-site")
	old := Now - Now%day - 5*day
	between := func() []conditions.WeatherHour {
		hours, err := store.WeatherBetween(ctx, site, old, old+day, 0)
		require.NoError(t, err)
		return hours
	}
	require.NoError(t, store.StoreWeather(ctx, site, []conditions.WeatherHour{{Start: old}}))
	require.Empty(t, between())
	require.False(t, spaceChanged(t, store, site), "an hour that nothing is known of changes nothing")
	was := conditions.WeatherHour{Start: old + hour, Temperature: amount(21_500), Humidity: amount(70_000)}
	require.NoError(t, store.StoreWeather(ctx, site, []conditions.WeatherHour{was, forecastHour(old + 2*hour)}))
	require.True(t, spaceChanged(t, store, site))
	first := int32(old / day)
	days, err := store.WeatherDays(ctx, site, first, first+2)
	require.NoError(t, err)
	require.Equal(t, map[int32]int{first: 2}, days, "forecasts do not count")
	days, err = store.WeatherDays(ctx, site, first+1, first+2)
	require.NoError(t, err)
	require.Empty(t, days)

	_, err = store.AppendAmbient(ctx, []conditions.Ambient{
		{Space: site, At: old + hour + 59*minute, Temperature: amount(25_000)},
		{Space: site, At: old + 2*hour, Humidity: amount(50_000)},
	})
	require.NoError(t, err)
	require.Equal(t, []conditions.WeatherHour{forecastHour(old + 2*hour)}, between(), "the site's own sensor wins the hour that it measured")
}

// sensorsAbove compares a site's sensors with past weather, not with past forecasts.
func sensorsAbove(t *testing.T, store CampusStore) {
	ctx := context.Background()
	const site = energy.SpaceID("compared-site")
	above := func(from, to energy.Instant) []float64 {
		mean, hours, err := store.SensorBias(ctx, site, from, to)
		require.NoError(t, err)
		return []float64{mean, float64(hours)}
	}
	require.Equal(t, []float64{0, 0}, above(Start, Start+day))
	require.NoError(t, store.StoreWeather(ctx, site, []conditions.WeatherHour{
		{Start: Start, Temperature: amount(20_000)}, {Start: Start + hour, Temperature: amount(21_000)}, forecastHour(Start + 2*hour), {Start: Start + 3*hour},
	}))
	_, err := store.AppendAmbient(ctx, []conditions.Ambient{
		{Space: site, At: Start, Temperature: amount(21_000)},
		{Space: site, At: Start + minute, Temperature: amount(23_000)},
		{Space: site, At: Start + hour, Temperature: amount(24_000)},
		{Space: site, At: Start + hour + minute, Humidity: amount(50_000)},
		{Space: site, At: Start + 2*hour, Temperature: amount(50_000)},
		{Space: site, At: Start + 3*hour, Temperature: amount(50_000)},
	})
	require.NoError(t, err)
	require.Equal(t, []float64{7_000. / 3, 2}, above(Start, Start+day))
	require.Equal(t, []float64{3_000, 1}, above(Start+hour, Start+day))
}

// spaceChanged reports whether the outbox has a past change of a space.
func spaceChanged(t *testing.T, store CampusStore, space energy.SpaceID) bool {
	t.Helper()
	changes, err := store.PastChanges(context.Background(), 0)
	require.NoError(t, err)
	return slices.ContainsFunc(changes, func(c ledger.Changed) bool { return c.Space == space })
}

func weatherLease(t *testing.T, store CampusStore) {
	ctx := context.Background()
	const site = energy.SpaceID("cared-site")
	claim := func(at campus.Coordinates, now, until energy.Instant) bool {
		mine, err := store.LeaseWeather(ctx, site, at, now, until)
		require.NoError(t, err)
		return mine
	}
	require.True(t, claim(cali, Now, Now+minute))
	require.False(t, claim(cali, Now, Now+minute), "one has it")
	require.True(t, claim(cali, Now+minute, Now+2*minute), "the holder is gone")
	require.NoError(t, store.ScheduleWeather(ctx, site, Now+hour))
	require.False(t, claim(cali, Now+hour-1, Now+2*hour))
	require.True(t, claim(cali, Now-hour, Now-hour+minute), "a clock that was set back does not block the lease")
	require.NoError(t, store.ScheduleWeather(ctx, site, Now+hour))
	require.NoError(t, store.StoreWeather(ctx, site, []conditions.WeatherHour{forecastHour(Now)}))
	elsewhere := campus.Coordinates{Latitude: 4.7, Longitude: cali.Longitude}
	require.True(t, claim(elsewhere, Now, Now+hour), "the weather of another place is due at once")
	require.False(t, claim(elsewhere, Now, Now+hour))
	hours, err := store.WeatherBetween(ctx, site, 0, Now+day, 0)
	require.NoError(t, err)
	require.Empty(t, hours, "and what was kept is not of it")

	version, _, _, err := store.Load(ctx)
	require.NoError(t, err)
	require.NoError(t, store.Save(ctx, version, campus.Change{DropSpace: site}))
	require.True(t, claim(elsewhere, Now, Now+hour), "nothing is left of a site that is gone")
}
