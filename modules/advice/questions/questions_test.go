package questions_test

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

// feasts are holidays, all Mondays, in the eight weeks before advicetest.End.
var feasts = []string{"2026-02-23", "2026-03-02", "2026-03-16", "2026-03-23"}

// holidaysWorked returns a campus where two of three rooms work on all feasts. Its clock is eight weeks after its start.
func holidaysWorked() (*advicetest.Campus, *advicetest.Clock) {
	c := advicetest.NewCampus()
	c.Holidays = feasts
	for i, room := range []string{"aula", "lab", "sala"} {
		c.AddRoom(room, "Sala "+room, 0)
		c.AddDevice(advicetest.Device("medidor-"+room, "Medidor "+room, "meter", room))
		chance := rand.New(rand.NewPCG(uint64(i), 3))
		c.Measure("medidor-"+room, advicetest.Start, 56*24, func(t time.Time) float64 {
			feast := slices.Contains(feasts, t.Format(time.DateOnly))
			if advicetest.Opens(t) && t.Hour() >= 8 && t.Hour() < 18 && (!feast || room != "sala") {
				return 40 * (0.95 + 0.1*chance.Float64())
			}
			return 14 * (0.95 + 0.1*chance.Float64())
		})
	}
	return c, advicetest.NewClock(advicetest.Start.AddDate(0, 0, 56))
}

func TestHolidaysThatWereWorkedAreAskedAbout(t *testing.T) {
	c, clock := holidaysWorked()
	a := advicetest.NewServices(c, clock, nil)
	answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	require.Empty(t, answer.Items, "no waste until somebody answers")
	require.Len(t, answer.Questions, 1)
	q := answer.Questions[0]
	require.Equal(t, "sitio", q.Space, "most of the campus was used")
	require.Len(t, q.Dates, len(feasts))
	require.Equal(t, []string{"Medidor aula", "Medidor lab"}, sorted(q.Of[:2]))
	title, message := text.Question(text.Spanish, q.Name, []time.Time{time.Date(2026, 2, 23, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 16, 0, 0, 0, 0, time.UTC)}, q.Of)
	require.Equal(t, "¿Abrió «Campus» el 23 de febrero, el 2 y el 16 de marzo?", title)
	require.Contains(t, message, "y 1 más")

	require.Len(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{Space: "lab"}).Questions, 1, "it is about the room too")
	require.Empty(t, advicetest.List(t, a, advice.Caller{Role: advice.Manager, Space: "lab"}, recommendations.Query{}).Questions, "the site is not theirs to answer for")
	viewer := advice.Caller{Role: advice.Viewer}
	require.Len(t, advicetest.List(t, a, viewer, recommendations.Query{}).Questions, 1)
	_, err := a.Answer(t.Context(), viewer, text.Spanish, q.ID, true, nil)
	require.ErrorIs(t, err, advice.ErrForbidden{})
	_, err = a.Answer(t.Context(), advice.Caller{Role: advice.Manager, Space: "lab"}, text.Spanish, q.ID, true, nil)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Answer(t.Context(), advicetest.Manager, text.Spanish, q.ID, true, []string{"2026-02-24"})
	require.ErrorAs(t, err, &advice.ErrInvalid{})
	_, err = a.Answer(t.Context(), advicetest.Manager, text.Spanish, "pre_x", true, nil)
	require.ErrorAs(t, err, &advice.ErrNotFound{})

	t.Run("yes", func(t *testing.T) {
		given, err := a.Answer(t.Context(), advicetest.Manager, text.Spanish, q.ID, true, nil)
		require.NoError(t, err)
		require.Len(t, given.Entries, len(feasts))
		c.MarkChanged(advice.Target{Level: advice.OfSite, ID: "sitio"}, clock.Now())
		clock.Move(time.Minute)
		answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
		require.Empty(t, answer.Questions)
		require.Empty(t, answer.Items)
		again, err := a.Answer(t.Context(), advicetest.Manager, text.Spanish, q.ID, true, nil)
		require.NoError(t, err)
		require.ElementsMatch(t, given.Entries, again.Entries, "the same again")
	})
	t.Run("no, after all", func(t *testing.T) {
		given, err := a.Answer(t.Context(), advicetest.Manager, text.Spanish, q.ID, false, nil)
		require.NoError(t, err)
		require.Empty(t, given.Entries)
		clock.Move(time.Minute)
		answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
		require.Empty(t, answer.Questions)
		require.Len(t, answer.Items, 2)
		for _, r := range answer.Items {
			require.Equal(t, rules.OutOfHours, r.Finding.Kind)
			require.InDelta(t, len(feasts), r.Finding.Figure("dates_seen"), 0)
			e, err := a.Evidence(t.Context(), advicetest.Manager, r.ID)
			require.NoError(t, err)
			require.True(t, e.Reproduced)
		}
	})
	t.Run("taken back", func(t *testing.T) {
		require.NoError(t, a.Withdraw(t.Context(), advicetest.Manager, q.ID))
		require.ErrorAs(t, a.Withdraw(t.Context(), advicetest.Manager, q.ID), &advice.ErrNotFound{})
		clock.Move(time.Minute)
		answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
		require.Len(t, answer.Questions, 1)
		require.Equal(t, q.ID, answer.Questions[0].ID)
		require.Empty(t, answer.Items, "they advicetest.End, since they count no longer")
		require.Len(t, advicetest.List(t, a, advicetest.Manager, recommendations.Query{Status: advice.Ended}).Items, 2)
	})
	t.Run("some of them", func(t *testing.T) {
		_, err := a.Answer(t.Context(), advicetest.Manager, text.Spanish, q.ID, true, feasts[:2])
		require.NoError(t, err)
		c.MarkChanged(advice.Target{Level: advice.OfSite, ID: "sitio"}, clock.Now())
		clock.Move(time.Minute)
		answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
		require.Len(t, answer.Questions, 1)
		require.Len(t, answer.Questions[0].Dates, 2)
		require.NotEqual(t, q.ID, answer.Questions[0].ID)
		require.Empty(t, answer.Items)
	})
}

