package energytest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/twin"
)

// WeatherSyncStore implements the ports of the weather sync.
type WeatherSyncStore interface {
	ledger.Readings
	CampusStore
}

// RunWeatherSync checks the weather sync on an adapter. fresh returns a store with a clock; its sites belong to no other suite.
func RunWeatherSync(t *testing.T, fresh func(clock energy.Clock) WeatherSyncStore) {
	for name, run := range map[string]func(*testing.T, *syncFixture){
		"the past is filled in once, and goes on where it was broken off": backfilled,
		"what was takes the place of its forecast":                        measuredAfterwards,
		"what a service does not know is not asked again":                 unknownHours,
		"a site without coordinates is nobody's question":                 nowhere,
		"one of many asks": oneAsks,
		"a site whose weather fails keeps no other from its own": oneFails,
		"a sensor of the site wins its hours":                    sensorWins,
		"what comes is on the level of the sensors":              sunnySensor,
	} {
		t.Run(name, func(t *testing.T) {
			w := &syncFixture{clock: &manualClock{}, service: &fakeWeather{temperature: func(energy.Instant) *int64 { return amount(22_000) }}, site: energy.SpaceID(name)}
			w.clock.at.Store(int64(w.midnight() + 12*hour))
			w.store = fresh(w.clock)
			w.directory = &directory{campus: w.campus(cali.Latitude)}
			w.WeatherSync = conditions.NewWeatherSync(w.service, w.store, w.store, w.directory, w.clock)
			run(t, w)
		})
	}
}

func backfilled(t *testing.T, w *syncFixture) {
	today := w.midnight()
	w.report(t, today-400*day)
	ahead := weatherRequest{"outlook", today - 7*day, today + 9*day}
	w.service.failFrom = 3
	observed, err := w.sync(t, 0)
	require.ErrorIs(t, err, errUnavailable)
	require.Equal(t, 1, observed)
	require.Equal(t, []weatherRequest{ahead, {"archive", today - 400*day, today - 217*day}, {"archive", today - 217*day, today - 34*day}}, w.service.takeRequests())
	require.Len(t, w.weather(t, 0, today-7*day), 183*24, "the answers so far are kept")

	observed, err = w.sync(t, 5*minute)
	require.NoError(t, err)
	require.Zero(t, observed, "it is given some time")
	require.Empty(t, w.service.takeRequests())

	w.service.failFrom = 0
	observed, err = w.sync(t, 6*minute)
	require.NoError(t, err)
	require.Equal(t, 1, observed)
	require.Equal(t, []weatherRequest{{"outlook", today - day, today + 9*day}, {"archive", today - 217*day, today - 34*day}, {"archive", today - 34*day, today - 7*day}}, w.service.takeRequests())
	require.Len(t, w.weather(t, 0, today+9*day), 409*24)

	_, err = w.sync(t, 59*minute)
	require.NoError(t, err)
	require.Empty(t, w.service.takeRequests(), "the hour is not over")
	_, err = w.sync(t, minute)
	require.NoError(t, err)
	require.Equal(t, []weatherRequest{{"outlook", today - day, today + 9*day}}, w.service.takeRequests(), "stored hours are not requested again")

	w.directory.campus = w.campus(4.7)
	w.report(t, today-2000*day)
	_, err = w.sync(t, 0)
	require.NoError(t, err)
	calls := w.service.takeRequests()
	require.Len(t, calls, 7, "the weather of another place is asked for at once")
	require.Equal(t, today-1098*day, calls[1].from, "three years are enough")
}

