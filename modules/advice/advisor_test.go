package advice_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/text"
)

var (
	ctx     = context.Background()
	manager = advice.Caller{Subject: "us_1", Role: advice.Manager}
	// start is a Monday; end, four weeks on, is where the clock stands.
	start = time.Date(2026, 2, 2, 0, 0, 0, 0, advicetest.Bogota)
	end   = start.AddDate(0, 0, 28)
)

const fourWeeks = 28 * 24

func device(id, name, kind, space string) advice.Device {
	return advice.Device{ID: id, Name: name, Kind: kind, Space: space}
}

// leftOn draws power while people work and through weekday nights; noise is seeded by the name.
func leftOn(seed uint64, kw float64) func(time.Time) float64 {
	chance := rand.New(rand.NewPCG(seed, 1))
	return func(t time.Time) float64 {
		working := advicetest.Opens(t) && t.Hour() >= 8 && t.Hour() < 18
		night := (t.Hour() >= 22 || t.Hour() < 6) && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
		if working || night {
			return kw * (0.9 + 0.2*chance.Float64())
		}
		return 0
	}
}

func clean(seed uint64, kw float64) func(time.Time) float64 {
	chance := rand.New(rand.NewPCG(seed, 2))
	return func(t time.Time) float64 {
		if advicetest.Opens(t) && t.Hour() >= 8 && t.Hour() < 18 {
			return kw * (0.9 + 0.2*chance.Float64())
		}
		return 0
	}
}

// gamesRoom is a campus with a room whose air conditioner runs at night and whose television does not.
func gamesRoom() *advicetest.Campus {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddRoom("aula", "Aula 101", 0)
	c.AddDevice(device("ac-1", "Aire central", "ac", "sala"))
	c.AddDevice(device("tv-1", "Televisor", "tv", "sala"))
	c.AddDevice(device("luz-1", "Luces del aula", "lighting", "aula"))
	c.Measure("ac-1", start, fourWeeks, leftOn(1, 1.2))
	c.Measure("tv-1", start, fourWeeks, clean(2, 0.12))
	c.Measure("luz-1", start, fourWeeks, clean(3, 0.4))
	return c
}

func list(t *testing.T, a *advicetest.Services, caller advice.Caller, q recommendations.Query) recommendations.Page {
	t.Helper()
	answer, err := a.List(ctx, caller, q)
	require.NoError(t, err)
	return answer
}

func TestListAdvisesWhatFollowsFromTheReadings(t *testing.T) {
	a := advicetest.NewServices(gamesRoom(), advicetest.NewClock(end), nil)
	answer := list(t, a, manager, recommendations.Query{})
	require.Len(t, answer.Items, 1)
	r := answer.Items[0]
	require.Equal(t, rules.OutOfHours, r.Finding.Kind)
	require.Equal(t, "ac-1", r.Device())
	require.Equal(t, "sala", r.Space)
	require.Equal(t, advice.High, r.Priority)
	require.InDelta(t, 500*r.Finding.Saving.KWh, r.Money.Cost, 0.01)
	require.InDelta(t, 500*r.Finding.Saving.Low, r.Money.CostLow, 0.01)
	require.InDelta(t, 0.165*r.Finding.Saving.KWh, r.Money.CO2Kg, 0.01)
	require.Equal(t, rules.Inputs{Consumption: true, HourOfDay: true}, answer.Considered)
	require.Nil(t, answer.Reason)
	require.Zero(t, answer.Pending)

	spanish := r.Text(text.Spanish)
	require.Contains(t, spanish.Message, "«Aire central» (Sala de Juegos)")
	require.Contains(t, spanish.Message, "de 23:00 a 06:00")
	require.Contains(t, spanish.Message, "al menos")
	require.Contains(t, r.Text(text.English).Message, "from 23:00 to 06:00")
}

