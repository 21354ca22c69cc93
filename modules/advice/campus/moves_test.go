package campus_test

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

// TestAMovedDeviceLeavesItsPastBehind checks that a caller limited to a room sees nothing from the time before a device came there.
func TestAMovedDeviceLeavesItsPastBehind(t *testing.T) {
	c := advicetest.GamesRoom()
	moved := advicetest.Start.AddDate(0, 0, 18)
	c.Moves = []advice.Move{{Device: "ac-1", Space: "aula", Until: moved.Add(15 * time.Minute)}}
	a := advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil)
	room, building := advice.Caller{Role: advice.Manager, Space: "sala"}, advice.Caller{Role: advice.Viewer, Space: "bloque"}

	r := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items[0]
	require.Equal(t, "ac-1", r.Device())
	require.Len(t, advicetest.List(t, a, building, recommendations.Query{}).Items, 1, "both rooms are its")
	require.Empty(t, advicetest.List(t, a, room, recommendations.Query{}).Items)
	_, err := a.Evidence(t.Context(), room, r.ID)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Verify(t.Context(), room, r.ID)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.SetStatus(t.Context(), room, r.ID, advice.Accepted, "")
	require.ErrorAs(t, err, &advice.ErrNotFound{})

	arrived := moved.Add(time.Hour) // the first whole hour there
	e, err := a.Baseline(t.Context(), advicetest.Manager, "ac-1")
	require.NoError(t, err)
	require.True(t, e.From.Equal(advicetest.Start))
	e, err = a.Baseline(t.Context(), room, "ac-1")
	require.NoError(t, err)
	require.False(t, e.From.Before(arrived), e.From)
	for _, hour := range e.Hours {
		require.False(t, hour.Start.Before(arrived))
	}
	off := scenario.Scenario{Changes: []scenario.Change{{Target: "ac-1", Action: scenario.OffHours}}}
	whole, err := a.Simulate(t.Context(), advicetest.Manager, off)
	require.NoError(t, err)
	part, err := a.Simulate(t.Context(), room, off)
	require.NoError(t, err)
	require.True(t, part.From.Equal(arrived), part.From)
	require.Less(t, part.Saved.KWh, whole.Saved.KWh)
	off.To = moved
	_, err = a.Simulate(t.Context(), room, off)
	require.ErrorAs(t, err, &advice.ErrNothingMeasured{})
	forecast, err := a.Forecast(t.Context(), room, "ac-1", 24)
	require.NoError(t, err)
	require.NotEmpty(t, forecast.Why, "ten days are too few to tell")

	// A room's month counts only a device's use in that room, for every caller.
	advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	used := func(caller advice.Caller) float64 {
		m, err := a.MonthOf(t.Context(), caller, "sala", 2026, time.February)
		require.NoError(t, err)
		for _, d := range m.Devices {
			if d.ID == "ac-1" {
				return d.KWh
			}
		}
		return 0
	}
	uses, err := c.Hours(t.Context(), advice.Target{Level: advice.OfDevice, ID: "ac-1"}, arrived, advicetest.End)
	require.NoError(t, err)
	there := 0.0
	for _, u := range uses {
		there += u.KWh
	}
	require.InDelta(t, there, used(advicetest.Manager), 1e-9)
	require.InDelta(t, there, used(room), 1e-9)
	counsel, err := a.Advise(t.Context(), room, report.RoomQuestion{Room: "Sala de Juegos", Devices: []string{"Aire central", "Televisor"}})
	require.NoError(t, err)
	for _, d := range counsel.Devices {
		require.Equal(t, d.Name == "Televisor", d.MonthKWh > 0, d.Name)
	}
}
