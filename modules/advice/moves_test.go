package advice_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/report"
	"github.com/holotwin/holotwin/modules/advice/scenario"
)

// TestAMovedDeviceLeavesItsPastBehind shows who is limited to a room nothing that rests on the time before a device came there.
func TestAMovedDeviceLeavesItsPastBehind(t *testing.T) {
	c := gamesRoom()
	moved := start.AddDate(0, 0, 18)
	c.Moves = []advice.Move{{Device: "ac-1", Space: "aula", Until: moved.Add(15 * time.Minute)}}
	a := advicetest.NewServices(c, advicetest.NewClock(end), nil)
	room, building := advice.Caller{Role: advice.Manager, Space: "sala"}, advice.Caller{Role: advice.Viewer, Space: "bloque"}

	r := list(t, a, manager, recommendations.Query{}).Items[0]
	require.Equal(t, "ac-1", r.Device())
	require.Len(t, list(t, a, building, recommendations.Query{}).Items, 1, "both rooms are its")
	require.Empty(t, list(t, a, room, recommendations.Query{}).Items)
	_, err := a.Evidence(ctx, room, r.ID)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Verify(ctx, room, r.ID)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.SetStatus(ctx, room, r.ID, advice.Accepted, "")
	require.ErrorAs(t, err, &advice.ErrNotFound{})

	arrived := moved.Add(time.Hour) // the first whole hour there
	e, err := a.Baseline(ctx, manager, "ac-1")
	require.NoError(t, err)
	require.True(t, e.From.Equal(start))
	e, err = a.Baseline(ctx, room, "ac-1")
	require.NoError(t, err)
	require.False(t, e.From.Before(arrived), e.From)
	for _, hour := range e.Hours {
		require.False(t, hour.Start.Before(arrived))
	}
	off := scenario.Scenario{Changes: []scenario.Change{{Target: "ac-1", Action: scenario.OffHours}}}
	whole, err := a.Simulate(ctx, manager, off)
	require.NoError(t, err)
	part, err := a.Simulate(ctx, room, off)
	require.NoError(t, err)
	require.True(t, part.From.Equal(arrived), part.From)
	require.Less(t, part.Saved.KWh, whole.Saved.KWh)
	off.To = moved
	_, err = a.Simulate(ctx, room, off)
	require.ErrorAs(t, err, &advice.ErrNothingMeasured{})
	forecast, err := a.Forecast(ctx, room, "ac-1", 24)
	require.NoError(t, err)
	require.NotEmpty(t, forecast.Why, "ten days are too few to tell")

	// What a device used of a room's month is what it used there, whoever asks.
	list(t, a, manager, recommendations.Query{})
	used := func(caller advice.Caller) float64 {
		m, err := a.MonthOf(ctx, caller, "sala", 2026, time.February)
		require.NoError(t, err)
		for _, d := range m.Devices {
			if d.ID == "ac-1" {
				return d.KWh
			}
		}
		return 0
	}
	uses, err := c.Hours(ctx, advice.Target{Level: advice.OfDevice, ID: "ac-1"}, arrived, end)
	require.NoError(t, err)
	there := 0.0
	for _, u := range uses {
		there += u.KWh
	}
	require.InDelta(t, there, used(manager), 1e-9)
	require.InDelta(t, there, used(room), 1e-9)
	counsel, err := a.Advise(ctx, room, report.RoomQuestion{Room: "Sala de Juegos", Devices: []string{"Aire central", "Televisor"}})
	require.NoError(t, err)
	for _, d := range counsel.Devices {
		require.Equal(t, d.Name == "Televisor", d.MonthKWh > 0, d.Name)
	}
}

// TestAnomaliesOfBeforeAMoveStayBehind tells who is limited to a room of anomalies that began there.
func TestAnomaliesOfBeforeAMoveStayBehind(t *testing.T) {
	begun := start.AddDate(0, 0, 110)
	for moved, seen := range map[time.Time]int{begun.AddDate(0, 0, 3): 0, begun.AddDate(0, 0, -3): 1} {
		c := advicetest.NewCampus()
		c.AddRoom("sala", "Sala de Juegos", 0)
		c.AddRoom("aula", "Aula 101", 0)
		c.AddDevice(device("ac-1", "Aire central", "ac", "sala"))
		base := clean(3, 5)
		c.Measure("ac-1", start, 120*24, func(at time.Time) float64 {
			if at.Before(begun) {
				return 0.5 + base(at)
			}
			return 2 + base(at)
		})
		c.Moves = []advice.Move{{Device: "ac-1", Space: "aula", Until: moved}}
		a := advicetest.NewServices(c, advicetest.NewClock(start.AddDate(0, 0, 120)), nil)
		for caller, want := range map[*advice.Caller]int{&manager: 1, {Role: advice.Viewer, Space: "sala"}: seen} {
			found, err := a.Anomalies(ctx, *caller, recommendations.AnomalyQuery{ID: "ac-1", Lasting: true})
			require.NoError(t, err)
			require.Len(t, found.Items, want, "%+v", *caller)
		}
	}
}
