package analysis_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

func TestChangedPastIsAnalysedAgainAndNothingElse(t *testing.T) {
	c, clock := advicetest.GamesRoom(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(c, clock, nil)
	advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	reads := c.Reads
	clock.Move(time.Minute)
	advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	require.Equal(t, reads, c.Reads, "nothing changed, so nothing is read")

	c.AddDevice(advicetest.Device("pc-1", "Computador", "computer", "aula"))
	advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	c.Measure("pc-1", advicetest.Start, advicetest.FourWeeks, advicetest.LeftOn(4, 0.2))
	clock.Move(time.Minute)
	c.MarkChanged(advice.Target{Level: advice.OfDevice, ID: "pc-1"}, clock.Now())
	clock.Move(time.Minute)
	reads = c.Reads
	answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	require.Len(t, answer.Items, 2)
	require.Equal(t, "ac-1", answer.Items[0].Device(), "the most money first")
	require.Equal(t, "pc-1", answer.Items[1].Device())
	require.LessOrEqual(t, c.Reads-reads, 4, "the device, and the room, building and site around it")
}

// TestAClockThatWasSetBackHidesNoChange analyses with a clock that is an hour ahead, and sets it back. A change after that is older than
// the analysis, but is still found.
func TestAClockThatWasSetBackHidesNoChange(t *testing.T) {
	c, clock := advicetest.GamesRoom(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(c, clock, nil)
	c.AddDevice(advicetest.Device("pc-1", "Computador", "computer", "aula"))
	clock.Move(time.Hour)
	require.Len(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items, 1)
	clock.Move(-time.Hour + time.Minute)
	c.Measure("pc-1", advicetest.Start, advicetest.FourWeeks, advicetest.LeftOn(4, 0.2))
	c.MarkChanged(advice.Target{Level: advice.OfDevice, ID: "pc-1"}, clock.Now())
	clock.Move(time.Minute)
	require.Len(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items, 2)
	reads := c.Reads
	clock.Move(time.Minute)
	advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	require.Equal(t, reads, c.Reads, "and it is analysed once")
}

func TestChangeOfASpaceIsAChangeOfAllWithinIt(t *testing.T) {
	c, clock := advicetest.GamesRoom(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(c, clock, nil)
	advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	c.SetStates("tv-1", history.Span{From: advicetest.Start, To: advicetest.End, State: history.Off})
	clock.Move(time.Minute)
	c.MarkChanged(advice.Target{Level: advice.OfRoom, ID: "sala"}, clock.Now())
	clock.Move(time.Minute)
	answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{Device: "tv-1"})
	require.Len(t, answer.Items, 1)
	require.Equal(t, rules.StateMismatch, answer.Items[0].Finding.Kind)
	require.True(t, answer.Considered.DeviceState)
}

func TestManyReadersShareOneAnalysis(t *testing.T) {
	c := advicetest.GamesRoom()
	a := advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil)
	advicetest.List(t, advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil), advicetest.Manager, recommendations.Query{})
	once := c.Reads
	c.Reads = 0
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			answer, err := a.List(t.Context(), advicetest.Manager, recommendations.Query{})
			if err != nil || len(answer.Items) != 1 {
				t.Errorf("%d items, %v", len(answer.Items), err)
			}
		})
	}
	wait.Wait()
	require.Equal(t, once, c.Reads)
}
