package twin_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/twin"
)

func ExampleTwin_Now() {
	ctx, campus := context.Background(), energytest.NewSmallCampus()
	_, _ = campus.Record("tv", "2026-05-26T09:45:00", "0.05")
	_, _ = campus.Record("tv", "2026-05-26T10:00:00", "0.04")
	_, _ = campus.Conditions.RecordState(ctx, energytest.SmallManager, "tv", conditions.On, energy.Field[energy.WallTime]{})
	_, roots, _ := campus.Twin.Now(ctx, energy.Caller{Role: energy.Viewer, Space: "games"})
	for _, d := range roots[0].Devices {
		fmt.Println(d.Device.Name, "is", d.State.State, "draws", d.Power.Watts(), "W and used", d.Today.Energy.KWh(), "kWh today")
	}
	// Output:
	// Televisor is on draws 160 W and used 0.09 kWh today
}

// spacesOf returns the spaces of a twin by id.
func spacesOf(roots []twin.Space) map[energy.SpaceID]twin.Space {
	all := make(map[energy.SpaceID]twin.Space)
	for _, root := range roots {
		all[root.Space.ID] = root
		for id, inner := range spacesOf(root.Spaces) {
			all[id] = inner
		}
	}
	return all
}

func now(t *testing.T, campus *energytest.SmallCampus, caller energy.Caller) map[energy.SpaceID]twin.Space {
	t.Helper()
	at, roots, err := campus.Twin.Now(context.Background(), caller)
	require.NoError(t, err)
	require.Equal(t, campus.Clock.At, at)
	return spacesOf(roots)
}

// TestTodayBeginsAtLocalMidnight leaves out what was used before midnight.
func TestTodayBeginsAtLocalMidnight(t *testing.T) {
	campus := energytest.NewSmallCampus()
	campus.RecordAll(t, "tv", map[string]string{"00:00": "4", "00:15": "1", "10:00": "2"})
	spaces := now(t, campus, energytest.SmallManager)
	for id, use := range map[energy.SpaceID]twin.Use{
		"site": {Energy: 3 * energy.KilowattHour, Known: true}, "games": {Energy: 3 * energy.KilowattHour, Known: true}, "office": {},
	} {
		require.Equal(t, use, spaces[id].Today, id)
	}
}

// TestPowerIsOfOneQuarterHour adds up what devices drew in the last quarter hour that all of them reported.
func TestPowerIsOfOneQuarterHour(t *testing.T) {
	for _, c := range []struct {
		name   string
		tv, ac map[string]string
		meter  map[string]string
		kw     string
		until  string
		silent int
	}{
		{name: "nobody reported"},
		{"one of two", map[string]string{"10:00": "0.1"}, nil, nil, "0.4", "10:00", 0},
		{"the last that both reported", map[string]string{"09:45": "0.1", "10:00": "0.2"}, map[string]string{"09:45": "0.5"}, nil, "2.4", "09:45", 0},
		{"a meter counts what is behind it", map[string]string{"10:00": "0.1"}, map[string]string{"10:00": "0.5"}, map[string]string{"10:00": "1"}, "4", "10:00", 0},
		{"one that is silent for long", map[string]string{"10:00": "0.1"}, map[string]string{"07:00": "0.5"}, nil, "0.4", "10:00", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			campus := energytest.NewSmallCampus()
			for device, readings := range map[string]map[string]string{"tv": c.tv, "ac": c.ac, "meter": c.meter} {
				campus.RecordAll(t, device, readings)
			}
			power := now(t, campus, energytest.SmallManager)["site"].SpacePower
			require.Equal(t, c.kw != "", power.PowerKnown)
			require.Equal(t, c.silent, power.Silent)
			if power.PowerKnown {
				require.Equal(t, c.kw, power.Power.KW())
				require.Equal(t, energytest.Local("2026-05-26T"+c.until+":00"), power.Until)
			}
		})
	}
}

// TestTheTwinShowsWhatWasSensedLast shows the latest value of each measure, within a day.
func TestTheTwinShowsWhatWasSensedLast(t *testing.T) {
	ctx, campus := context.Background(), energytest.NewSmallCampus()
	for at, measures := range map[string][2]int64{"2026-05-25T09:59:59": {30_000, 90_000}, "2026-05-26T08:00:00": {24_500, 60_000}, "2026-05-26T09:00:00": {25_000, 0}} {
		draft := conditions.AmbientDraft{Space: energy.Known(energy.SpaceID("games")), At: energy.Read(at, energy.ParseWallTime), Temperature: energy.Known(measures[0])}
		if measures[1] != 0 {
			draft.Humidity = energy.Known(measures[1])
		}
		_, err := campus.Conditions.RecordAmbient(ctx, energytest.SmallManager, draft)
		require.NoError(t, err)
	}
	ambient := now(t, campus, energytest.SmallManager)["games"].Ambient
	require.Equal(t, &conditions.LatestMeasure{Value: 25_000, At: energytest.Local("2026-05-26T09:00:00"), Source: conditions.FromSensor}, ambient.Temperature)
	require.Equal(t, &conditions.LatestMeasure{Value: 60_000, At: energytest.Local("2026-05-26T08:00:00"), Source: conditions.FromSensor}, ambient.Humidity)
	require.Nil(t, ambient.CO2)
	campus.Clock.At = energytest.Local("2026-05-27T09:00:01")
	require.Nil(t, now(t, campus, energytest.SmallManager)["games"].Ambient.Temperature, "it is too old")
}

// TestTheTwinIsWhatACallerSees begins at the space of the caller.
func TestTheTwinIsWhatACallerSees(t *testing.T) {
	campus := energytest.NewSmallCampus()
	for space, sees := range map[energy.SpaceID][]energy.SpaceID{"": {"site", "block", "games", "office"}, "block": {"block", "games", "office"}, "games": {"games"}, "gone": nil} {
		var seen []energy.SpaceID
		for id := range now(t, campus, energy.Caller{Role: energy.Viewer, Space: space}) {
			seen = append(seen, id)
		}
		require.ElementsMatch(t, sees, seen, space)
	}
	_, _, err := campus.Twin.Now(context.Background(), energytest.SmallGateway)
	require.ErrorAs(t, err, &energy.ErrForbidden{})
}
