package energytest

import (
	"context"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/holidays"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// CampusStore implements the ports around the readings.
type CampusStore interface {
	campus.CatalogStore
	rulebook.Rulebook
	conditions.States
	conditions.AmbientReadings
	conditions.LatestValues
	conditions.WeatherRecords
	PastChanges(ctx context.Context, since energy.Instant) ([]ledger.Changed, error)
}

// RunCampus checks an adapter on an empty store.
func RunCampus(t *testing.T, store CampusStore) {
	t.Run("a change builds on the version that it saw", func(t *testing.T) { catalogue(t, store) })
	t.Run("calendar and tariffs are read back as they were written", func(t *testing.T) { testRulebook(t, store) })
	t.Run("a calendar entry is changed", func(t *testing.T) { changedEntry(t, store) })
	t.Run("a tariff is changed", func(t *testing.T) { changedTariff(t, store) })
	t.Run("states", func(t *testing.T) { states(t, store) })
	t.Run("ambient readings", func(t *testing.T) { ambient(t, store) })
	t.Run("weather", func(t *testing.T) { weather(t, store) })
	t.Run("weather of the past", func(t *testing.T) { weatherOfThePast(t, store) })
	t.Run("weather beside sensors", func(t *testing.T) { sensorsAbove(t, store) })
	t.Run("one process syncs the weather", func(t *testing.T) { weatherLease(t, store) })
}

func catalogue(t *testing.T, store CampusStore) {
	ctx := context.Background()
	version, spaces, devices, err := store.Load(ctx)
	require.NoError(t, err)
	require.Empty(t, spaces)
	require.Empty(t, devices)
	latitude, longitude := 3.4, -76.5
	site := campus.Space{ID: "sp_1", Name: "Ñandú", Kind: campus.KindSite, TimeZone: "America/Bogota", Holidays: holidays.None, AreaM2: 20.5, Latitude: &latitude, Longitude: &longitude, Created: Start}
	meter := campus.Device{
		ID: "m:1", Name: "Medidor", Kind: campus.KindMeter, Measures: energy.ReactiveInductive, Space: "sp_1", Parent: "m:0", Rated: 1500, Standby: 20, IntervalS: 900,
		RegisterModulus: energy.KilowattHour, MQTTTopic: "a/b", Created: Start,
		Former: []campus.Placement{{Space: "sp_0", Until: Start}, {Space: "sp_1", Parent: "m:2", Until: Start + hour}},
	}
	require.NoError(t, store.Save(ctx, version, campus.Change{PutSpace: &site}))
	require.ErrorIs(t, store.Save(ctx, version, campus.Change{PutDevice: &meter}), campus.ErrStale)
	require.NoError(t, store.Save(ctx, version+1, campus.Change{PutDevice: &meter}))
	site.Name = "Campus"
	require.NoError(t, store.Save(ctx, version+2, campus.Change{PutSpace: &site}))
	version, spaces, devices, err = store.Load(ctx)
	require.NoError(t, err)
	require.Equal(t, []campus.Space{site}, spaces)
	require.Equal(t, []campus.Device{meter}, devices)
	dependents(t, store)
	require.NoError(t, store.Save(ctx, version, campus.Change{DropDevice: "m:1"}))
	require.NoError(t, store.Save(ctx, version+1, campus.Change{DropSpace: "sp_1"}))
	_, spaces, devices, err = store.Load(ctx)
	require.NoError(t, err)
	require.Empty(t, spaces)
	require.Empty(t, devices)
	reported, err := store.HasReadings(ctx, "m:1")
	require.NoError(t, err)
	require.False(t, reported)
}

// dependents counts what depends on the space and the device of catalogue, which are then dropped.
func dependents(t *testing.T, store CampusStore) {
	ctx := context.Background()
	counted := func(drop campus.Change) map[string]int {
		all, err := store.Dependents(ctx, drop)
		require.NoError(t, err)
		return all
	}
	require.Empty(t, counted(campus.Change{DropSpace: "sp_1"}))
	require.NoError(t, store.AddCalendarEntry(ctx, calendar.Entry{ID: "cal_1", Space: "sp_1", Kind: calendar.Closed}))
	require.NoError(t, store.AddTariff(ctx, tariffs.Tariff{ID: "tf_1", Space: "sp_1", ValidFrom: "2026-01-01"}))
	require.NoError(t, store.AddTariff(ctx, tariffs.Tariff{ID: "tf_2", Space: "sp_1", ValidFrom: "2026-02-01"}))
	warm := int64(20_000)
	_, err := store.AppendAmbient(ctx, []conditions.Ambient{{Space: "sp_1", At: Start, Temperature: &warm}})
	require.NoError(t, err)
	require.NoError(t, store.StoreWeather(ctx, "sp_1", []conditions.WeatherHour{{Start: Start, Temperature: &warm}}))
	_, err = store.AppendStates(ctx, []conditions.StateChange{{Device: "m:1", At: Start, State: conditions.On}})
	require.NoError(t, err)
	require.Equal(t, map[string]int{"calendar": 1, "tariff": 2, "ambient": 1, "weather": 1}, counted(campus.Change{DropSpace: "sp_1"}))
	require.Equal(t, map[string]int{"state": 1}, counted(campus.Change{DropDevice: "m:1"}))
	require.Empty(t, counted(campus.Change{DropSpace: "sp_2"}))
}

func testRulebook(t *testing.T, store rulebook.Rulebook) {
	ctx := context.Background()
	entry := calendar.Entry{
		ID: "cal_1", Space: "sp_1", Name: "Horario", Kind: calendar.Opening, From: "2026-01-20", To: "2026-05-30",
		Hours: []calendar.Hours{{Days: []calendar.Day{"mon", calendar.HolidayDay}, From: 420, To: 1440}},
	}
	require.NoError(t, store.AddCalendarEntry(ctx, entry))
	entries, err := store.CalendarEntries(ctx)
	require.NoError(t, err)
	require.Equal(t, []calendar.Entry{entry}, entries)
	opened := calendar.Entry{ID: "cal_2", Space: "sp_1", Name: "Abrió", Kind: calendar.Open, From: "2026-11-16", To: "2026-11-16"}
	require.NoError(t, store.AddCalendarEntry(ctx, opened))
	entries, err = store.CalendarEntries(ctx)
	require.NoError(t, err)
	require.Equal(t, []calendar.Entry{entry, opened}, entries)
	require.NoError(t, store.DropCalendarEntry(ctx, "cal_2"))
	require.NoError(t, store.DropCalendarEntry(ctx, "cal_1"))
	require.ErrorAs(t, store.DropCalendarEntry(ctx, "cal_1"), &energy.ErrNotFound{})

	footprint := decimal.RequireFromString("0.1120000001")
	tariff := tariffs.Tariff{
		ID: "tf_1", Space: "sp_1", Name: "T", Currency: "COP", ValidFrom: "2026-01-01", Price: decimal.RequireFromString("800.123456789"),
		Contribution: decimal.RequireFromString("20"), DemandPrice: decimal.RequireFromString("0"), Footprint: &footprint,
		Reactive: &tariffs.ReactiveRule{Price: decimal.RequireFromString("120.5"), Limit: decimal.RequireFromString("50"), Multiplier: decimal.RequireFromString("1")},
		Periods:  []tariffs.Period{{Hours: calendar.Hours{Days: []calendar.Day{"mon"}, From: 1080, To: 1260}, Price: decimal.RequireFromString("1000.5")}},
	}
	require.NoError(t, store.AddTariff(ctx, tariff))
	again := tariff
	again.ID = "tf_2"
	require.ErrorAs(t, store.AddTariff(ctx, again), &energy.ErrTaken{})
	tariffs, err := store.Tariffs(ctx)
	require.NoError(t, err)
	require.Len(t, tariffs, 1)
	require.True(t, tariff.Price.Equal(tariffs[0].Price), "no digit of a price is lost")
	require.True(t, footprint.Equal(*tariffs[0].Footprint))
	require.Nil(t, tariffs[0].Avoided)
	require.True(t, tariff.Periods[0].Price.Equal(tariffs[0].Periods[0].Price))
	require.True(t, tariff.Reactive.Price.Equal(tariffs[0].Reactive.Price))
	require.NoError(t, store.DropTariff(ctx, "tf_1"))
	require.ErrorAs(t, store.DropTariff(ctx, "tf_1"), &energy.ErrNotFound{})
}

func states(t *testing.T, store CampusStore) {
	ctx := context.Background()
	on := conditions.StateChange{Device: "d", At: Start, State: conditions.On}
	off := conditions.StateChange{Device: "d", At: Start + hour, State: conditions.Off}
	outcomes, err := store.AppendStates(ctx, []conditions.StateChange{on, off})
	require.NoError(t, err)
	require.Equal(t, []conditions.StateOutcome{{Result: energy.Inserted, Stored: on}, {Result: energy.Inserted, Stored: off}}, outcomes)
	fault := conditions.StateChange{Device: "d", At: Start, State: conditions.Fault}
	outcomes, err = store.AppendStates(ctx, []conditions.StateChange{on, fault})
	require.NoError(t, err)
	require.Equal(t, []conditions.StateOutcome{{Result: energy.Duplicate, Stored: on}, {Result: energy.Conflict, Stored: on}}, outcomes)
	between, err := store.StatesBetween(ctx, "d", Start, Start+2*hour, Start, 10)
	require.NoError(t, err)
	require.Equal(t, []conditions.StateChange{off}, between)
	before, found, err := store.StateBefore(ctx, "d", Start+hour)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, on, before)
	_, found, err = store.StateBefore(ctx, "d", Start)
	require.NoError(t, err)
	require.False(t, found)
	latest, err := store.LatestStates(ctx, []energy.DeviceID{"d", "e"}, Start+hour-1)
	require.NoError(t, err)
	require.Equal(t, map[energy.DeviceID]conditions.StateChange{"d": on}, latest)
}