func TestListFiltersAndScopes(t *testing.T) {
	a := advicetest.NewServices(gamesRoom(), advicetest.NewClock(end), nil)
	for name, c := range map[string]struct {
		caller advice.Caller
		query  recommendations.Query
		want   int
		code   text.Code
	}{
		"of its room":          {manager, recommendations.Query{Space: "sala"}, 1, ""},
		"of the building":      {manager, recommendations.Query{Space: "bloque"}, 1, ""},
		"of another room":      {manager, recommendations.Query{Space: "aula"}, 0, text.NothingFound},
		"of its device":        {manager, recommendations.Query{Device: "ac-1"}, 1, ""},
		"of a clean device":    {manager, recommendations.Query{Device: "tv-1"}, 0, text.NothingFound},
		"of another kind":      {manager, recommendations.Query{Kind: "standby"}, 0, text.NoneMatches},
		"worth more":           {manager, recommendations.Query{MinKWh: 1e6}, 0, text.NoneMatches},
		"of another's caller":  {advice.Caller{Role: advice.Viewer, Space: "aula"}, recommendations.Query{}, 0, text.NothingFound},
		"of its room's caller": {advice.Caller{Role: advice.Viewer, Space: "sala"}, recommendations.Query{}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			answer := list(t, a, c.caller, c.query)
			require.Len(t, answer.Items, c.want)
			if c.code != "" {
				require.Equal(t, c.code, answer.Reason.Code)
			}
		})
	}
	viewer := advice.Caller{Role: advice.Viewer, Space: "aula"}
	for _, q := range []recommendations.Query{{Space: "sala"}, {Device: "ac-1"}, {Space: "nowhere"}} {
		_, err := a.List(ctx, viewer, q)
		require.ErrorAs(t, err, &advice.ErrNotFound{})
	}
	_, err := a.List(ctx, advice.Caller{Role: "device"}, recommendations.Query{})
	require.ErrorIs(t, err, advice.ErrForbidden{})
}

func TestTooLittleDataIsSaid(t *testing.T) {
	c := advicetest.NewCampus()
	a := advicetest.NewServices(c, advicetest.NewClock(end), nil)
	require.Equal(t, text.NoTargets, list(t, a, manager, recommendations.Query{}).Reason.Code)
	c.AddRoom("sala", "Sala", 0)
	c.AddDevice(device("ac-1", "Aire", "ac", "sala"))
	c.Measure("ac-1", start, 24, leftOn(1, 1.2))
	answer := list(t, a, manager, recommendations.Query{})
	require.Empty(t, answer.Items)
	require.Equal(t, text.Reason{Code: text.TooLittleData, Targets: 1, Short: 1, Days: 1, Needed: 7}, *answer.Reason)
	require.Contains(t, answer.Reason.Text(text.Spanish), "hay a lo sumo 1 día con medición suficiente y se necesitan 7 días")
}

func TestChangedPastIsAnalysedAgainAndNothingElse(t *testing.T) {
	c, clock := gamesRoom(), advicetest.NewClock(end)
	a := advicetest.NewServices(c, clock, nil)
	list(t, a, manager, recommendations.Query{})
	reads := c.Reads
	clock.Move(time.Minute)
	list(t, a, manager, recommendations.Query{})
	require.Equal(t, reads, c.Reads, "nothing changed, so nothing is read")

	c.AddDevice(device("pc-1", "Computador", "computer", "aula"))
	list(t, a, manager, recommendations.Query{})
	c.Measure("pc-1", start, fourWeeks, leftOn(4, 0.2))
	clock.Move(time.Minute)
	c.MarkChanged(advice.Target{Level: advice.OfDevice, ID: "pc-1"}, clock.Now())
	clock.Move(time.Minute)
	reads = c.Reads
	answer := list(t, a, manager, recommendations.Query{})
	require.Len(t, answer.Items, 2)
	require.Equal(t, "ac-1", answer.Items[0].Device(), "the most money first")
	require.Equal(t, "pc-1", answer.Items[1].Device())
	require.LessOrEqual(t, c.Reads-reads, 4, "the device, and the room, building and site around it")
}

// TestAClockThatWasSetBackHidesNoChange analyses by a clock that is an hour ahead, and sets it back: what changes then lies before the
// analysis, and is seen all the same.
func TestAClockThatWasSetBackHidesNoChange(t *testing.T) {
	c, clock := gamesRoom(), advicetest.NewClock(end)
	a := advicetest.NewServices(c, clock, nil)
	c.AddDevice(device("pc-1", "Computador", "computer", "aula"))
	clock.Move(time.Hour)
	require.Len(t, list(t, a, manager, recommendations.Query{}).Items, 1)
	clock.Move(-time.Hour + time.Minute)
	c.Measure("pc-1", start, fourWeeks, leftOn(4, 0.2))
	c.MarkChanged(advice.Target{Level: advice.OfDevice, ID: "pc-1"}, clock.Now())
	clock.Move(time.Minute)
	require.Len(t, list(t, a, manager, recommendations.Query{}).Items, 2)
	reads := c.Reads
	clock.Move(time.Minute)
	list(t, a, manager, recommendations.Query{})
	require.Equal(t, reads, c.Reads, "and it is analysed once")
}

