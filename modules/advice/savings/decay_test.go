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

// TestASavingIsVerifiedAndReopenedWhenItDecays switches the air conditioner off at night for ten weeks, and then leaves it on again.
func TestASavingIsVerifiedAndReopenedWhenItDecays(t *testing.T) {
	const before, good, bad = 120, 70, 45 // days
	changed, relapsed := advicetest.Start.AddDate(0, 0, before), advicetest.Start.AddDate(0, 0, before+good)
	on, off := advicetest.LeftOn(1, 1.2), advicetest.Clean(9, 1.2)
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddDevice(advicetest.Device("ac-1", "Aire central", "ac", "sala"))
	c.Measure("ac-1", advicetest.Start, (before+good+bad)*24, func(local time.Time) float64 {
		if local.Before(changed) || !local.Before(relapsed) {
			return on(local)
		}
		return off(local)
	})
	clock := advicetest.NewClock(changed)
	a := advicetest.NewServices(c, clock, nil)
	id := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items[0].ID
	_, err := a.SetStatus(t.Context(), advicetest.Manager, id, advice.Done, "")
	require.NoError(t, err)
	status := func() advice.Status {
		require.NoError(t, a.RunDue(t.Context()))
		e, err := a.Evidence(t.Context(), advicetest.Manager, id)
		require.NoError(t, err)
		return e.Status
	}
	require.Equal(t, advice.Done, status(), "too early to say")
	clock.Move(good * 24 * time.Hour)
	require.Equal(t, advice.Verified, status())
	v, err := a.Verify(t.Context(), advicetest.Manager, id)
	require.NoError(t, err)
	require.Equal(t, savings.Saved, v.Verdict)
	_, err = a.SetStatus(t.Context(), advicetest.Manager, id, advice.Accepted, "")
	require.ErrorAs(t, err, &advice.ErrTransition{})
	clock.Move(bad * 24 * time.Hour)
	require.Equal(t, advice.Open, status(), "the nights are back")
	e, err := a.Evidence(t.Context(), advicetest.Manager, id)
	require.NoError(t, err)
	var steps []advice.Status
	for _, event := range e.Events {
		steps = append(steps, event.To)
	}
	require.Equal(t, []advice.Status{advice.Done, advice.Verified, advice.Open}, steps)
}
