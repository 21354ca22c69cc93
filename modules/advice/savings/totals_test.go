package savings_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
)

// TestTotalsFollowEachDecision moves a recommendation from open to verified, and its saving with it.
func TestTotalsFollowEachDecision(t *testing.T) {
	const before, good = 120, 70 // days
	changed := advicetest.Start.AddDate(0, 0, before)
	on, off := advicetest.LeftOn(1, 1.2), advicetest.Clean(9, 1.2)
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddRoom("aula", "Aula 101", 0)
	c.AddDevice(advicetest.Device("ac-1", "Aire central", "ac", "sala"))
	c.Measure("ac-1", advicetest.Start, (before+good)*24, func(local time.Time) float64 {
		if local.Before(changed) {
			return on(local)
		}
		return off(local)
	})
	clock := advicetest.NewClock(changed)
	a := advicetest.NewServices(c, clock, nil)
	all := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items
	totals, err := a.Totals(t.Context(), advicetest.Manager, "")
	require.NoError(t, err)
	require.Equal(t, len(all), totals.ToDo.Count)
	var low, kwh float64
	for _, one := range all {
		low += figure.PromisedMoney(one.Money.CostLow)
		kwh += one.Finding.Saving.KWh
	}
	require.InDelta(t, low, totals.ToDo.CostLow, 1e-6)
	require.InDelta(t, kwh, totals.ToDo.KWh, 1e-6)
	require.Equal(t, all[0].Money.Currency, totals.Currency)

	for _, to := range []advice.Status{advice.Accepted, advice.Done} {
		_, err = a.SetStatus(t.Context(), advicetest.Manager, all[0].ID, to, "")
		require.NoError(t, err)
		totals, err = a.Totals(t.Context(), advicetest.Manager, "sala")
		require.NoError(t, err)
		require.Equal(t, 1, totals.InProgress.Count, to)
		require.InDelta(t, all[0].Finding.Saving.KWh, totals.InProgress.KWh, 1e-6)
	}
	clock.Move(good * 24 * time.Hour)
	require.NoError(t, a.RunDue(t.Context()))
	verified, err := a.Verify(t.Context(), advicetest.Manager, all[0].ID)
	require.NoError(t, err)
	totals, err = a.Totals(t.Context(), advicetest.Manager, "")
	require.NoError(t, err)
	require.Equal(t, 1, totals.Verified.Count)
	require.InDelta(t, verified.Saving.Avoided, totals.Verified.KWh, 1e-6)
	require.InDelta(t, verified.Cost, totals.Verified.Cost, 1e-6)

	elsewhere, err := a.Totals(t.Context(), advice.Caller{Role: advice.Viewer, Space: "aula"}, "")
	require.NoError(t, err)
	require.Zero(t, elsewhere.ToDo.Count+elsewhere.InProgress.Count+elsewhere.Verified.Count)
	_, err = a.Totals(t.Context(), advice.Caller{Role: advice.Viewer, Space: "aula"}, "sala")
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Totals(t.Context(), advice.Caller{}, "")
	require.ErrorIs(t, err, advice.ErrForbidden{})
}