func ambient(t *testing.T, store CampusStore) {
	ctx := context.Background()
	measure := func(n int64) *int64 { return &n }
	first := conditions.Ambient{Space: "s", At: Start, Temperature: measure(24_500), Occupancy: measure(3)}
	second := conditions.Ambient{Space: "s", At: Start + 30*minute, Temperature: measure(25_500), CO2: measure(700)}
	outcomes, err := store.AppendAmbient(ctx, []conditions.Ambient{first, second})
	require.NoError(t, err)
	require.Equal(t, energy.Inserted, outcomes[1].Result)
	other := first
	other.Temperature = measure(1)
	outcomes, err = store.AppendAmbient(ctx, []conditions.Ambient{other, second})
	require.NoError(t, err)
	require.Equal(t, energy.Conflict, outcomes[0].Result)
	require.True(t, first.SameMeasures(outcomes[0].Stored))
	require.Equal(t, energy.Duplicate, outcomes[1].Result)
	list, err := store.AmbientBetween(ctx, []energy.SpaceID{"s"}, Start, Start+hour, conditions.AmbientKey{Space: "s", At: Start}, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.True(t, second.SameMeasures(list[0]))
	hours, err := store.HourlyAmbient(ctx, "s", Start, Start+day)
	require.NoError(t, err)
	require.Len(t, hours, 1)
	require.InDelta(t, 25, *hours[0].Temperature, 0)
	require.InDelta(t, 3, *hours[0].Occupancy, 0)
	latest, err := store.LatestAmbient(ctx, []energy.SpaceID{"s", "t"}, Start, Start+hour)
	require.NoError(t, err)
	require.Equal(t, map[energy.SpaceID]conditions.LatestAmbient{"s": {
		Temperature: &conditions.LatestMeasure{Value: 25_500, At: Start + 30*minute, Source: conditions.FromSensor}, CO2: &conditions.LatestMeasure{Value: 700, At: Start + 30*minute, Source: conditions.FromSensor},
		Occupancy: &conditions.LatestMeasure{Value: 3, At: Start, Source: conditions.FromSensor},
	}}, latest)
}