// TestAnOpeningThatIsTakenAwayByHandIsAskedAboutAgain deletes the calendar entry, which is what counts.
func TestAnOpeningThatIsTakenAwayByHandIsAskedAboutAgain(t *testing.T) {
	c, clock := holidaysWorked()
	a := advicetest.NewServices(c, clock, nil)
	changed := func() recommendations.Page {
		c.MarkChanged(advice.Target{Level: advice.OfSite, ID: "sitio"}, clock.Now())
		clock.Move(time.Minute)
		return advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	}
	opened, err := a.Answer(t.Context(), advicetest.Manager, text.Spanish, advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Questions[0].ID, true, nil)
	require.NoError(t, err)
	require.Empty(t, changed().Questions)
	require.NoError(t, c.DropOpening(t.Context(), advicetest.Manager, opened.Entries[1]))
	answer := changed()
	require.Empty(t, answer.Items)
	require.Len(t, answer.Questions, 1)
	require.Len(t, answer.Questions[0].Dates, 1)
	given, err := a.Answer(t.Context(), advicetest.Manager, text.Spanish, answer.Questions[0].ID, true, nil)
	require.NoError(t, err)
	require.Equal(t, opened.Entries[1:2], given.Entries)
	require.Empty(t, changed().Questions)
}

// TestAnEntryWhoseAnswerGotLostIsKnown loses the answer of the calendar to one of several entries. Who answers again, and then takes it
// back, leaves none behind.
func TestAnEntryWhoseAnswerGotLostIsKnown(t *testing.T) {
	c, clock := holidaysWorked()
	a := advicetest.NewServices(c, clock, nil)
	id := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Questions[0].ID
	c.LoseAnswer = advice.ErrAway
	_, err := a.Answer(t.Context(), advicetest.Manager, text.Spanish, id, true, nil)
	require.ErrorIs(t, err, advice.ErrAway)
	given, err := a.Answer(t.Context(), advicetest.Manager, text.Spanish, id, true, nil)
	require.NoError(t, err)
	require.Len(t, given.Entries, len(feasts))
	require.NoError(t, a.Withdraw(t.Context(), advicetest.Manager, id))
	for _, entry := range given.Entries {
		left, err := c.HasOpening(t.Context(), advicetest.Manager, entry)
		require.NoError(t, err)
		require.False(t, left, entry)
	}
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

// TestARoomIsAskedForItself uses one room while the rest of the campus stays closed.
func TestARoomIsAskedForItself(t *testing.T) {
	c, clock := holidaysWorked()
	for _, room := range []string{"uno", "dos", "tres"} {
		c.AddRoom(room, "Sala "+room, 0)
		c.AddDevice(advicetest.Device("medidor-"+room, "Medidor "+room, "meter", room))
		c.Measure("medidor-"+room, advicetest.Start, 56*24, func(t time.Time) float64 {
			if advicetest.Opens(t) && t.Hour() >= 8 && t.Hour() < 18 && !slices.Contains(feasts, t.Format(time.DateOnly)) {
				return 80 + float64(t.Minute()+t.Day()%3)
			}
			return 10 + float64(t.Hour()%3)
		})
	}
	answer := advicetest.List(t, advicetest.NewServices(c, clock, nil), advicetest.Manager, recommendations.Query{})
	var spaces []string
	for _, q := range answer.Questions {
		spaces = append(spaces, q.Space)
	}
	require.Equal(t, []string{"aula", "lab"}, spaces)
}