func measuredAfterwards(t *testing.T, w *syncFixture) {
	today := w.midnight()
	_, err := w.sync(t, 0)
	require.NoError(t, err)
	require.Equal(t, []weatherRequest{{"outlook", today - day, today + 9*day}}, w.service.takeRequests(), "nothing was measured of a longer past")
	for _, h := range w.weather(t, today-day, today+9*day) {
		require.Equal(t, h.Start > today+12*hour, h.Forecast, h.Start)
	}
	w.report(t, today)
	w.clock.move(4 * day)
	require.False(t, spaceChanged(t, w.store, w.site))
	w.service.temperature = func(energy.Instant) *int64 { return amount(19_000) }
	_, err = w.sync(t, 0)
	require.NoError(t, err)
	require.Equal(t, []weatherRequest{{"outlook", today, today + 13*day}}, w.service.takeRequests(), "from the first day that was only forecast")
	for _, h := range w.weather(t, today, today+13*day) {
		require.EqualValues(t, 19_000, *h.Temperature)
		require.Equal(t, h.Start > today+4*day+12*hour, h.Forecast, h.Start)
	}
	require.True(t, spaceChanged(t, w.store, w.site), "the past is not what it was held for")
}

func unknownHours(t *testing.T, w *syncFixture) {
	today := w.midnight()
	w.report(t, today-20*day)
	w.service.temperature = func(at energy.Instant) *int64 {
		if at < today-15*day && at%(2*hour) == 0 {
			return nil
		}
		return amount(22_000)
	}
	_, err := w.sync(t, 0)
	require.NoError(t, err)
	require.Len(t, w.service.takeRequests(), 2)
	require.Len(t, w.weather(t, today-20*day, today-15*day), 5*12)
	_, err = w.sync(t, hour)
	require.NoError(t, err)
	require.Len(t, w.service.takeRequests(), 1)

	w.service.temperature = func(energy.Instant) *int64 { return nil }
	_, err = w.sync(t, hour)
	require.ErrorAs(t, err, &conditions.ErrNoWeather{}, "an answer without weather is none")
	require.Len(t, w.weather(t, today, today+day), 24)
}

func nowhere(t *testing.T, w *syncFixture) {
	w.directory.campus = campus.NewCampus(1, []campus.Space{{ID: w.site, Name: "site", Kind: campus.KindSite, TimeZone: "America/Bogota"}}, nil, time.UTC)
	observed, err := w.sync(t, 0)
	require.NoError(t, err)
	require.Zero(t, observed)
	require.Empty(t, w.service.takeRequests())
}

