package advice_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// feasts are Mondays of the eight weeks before their end; who works on them does not know.
var feasts = []string{"2026-02-23", "2026-03-02", "2026-03-16", "2026-03-23"}

// holidaysWorked is a campus of which two rooms of three work on all feasts. Its clock stands eight weeks after its begin.
func holidaysWorked() (*advicetest.Campus, *advicetest.Clock) {
	c := advicetest.NewCampus()
	c.Holidays = feasts
	for i, room := range []string{"aula", "lab", "sala"} {
		c.AddRoom(room, "Sala "+room, 0)
		c.AddDevice(device("medidor-"+room, "Medidor "+room, "meter", room))
		chance := rand.New(rand.NewPCG(uint64(i), 3))
		c.Measure("medidor-"+room, start, 56*24, func(t time.Time) float64 {
			feast := slices.Contains(feasts, t.Format(time.DateOnly))
			if advicetest.Opens(t) && t.Hour() >= 8 && t.Hour() < 18 && (!feast || room != "sala") {
				return 40 * (0.95 + 0.1*chance.Float64())
			}
			return 14 * (0.95 + 0.1*chance.Float64())
		})
	}
	return c, advicetest.NewClock(start.AddDate(0, 0, 56))
}

func TestHolidaysThatWereWorkedAreAskedAbout(t *testing.T) {
	c, clock := holidaysWorked()
	a := advicetest.NewServices(c, clock, nil)
	answer := list(t, a, manager, recommendations.Query{})
	require.Empty(t, answer.Items, "no waste until somebody answers")
	require.Len(t, answer.Questions, 1)
	q := answer.Questions[0]
	require.Equal(t, "sitio", q.Space, "most of the campus was used")
	require.Len(t, q.Dates, len(feasts))
	require.Equal(t, []string{"Medidor aula", "Medidor lab"}, sorted(q.Of[:2]))
	title, message := text.Question(text.Spanish, q.Name, []time.Time{time.Date(2026, 2, 23, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 16, 0, 0, 0, 0, time.UTC)}, q.Of)
	require.Equal(t, "¿Abrió «Campus» el 23 de febrero, el 2 y el 16 de marzo?", title)
	require.Contains(t, message, "y 1 más")

	require.Len(t, list(t, a, manager, recommendations.Query{Space: "lab"}).Questions, 1, "it is about the room too")
	require.Empty(t, list(t, a, advice.Caller{Role: advice.Manager, Space: "lab"}, recommendations.Query{}).Questions, "the site is not theirs to answer for")
	viewer := advice.Caller{Role: advice.Viewer}
	require.Len(t, list(t, a, viewer, recommendations.Query{}).Questions, 1)
	_, err := a.Answer(ctx, viewer, text.Spanish, q.ID, true, nil)
	require.ErrorIs(t, err, advice.ErrForbidden{})
	_, err = a.Answer(ctx, advice.Caller{Role: advice.Manager, Space: "lab"}, text.Spanish, q.ID, true, nil)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Answer(ctx, manager, text.Spanish, q.ID, true, []string{"2026-02-24"})
	require.ErrorAs(t, err, &advice.ErrInvalid{})
	_, err = a.Answer(ctx, manager, text.Spanish, "pre_x", true, nil)
	require.ErrorAs(t, err, &advice.ErrNotFound{})

	t.Run("yes", func(t *testing.T) {
		given, err := a.Answer(ctx, manager, text.Spanish, q.ID, true, nil)
		require.NoError(t, err)
		require.Len(t, given.Entries, len(feasts))
		c.MarkChanged(advice.Target{Level: advice.OfSite, ID: "sitio"}, clock.Now())
		clock.Move(time.Minute)
		answer := list(t, a, manager, recommendations.Query{})
		require.Empty(t, answer.Questions)
		require.Empty(t, answer.Items)
		again, err := a.Answer(ctx, manager, text.Spanish, q.ID, true, nil)
		require.NoError(t, err)
		require.ElementsMatch(t, given.Entries, again.Entries, "the same again")
	})
	t.Run("no, after all", func(t *testing.T) {
		given, err := a.Answer(ctx, manager, text.Spanish, q.ID, false, nil)
		require.NoError(t, err)
		require.Empty(t, given.Entries)
		clock.Move(time.Minute)
		answer := list(t, a, manager, recommendations.Query{})
		require.Empty(t, answer.Questions)
		require.Len(t, answer.Items, 2)
		for _, r := range answer.Items {
			require.Equal(t, rules.OutOfHours, r.Finding.Kind)
			require.InDelta(t, len(feasts), r.Finding.Figure("dates_seen"), 0)
			e, err := a.Evidence(ctx, manager, r.ID)
			require.NoError(t, err)
			require.True(t, e.Reproduced)
		}
	})
	t.Run("taken back", func(t *testing.T) {
		require.NoError(t, a.Withdraw(ctx, manager, q.ID))
		require.ErrorAs(t, a.Withdraw(ctx, manager, q.ID), &advice.ErrNotFound{})
		clock.Move(time.Minute)
		answer := list(t, a, manager, recommendations.Query{})
		require.Len(t, answer.Questions, 1)
		require.Equal(t, q.ID, answer.Questions[0].ID)
		require.Empty(t, answer.Items, "they end, since they count no longer")
		require.Len(t, list(t, a, manager, recommendations.Query{Status: advice.Ended}).Items, 2)
	})
	t.Run("some of them", func(t *testing.T) {
		_, err := a.Answer(ctx, manager, text.Spanish, q.ID, true, feasts[:2])
		require.NoError(t, err)
		c.MarkChanged(advice.Target{Level: advice.OfSite, ID: "sitio"}, clock.Now())
		clock.Move(time.Minute)
		answer := list(t, a, manager, recommendations.Query{})
		require.Len(t, answer.Questions, 1)
		require.Len(t, answer.Questions[0].Dates, 2)
		require.NotEqual(t, q.ID, answer.Questions[0].ID)
		require.Empty(t, answer.Items)
	})
}

