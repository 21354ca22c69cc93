package savings_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/savings"
)

// TestVerify switches the air conditioner off at night from a certain day, and verifies the saving over the following weeks.
func TestVerify(t *testing.T) {
	const before, after = 120, 30 // days
	changed := advicetest.Start.AddDate(0, 0, before)
	on, off := advicetest.LeftOn(1, 1.2), advicetest.Clean(9, 1.2)
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddDevice(advicetest.Device("ac-1", "Aire central", "ac", "sala"))
	c.Measure("ac-1", advicetest.Start, (before+after)*24, func(local time.Time) float64 {
		if local.Before(changed) {
			return on(local)
		}
		return off(local)
	})
	clock := advicetest.NewClock(changed)
	a := advicetest.NewServices(c, clock, nil)
	id := advicetest.List(t, a, advicetest.Manager, recommendations.Query{Kind: "off_hours"}).Items
	if len(id) == 0 {
		id = advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items
	}
	require.NotEmpty(t, id)
	verify := func() savings.Verification {
		v, err := a.Verify(t.Context(), advicetest.Manager, id[0].ID)
		require.NoError(t, err)
		return v
	}
	require.Equal(t, savings.NotDone, verify().Verdict)
	_, err := a.SetStatus(t.Context(), advicetest.Manager, id[0].ID, advice.Done, "")
	require.NoError(t, err)
	require.Equal(t, savings.TooEarly, verify().Verdict)
	clock.Move(4 * 24 * time.Hour)
	require.Equal(t, savings.TooEarly, verify().Verdict)

	clock.Move((after - 4) * 24 * time.Hour)
	v := verify()
	require.Equal(t, savings.Saved, v.Verdict)
	require.Equal(t, changed.AddDate(0, 0, 1).UTC(), v.From, "the day of the change belongs to neither side")
	nights := 0.0
	for at := v.From; at.Before(v.To); at = at.Add(time.Hour) {
		local := at.In(advicetest.Bogota)
		if (local.Hour() >= 22 || local.Hour() < 6) && local.Weekday() != time.Saturday && local.Weekday() != time.Sunday {
			nights += 1.2
		}
	}
	require.Less(t, v.Saving.Low, nights)
	require.Greater(t, v.Saving.High, nights)
	require.InDelta(t, nights, v.Saving.Avoided, 0.05*nights)
	require.InDelta(t, v.Saving.Avoided*500, v.Cost, 1)
	require.Less(t, v.CostLow, v.Cost)
	require.Greater(t, v.Promised, 0.0)
	require.Len(t, v.Growth, after-1-2, "from the third day on it can be said")
	require.Equal(t, v.Saving.Avoided, v.Growth[len(v.Growth)-1].Saving.Avoided)
	for i, g := range v.Growth {
		require.LessOrEqual(t, g.Saving.Low, g.Saving.Avoided)
		require.True(t, i == 0 || g.Until.Sub(v.Growth[i-1].Until) == 24*time.Hour)
	}
	_, err = a.Verify(t.Context(), advice.Caller{Role: advice.Viewer, Space: "aula"}, id[0].ID)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
}

// TestVerifyWithoutAPast checks the verdict if there is nothing to compare with.
func TestVerifyWithoutAPast(t *testing.T) {
	c := advicetest.GamesRoom()
	clock := advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(c, clock, nil)
	found := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items
	_, err := a.SetStatus(t.Context(), advicetest.Manager, found[0].ID, advice.Done, "")
	require.NoError(t, err)
	c.Measure("ac-1", advicetest.End, 20*24, advicetest.Clean(4, 1.2))
	clock.Move(20 * 24 * time.Hour)
	v, err := a.Verify(t.Context(), advicetest.Manager, found[0].ID)
	require.NoError(t, err)
	require.Equal(t, savings.NoBaseline, v.Verdict)
	require.NotEmpty(t, v.Why)
}