func oneAsks(t *testing.T, w *syncFixture) {
	var observed atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		another := conditions.NewWeatherSync(w.service, w.store, w.store, w.directory, w.clock)
		all.Go(func() {
			n, err := another.Run(context.Background())
			if err == nil {
				observed.Add(int64(n))
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, observed.Load())
	require.Len(t, w.service.takeRequests(), 1)
}

func oneFails(t *testing.T, w *syncFixture) {
	latitude, longitude := 1.2, -77.28
	sites := append(w.directory.campus.Sites(), campus.Space{ID: w.site + " 2", Name: "another", Kind: campus.KindSite, TimeZone: "America/Bogota", Latitude: &latitude, Longitude: &longitude})
	w.directory.campus = campus.NewCampus(2, sites, nil, time.UTC)
	w.service.failFrom = 1
	observed, err := w.sync(t, 0)
	require.Equal(t, 2, observed)
	require.ErrorIs(t, err, errUnavailable)
	require.Len(t, w.service.takeRequests(), 2)
	require.ErrorContains(t, err, "weather of site "+string(w.site)+": ")
	require.ErrorContains(t, err, "weather of site "+string(w.site)+" 2: ")
}

func sensorWins(t *testing.T, w *syncFixture) {
	ctx := context.Background()
	noon := w.midnight() + 12*hour
	_, err := w.sync(t, 10*minute)
	require.NoError(t, err)
	recorder := conditions.NewRecorder(w.store, w.store, w.store, w.directory, w.clock, time.UTC)
	twin := twin.NewTwin(w.store, w.store, w.store, w.directory, w.clock)
	now := func() *conditions.LatestMeasure {
		_, roots, err := twin.Now(ctx, reader)
		require.NoError(t, err)
		for _, root := range roots {
			if root.Space.ID == w.site {
				return root.Ambient.Temperature
			}
			require.Nil(t, root.Ambient.Temperature)
		}
		return nil
	}
	require.Equal(t, &conditions.LatestMeasure{Value: 22_000, At: noon, Source: conditions.FromWeather}, now())
	_, err = w.store.AppendAmbient(ctx, []conditions.Ambient{
		{Space: w.site, At: noon - 2*hour, Temperature: amount(30_000), Occupancy: amount(7)},
		{Space: w.site, At: noon - hour, Occupancy: amount(9)},
		{Space: w.site, At: noon - minute, Temperature: amount(31_000)},
		{Space: w.site, At: noon + minute, Humidity: amount(55_000)},
	})
	require.NoError(t, err)
	require.Equal(t, &conditions.LatestMeasure{Value: 31_000, At: noon - minute, Source: conditions.FromSensor}, now(), "a sensor value counts for an hour")
	w.clock.move(hour)
	require.Equal(t, conditions.FromWeather, now().Source)

	hours, err := recorder.HoursOf(ctx, reader, w.site, noon-3*hour, noon+hour)
	require.NoError(t, err)
	require.Len(t, hours, 4)
	degrees := make([]float64, len(hours))
	for i, h := range hours {
		require.Equal(t, noon-3*hour+energy.Instant(i)*hour, h.Start)
		degrees[i] = *h.Temperature
	}
	require.Equal(t, []float64{22, 30, 31, 22}, degrees)
	require.InDelta(t, 7, *hours[1].Occupancy, 0)

	var listed []conditions.Ambient
	after := conditions.AmbientKey{}
	for range 6 {
		page, err := recorder.AmbientOf(ctx, reader, w.site, noon-3*hour, noon+hour, after, 1)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		require.Len(t, page, 1)
		listed, after = append(listed, page...), conditions.AmbientKey{Space: w.site, At: page[0].At}
	}
	var sources []conditions.Source
	for _, a := range listed {
		sources = append(sources, a.Source)
	}
	require.Equal(t, []conditions.Source{conditions.FromWeather, conditions.FromSensor, conditions.FromSensor, conditions.FromSensor, conditions.FromWeather, conditions.FromSensor}, sources)
	all, err := recorder.AmbientOf(ctx, reader, "", noon-3*hour, noon+hour, conditions.AmbientKey{}, 100)
	require.NoError(t, err)
	require.Len(t, all, 4, "weather is listed where its site is asked for")
}

// sunnySensor has a sensor in the sun, two degrees above the weather, for two days.
func sunnySensor(t *testing.T, w *syncFixture) {
	ctx := context.Background()
	today := w.midnight()
	w.report(t, today-5*day)
	_, err := w.sync(t, 0)
	require.NoError(t, err)
	recorder := conditions.NewRecorder(w.store, w.store, w.store, w.directory, w.clock, time.UTC)
	degrees := func(at energy.Instant) float64 {
		hours, err := recorder.HoursOf(ctx, reader, w.site, at, at+hour)
		require.NoError(t, err)
		require.Len(t, hours, 1)
		return *hours[0].Temperature
	}
	var readings []conditions.Ambient
	for i := range energy.Instant(47) {
		readings = append(readings, conditions.Ambient{Space: w.site, At: today - 2*day + i*hour, Temperature: amount(24_000)})
	}
	_, err = w.store.AppendAmbient(ctx, readings)
	require.NoError(t, err)
	require.InDelta(t, 22, degrees(today+day), 0, "a day or two say too little")
	_, err = w.store.AppendAmbient(ctx, []conditions.Ambient{{Space: w.site, At: today, Temperature: amount(24_000)}})
	require.NoError(t, err)
	require.InDelta(t, 24, degrees(today+day), 1e-9)
	require.InDelta(t, 22, degrees(today-3*day), 0, "past weather stays")
	require.InDelta(t, 22, degrees(today+12*hour), 0)
}