// TestAnOpeningThatIsTakenAwayByHandIsAskedAboutAgain since the calendar is what holds.
func TestAnOpeningThatIsTakenAwayByHandIsAskedAboutAgain(t *testing.T) {
	c, clock := holidaysWorked()
	a := advicetest.NewServices(c, clock, nil)
	changed := func() recommendations.Page {
		c.MarkChanged(advice.Target{Level: advice.OfSite, ID: "sitio"}, clock.Now())
		clock.Move(time.Minute)
		return list(t, a, manager, recommendations.Query{})
	}
	_, err := a.Answer(ctx, manager, text.Spanish, list(t, a, manager, recommendations.Query{}).Questions[0].ID, true, nil)
	require.NoError(t, err)
	require.Empty(t, changed().Questions)
	require.NoError(t, c.DropOpening(ctx, manager, "cal_"+feasts[1]))
	answer := changed()
	require.Empty(t, answer.Items)
	require.Len(t, answer.Questions, 1)
	require.Len(t, answer.Questions[0].Dates, 1)
	given, err := a.Answer(ctx, manager, text.Spanish, answer.Questions[0].ID, true, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"cal_" + feasts[1]}, given.Entries)
	require.Empty(t, changed().Questions)
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

// TestARoomIsAskedForItself where the rest of the campus stayed closed.
func TestARoomIsAskedForItself(t *testing.T) {
	c, clock := holidaysWorked()
	for _, room := range []string{"uno", "dos", "tres"} {
		c.AddRoom(room, "Sala "+room, 0)
		c.AddDevice(device("medidor-"+room, "Medidor "+room, "meter", room))
		c.Measure("medidor-"+room, start, 56*24, func(t time.Time) float64 {
			if advicetest.Opens(t) && t.Hour() >= 8 && t.Hour() < 18 && !slices.Contains(feasts, t.Format(time.DateOnly)) {
				return 80 + float64(t.Minute()+t.Day()%3)
			}
			return 10 + float64(t.Hour()%3)
		})
	}
	answer := list(t, advicetest.NewServices(c, clock, nil), manager, recommendations.Query{})
	var spaces []string
	for _, q := range answer.Questions {
		spaces = append(spaces, q.Space)
	}
	require.Equal(t, []string{"aula", "lab"}, spaces)
}

