package recommendations_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
)

func TestStatusMovesOnlyOnItsWays(t *testing.T) {
	a := advicetest.NewServices(advicetest.GamesRoom(), advicetest.NewClock(advicetest.End), nil)
	id := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items[0].ID
	done, err := a.SetStatus(t.Context(), advicetest.Manager, id, advice.Done, "hecho")
	require.NoError(t, err)
	require.Equal(t, advice.Done, done.Status)
	_, err = a.SetStatus(t.Context(), advicetest.Manager, id, advice.Done, "")
	require.NoError(t, err, "the same again")
	_, err = a.SetStatus(t.Context(), advicetest.Manager, id, advice.Accepted, "")
	require.ErrorIs(t, err, advice.ErrTransition{From: advice.Done, To: advice.Accepted})
	_, err = a.SetStatus(t.Context(), advicetest.Manager, id, advice.Verified, strings.Repeat("x", 2001))
	var invalid advice.ErrInvalid
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Flaws, 2)
	_, err = a.SetStatus(t.Context(), advice.Caller{Role: advice.Viewer}, id, advice.Done, "")
	require.ErrorIs(t, err, advice.ErrForbidden{})
	_, err = a.SetStatus(t.Context(), advice.Caller{Role: advice.Manager, Space: "aula"}, id, advice.Done, "")
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	require.Len(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{Status: advice.Done}).Items, 1)
}

func TestDismissedStaysQuietUntilItGrowsByHalf(t *testing.T) {
	c, clock := advicetest.GamesRoom(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(c, clock, nil)
	id := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items[0].ID
	_, err := a.SetStatus(t.Context(), advicetest.Manager, id, advice.Dismissed, "")
	require.NoError(t, err)
	require.Empty(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items)
	require.Len(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{Status: advice.Dismissed}).Items, 1)
	require.NoError(t, a.RunDue(t.Context()))

	clock.Move(24 * time.Hour)
	require.NoError(t, a.RunDue(t.Context()))
	require.Empty(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items, "as much as before")
	c.Measure("ac-1", advicetest.End, 56*24, advicetest.LeftOn(5, 2.4))
	clock.Move(56 * 24 * time.Hour)
	require.NoError(t, a.RunDue(t.Context()))
	require.Len(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{Device: "ac-1"}).Items, 1, "twice as much")
}

// TestTheLastStepIsTakenBack sets the status open, which undoes the last change.
func TestTheLastStepIsTakenBack(t *testing.T) {
	a := advicetest.NewServices(advicetest.GamesRoom(), advicetest.NewClock(advicetest.End), nil)
	id := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items[0].ID
	for _, step := range []struct{ to, want advice.Status }{
		{advice.Open, advice.Open},
		{advice.Dismissed, advice.Dismissed},
		{advice.Open, advice.Open},
		{advice.Done, advice.Done},
		{advice.Open, advice.Open},
		{advice.Accepted, advice.Accepted},
		{advice.Dismissed, advice.Dismissed},
		{advice.Open, advice.Accepted},
		{advice.Open, advice.Open},
		{advice.Accepted, advice.Accepted},
		{advice.Done, advice.Done},
		{advice.Open, advice.Accepted},
		{advice.Done, advice.Done},
	} {
		r, err := a.SetStatus(t.Context(), advicetest.Manager, id, step.to, "")
		require.NoError(t, err)
		require.Equal(t, step.want, r.Status, "%+v", step)
	}
}
