package recommendations_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
)

func TestAnomaliesAreOfWhatTheCallerSees(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddRoom("aula", "Aula 101", 0)
	c.AddDevice(advicetest.Device("ac-1", "Aire central", "ac", "sala"))
	c.AddDevice(advicetest.Device("luz-1", "Luces", "lighting", "aula"))
	now := advicetest.Start.AddDate(0, 0, 120)
	begun := now.AddDate(0, 0, -10)
	base := advicetest.Clean(3, 5)
	c.Measure("ac-1", advicetest.Start, 120*24, func(at time.Time) float64 {
		if at.Before(begun) {
			return 0.5 + base(at)
		}
		return 2 + base(at)
	})
	c.Measure("luz-1", advicetest.Start, 118*24, advicetest.Clean(4, 0.4))
	a := advicetest.NewServices(c, advicetest.NewClock(now), nil)
	ask := func(caller advice.Caller, q recommendations.AnomalyQuery) recommendations.Anomalies {
		found, err := a.Anomalies(t.Context(), caller, q)
		require.NoError(t, err)
		return found
	}
	found := ask(advicetest.Manager, recommendations.AnomalyQuery{ID: "ac-1", Lasting: true})
	require.Len(t, found.Items, 1)
	one := found.Items[0]
	require.True(t, one.Kind == anomaly.StuckOn || one.Kind == anomaly.OffHours, one.Kind)
	require.WithinDuration(t, begun, one.From, 24*time.Hour)
	require.LessOrEqual(t, one.Known.Sub(begun), 48*time.Hour)
	require.InDelta(t, 1.5*240, one.KWh, 0.3*1.5*240)
	require.InDelta(t, 500*one.KWh, one.Cost, 1e-6)
	viewer := advice.Caller{Role: advice.Viewer, Space: "aula"}
	require.Empty(t, ask(viewer, recommendations.AnomalyQuery{Kind: one.Kind}).Items)
	_, err := a.Anomalies(t.Context(), viewer, recommendations.AnomalyQuery{ID: "ac-1"})
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Anomalies(t.Context(), viewer, recommendations.AnomalyQuery{Space: "sala"})
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	require.Empty(t, ask(advicetest.Manager, recommendations.AnomalyQuery{ID: "ac-1", To: advicetest.Start}).Items)
	require.Equal(t, 4, ask(advicetest.Manager, recommendations.AnomalyQuery{}).Targets)
}

// TestAnomaliesOfBeforeAMoveStayBehind checks that a caller limited to a room sees only anomalies that began there.
func TestAnomaliesOfBeforeAMoveStayBehind(t *testing.T) {
	begun := advicetest.Start.AddDate(0, 0, 110)
	for moved, seen := range map[time.Time]int{begun.AddDate(0, 0, 3): 0, begun.AddDate(0, 0, -3): 1} {
		c := advicetest.NewCampus()
		c.AddRoom("sala", "Sala de Juegos", 0)
		c.AddRoom("aula", "Aula 101", 0)
		c.AddDevice(advicetest.Device("ac-1", "Aire central", "ac", "sala"))
		base := advicetest.Clean(3, 5)
		c.Measure("ac-1", advicetest.Start, 120*24, func(at time.Time) float64 {
			if at.Before(begun) {
				return 0.5 + base(at)
			}
			return 2 + base(at)
		})
		c.Moves = []advice.Move{{Device: "ac-1", Space: "aula", Until: moved}}
		a := advicetest.NewServices(c, advicetest.NewClock(advicetest.Start.AddDate(0, 0, 120)), nil)
		for caller, want := range map[*advice.Caller]int{&advicetest.Manager: 1, {Role: advice.Viewer, Space: "sala"}: seen} {
			found, err := a.Anomalies(t.Context(), *caller, recommendations.AnomalyQuery{ID: "ac-1", Lasting: true})
			require.NoError(t, err)
			require.Len(t, found.Items, want, "%+v", *caller)
		}
	}
}