func TestChangeOfASpaceIsAChangeOfAllWithinIt(t *testing.T) {
	c, clock := gamesRoom(), advicetest.NewClock(end)
	a := advicetest.NewServices(c, clock, nil)
	list(t, a, manager, recommendations.Query{})
	c.SetStates("tv-1", history.Span{From: start, To: end, State: history.Off})
	clock.Move(time.Minute)
	c.MarkChanged(advice.Target{Level: advice.OfRoom, ID: "sala"}, clock.Now())
	clock.Move(time.Minute)
	answer := list(t, a, manager, recommendations.Query{Device: "tv-1"})
	require.Len(t, answer.Items, 1)
	require.Equal(t, rules.StateMismatch, answer.Items[0].Finding.Kind)
	require.True(t, answer.Considered.DeviceState)
}

func TestManyReadersShareOneAnalysis(t *testing.T) {
	c := gamesRoom()
	a := advicetest.NewServices(c, advicetest.NewClock(end), nil)
	list(t, advicetest.NewServices(c, advicetest.NewClock(end), nil), manager, recommendations.Query{})
	once := c.Reads
	c.Reads = 0
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			answer, err := a.List(ctx, manager, recommendations.Query{})
			if err != nil || len(answer.Items) != 1 {
				t.Errorf("%d items, %v", len(answer.Items), err)
			}
		})
	}
	wait.Wait()
	require.Equal(t, once, c.Reads)
}

func TestSameCauseKeepsItsIDAndItsLife(t *testing.T) {
	c, clock := gamesRoom(), advicetest.NewClock(end)
	a := advicetest.NewServices(c, clock, nil)
	first := list(t, a, manager, recommendations.Query{}).Items[0]
	_, err := a.SetStatus(ctx, manager, first.ID, advice.Accepted, "lo hago el lunes")
	require.NoError(t, err)
	c.Measure("ac-1", end, 7*24, leftOn(9, 1.2))
	clock.Move(7 * 24 * time.Hour)
	require.NoError(t, a.RunDue(ctx))
	again := list(t, a, manager, recommendations.Query{}).Items[0]
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, first.Created, again.Created)
	require.Equal(t, advice.Accepted, again.Status)
	require.NotEqual(t, first.Basis.Hash, again.Basis.Hash)
}

func TestDismissedStaysQuietUntilItGrowsByHalf(t *testing.T) {
	c, clock := gamesRoom(), advicetest.NewClock(end)
	a := advicetest.NewServices(c, clock, nil)
	id := list(t, a, manager, recommendations.Query{}).Items[0].ID
	_, err := a.SetStatus(ctx, manager, id, advice.Dismissed, "")
	require.NoError(t, err)
	require.Empty(t, list(t, a, manager, recommendations.Query{}).Items)
	require.Len(t, list(t, a, manager, recommendations.Query{Status: advice.Dismissed}).Items, 1)
	require.NoError(t, a.RunDue(ctx))

	clock.Move(24 * time.Hour)
	require.NoError(t, a.RunDue(ctx))
	require.Empty(t, list(t, a, manager, recommendations.Query{}).Items, "as much as before")
	c.Measure("ac-1", end, 56*24, leftOn(5, 2.4))
	clock.Move(56 * 24 * time.Hour)
	require.NoError(t, a.RunDue(ctx))
	require.Len(t, list(t, a, manager, recommendations.Query{Device: "ac-1"}).Items, 1, "twice as much")
}