func TestWhatIsNotSeenForFourWeeksEnds(t *testing.T) {
	c, clock := gamesRoom(), advicetest.NewClock(end)
	a := advicetest.NewServices(c, clock, nil)
	r := list(t, a, manager, recommendations.Query{Device: "ac-1"}).Items[0]
	c.Measure("ac-1", end, 28*24, clean(4, 1.2))
	clock.Move(20 * 24 * time.Hour)
	require.NoError(t, a.RunDue(ctx))
	listed := list(t, a, manager, recommendations.Query{Device: "ac-1"}).Items
	require.Len(t, listed, 1, "seen less than four weeks ago")
	require.Equal(t, r.Finding.LastSeen(), listed[0].Finding.LastSeen())

	clock.Move(8 * 24 * time.Hour)
	require.NoError(t, a.RunDue(ctx))
	require.Empty(t, list(t, a, manager, recommendations.Query{Device: "ac-1"}).Items)
	ended := list(t, a, manager, recommendations.Query{Status: advice.Ended}).Items
	require.Len(t, ended, 1)
	require.Equal(t, advice.NotSeen, ended[0].EndReason)
	e, err := a.Evidence(ctx, manager, r.ID)
	require.NoError(t, err, "it stays readable")
	require.Equal(t, []advice.Event{{At: clock.Now().UTC(), From: advice.Open, To: advice.Ended, By: "holotwin", Note: "not_seen"}}, e.Events)
	_, err = a.SetStatus(ctx, manager, r.ID, advice.Open, "")
	require.ErrorAs(t, err, &advice.ErrTransition{})

	c.Measure("ac-1", end.AddDate(0, 0, 28), 14*24, leftOn(5, 1.2))
	clock.Move(14 * 24 * time.Hour)
	require.NoError(t, a.RunDue(ctx))
	again := list(t, a, manager, recommendations.Query{Device: "ac-1"}).Items
	require.Len(t, again, 1, "it was seen again")
	require.Equal(t, r.ID, again[0].ID)
	require.Equal(t, r.Created, again[0].Created)
	require.Empty(t, again[0].EndReason)
}

// TestTheLastStepIsTakenBack by the status open.
func TestTheLastStepIsTakenBack(t *testing.T) {
	a := advicetest.NewServices(gamesRoom(), advicetest.NewClock(end), nil)
	id := list(t, a, manager, recommendations.Query{}).Items[0].ID
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
		r, err := a.SetStatus(ctx, manager, id, step.to, "")
		require.NoError(t, err)
		require.Equal(t, step.want, r.Status, "%+v", step)
	}
}

func TestTrivialSavingsStandBehindTheOthers(t *testing.T) {
	c := gamesRoom()
	c.AddDevice(device("tv-2", "Televisor 2", "tv", "aula"))
	c.Measure("tv-2", start, fourWeeks, func(t time.Time) float64 {
		if advicetest.Opens(t) && t.Hour() >= 8 && t.Hour() < 18 {
			return 0.12
		}
		return 0.009
	})
	answer := list(t, advicetest.NewServices(c, advicetest.NewClock(end), nil), manager, recommendations.Query{})
	require.Len(t, answer.Items, 2)
	require.False(t, answer.Items[0].Trivial())
	require.True(t, answer.Items[1].Trivial())
	require.Equal(t, advice.Low, answer.Items[1].Priority)
	below, known := advice.TrivialBelow("COP")
	require.True(t, known)
	require.Less(t, answer.Items[1].Money.Cost, below)
	for name, r := range map[string]struct {
		kwh, cost float64
		currency  string
		kind      rules.Kind
		want      bool
	}{
		"no price":                 {4.9, 0, "COP", rules.StandbyLoad, true},
		"no price, but some kWh":   {5, 0, "", rules.StandbyLoad, false},
		"dear energy":              {1, 5_000, "COP", rules.StandbyLoad, false},
		"a currency of its own":    {4, 1e6, "XXX", rules.StandbyLoad, true},
		"a meter that is at fault": {0, 0, "COP", rules.Sensor, false},
	} {
		one := advice.Recommendation{Finding: rules.Finding{Kind: r.kind, Saving: rules.Saving{KWh: r.kwh}}, Money: advice.Money{Cost: r.cost, Currency: r.currency}}
		require.Equal(t, r.want, one.Trivial(), name)
	}
}
