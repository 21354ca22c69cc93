package analysis_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
)

func TestSameCauseKeepsItsIDAndItsLife(t *testing.T) {
	c, clock := advicetest.GamesRoom(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(c, clock, nil)
	first := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items[0]
	_, err := a.SetStatus(t.Context(), advicetest.Manager, first.ID, advice.Accepted, "lo hago el lunes")
	require.NoError(t, err)
	c.Measure("ac-1", advicetest.End, 7*24, advicetest.LeftOn(9, 1.2))
	clock.Move(7 * 24 * time.Hour)
	require.NoError(t, a.RunDue(t.Context()))
	again := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items[0]
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, first.Created, again.Created)
	require.Equal(t, advice.Accepted, again.Status)
	require.NotEqual(t, first.Basis.Hash, again.Basis.Hash)
}

func TestWhatIsNotSeenForFourWeeksEnds(t *testing.T) {
	c, clock := advicetest.GamesRoom(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(c, clock, nil)
	r := advicetest.List(t, a, advicetest.Manager, recommendations.Query{Device: "ac-1"}).Items[0]
	c.Measure("ac-1", advicetest.End, 28*24, advicetest.Clean(4, 1.2))
	clock.Move(20 * 24 * time.Hour)
	require.NoError(t, a.RunDue(t.Context()))
	listed := advicetest.List(t, a, advicetest.Manager, recommendations.Query{Device: "ac-1"}).Items
	require.Len(t, listed, 1, "seen less than four weeks ago")
	require.Equal(t, r.Finding.LastSeen(), listed[0].Finding.LastSeen())

	clock.Move(8 * 24 * time.Hour)
	require.NoError(t, a.RunDue(t.Context()))
	require.Empty(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{Device: "ac-1"}).Items)
	ended := advicetest.List(t, a, advicetest.Manager, recommendations.Query{Status: advice.Ended}).Items
	require.Len(t, ended, 1)
	require.Equal(t, advice.NotSeen, ended[0].EndReason)
	e, err := a.Evidence(t.Context(), advicetest.Manager, r.ID)
	require.NoError(t, err, "it stays readable")
	require.Equal(t, []advice.Event{{At: clock.Now().UTC(), From: advice.Open, To: advice.Ended, By: "holotwin", Note: "not_seen"}}, e.Events)
	_, err = a.SetStatus(t.Context(), advicetest.Manager, r.ID, advice.Open, "")
	require.ErrorAs(t, err, &advice.ErrTransition{})

	c.Measure("ac-1", advicetest.End.AddDate(0, 0, 28), 14*24, advicetest.LeftOn(5, 1.2))
	clock.Move(14 * 24 * time.Hour)
	require.NoError(t, a.RunDue(t.Context()))
	again := advicetest.List(t, a, advicetest.Manager, recommendations.Query{Device: "ac-1"}).Items
	require.Len(t, again, 1, "it was seen again")
	require.Equal(t, r.ID, again[0].ID)
	require.Equal(t, r.Created, again[0].Created)
	require.Empty(t, again[0].EndReason)
}