func TestStatusMovesOnlyOnItsWays(t *testing.T) {
	a := advicetest.NewServices(gamesRoom(), advicetest.NewClock(end), nil)
	id := list(t, a, manager, recommendations.Query{}).Items[0].ID
	done, err := a.SetStatus(ctx, manager, id, advice.Done, "hecho")
	require.NoError(t, err)
	require.Equal(t, advice.Done, done.Status)
	_, err = a.SetStatus(ctx, manager, id, advice.Done, "")
	require.NoError(t, err, "the same again")
	_, err = a.SetStatus(ctx, manager, id, advice.Accepted, "")
	require.ErrorIs(t, err, advice.ErrTransition{From: advice.Done, To: advice.Accepted})
	_, err = a.SetStatus(ctx, manager, id, advice.Verified, strings.Repeat("x", 2001))
	var invalid advice.ErrInvalid
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Flaws, 2)
	_, err = a.SetStatus(ctx, advice.Caller{Role: advice.Viewer}, id, advice.Done, "")
	require.ErrorIs(t, err, advice.ErrForbidden{})
	_, err = a.SetStatus(ctx, advice.Caller{Role: advice.Manager, Space: "aula"}, id, advice.Done, "")
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	require.Len(t, list(t, a, manager, recommendations.Query{Status: advice.Done}).Items, 1)
}

func TestEvidenceIsComputedAgain(t *testing.T) {
	c, clock := gamesRoom(), advicetest.NewClock(end)
	a := advicetest.NewServices(c, clock, nil)
	r := list(t, a, manager, recommendations.Query{}).Items[0]
	clock.Move(48 * time.Hour)
	e, err := a.Evidence(ctx, manager, r.ID)
	require.NoError(t, err)
	require.True(t, e.Reproduced, "the same a day later")
	require.Equal(t, r.Basis.Hash, e.HashNow)
	require.NotEmpty(t, e.Finding.Formula)

	other := advicetest.NewServices(gamesRoom(), advicetest.NewClock(end), nil)
	require.Equal(t, r.Basis.Hash, list(t, other, manager, recommendations.Query{}).Items[0].Basis.Hash, "the same data, another store")

	c.Price = 600
	e, err = a.Evidence(ctx, manager, r.ID)
	require.NoError(t, err)
	require.False(t, e.Reproduced)
	_, err = a.Evidence(ctx, advice.Caller{Role: advice.Viewer, Space: "aula"}, r.ID)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
}

func TestWhatIsSaidOfADeviceIsNotSaidOfItsRoom(t *testing.T) {
	c := gamesRoom()
	c.AddDevice(device("medidor", "Medidor", "meter", "sala"))
	c.Measure("medidor", start, fourWeeks, leftOn(1, 1.3))
	answer := list(t, advicetest.NewServices(c, advicetest.NewClock(end), nil), manager, recommendations.Query{})
	targets := make([]string, 0, len(answer.Items))
	for _, r := range answer.Items {
		targets = append(targets, r.Target.String())
	}
	require.True(t, slices.Contains(targets, "device:ac-1"))
	require.False(t, slices.Contains(targets, "room:sala"), targets)
	require.False(t, slices.Contains(targets, "building:bloque"), targets)
}

func TestPagesCoverEverythingOnce(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala", 0)
	for i := range 5 {
		id := "ac-" + string(rune('1'+i))
		c.AddDevice(device(id, id, "ac", "sala"))
		c.Measure(id, start, fourWeeks, leftOn(uint64(i), 0.5+0.3*float64(i)))
	}
	a := advicetest.NewServices(c, advicetest.NewClock(end), nil)
	var got []string
	q := recommendations.Query{Limit: 2}
	for {
		page := list(t, a, manager, q)
		for _, r := range page.Items {
			got = append(got, r.Device())
		}
		if page.Next == nil {
			break
		}
		q.After = *page.Next
	}
	require.Equal(t, []string{"ac-5", "ac-4", "ac-3", "ac-2", "ac-1"}, got)
}

func TestBaselineSaysHowGoodItIs(t *testing.T) {
	c := gamesRoom()
	a := advicetest.NewServices(c, advicetest.NewClock(end), nil)
	e, err := a.Baseline(ctx, manager, "luz-1")
	require.NoError(t, err)
	require.NotNil(t, e.Fit.Model)
	require.Less(t, e.Fit.Test.CVRMSE, 0.3)
	require.Greater(t, e.Fit.Test.R2, 0.9)
	require.Len(t, e.Hours, 14*24)
	_, err = a.Baseline(ctx, manager, "nothing")
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	c.AddDevice(device("new", "Nuevo", "ac", "sala"))
	e, err = a.Baseline(ctx, manager, "new")
	require.NoError(t, err)
	require.NotEmpty(t, e.Fit.Disqualified)
}
