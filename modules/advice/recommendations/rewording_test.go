package recommendations_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// rewriter calls a function and counts the calls.
type rewriter struct {
	asked int
	say   func(text.Text) (text.Text, error)
}

func (r *rewriter) Reword(_ context.Context, _ text.Language, t text.Text) (text.Text, error) {
	r.asked++
	return r.say(t)
}

// reworded returns the games room's advice after a job whose rewriter is the function reword.
func reworded(t *testing.T, say func(text.Text) (text.Text, error)) (advice.Advice, *advicetest.Services, *rewriter, error) {
	t.Helper()
	clock := advicetest.NewClock(advicetest.End)
	model := &rewriter{say: say}
	a := advicetest.NewRewordingServices(advicetest.GamesRoom(), clock, nil, model)
	err := a.RunDue(t.Context())
	return advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items[0], a, model, err
}

func TestBetterWordsAreUsedAndAskedForOnce(t *testing.T) {
	friendly := func(t text.Text) (text.Text, error) {
		return text.Text{Title: t.Title + "!", Message: "Hola. " + t.Message, Action: t.Action}, nil
	}
	one, a, model, err := reworded(t, friendly)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(one.Text(text.Spanish).Message, "Hola. "))
	require.True(t, strings.HasPrefix(one.Text(text.English).Message, "Hola. "))
	require.Equal(t, 2, model.asked, "in both languages")
	_, err = a.Start(t.Context(), advicetest.Manager)
	require.NoError(t, err)
	bounded, cancel := context.WithCancel(t.Context())
	defer cancel()
	go a.RunRequested(bounded, func(err error) { t.Error(err) })
	require.Eventually(t, func() bool { return advicetest.Jobs(t, a)[0].Status == schedule.Done }, 5*time.Minute, time.Millisecond)
	require.Equal(t, 2, model.asked, "what is kept is not asked for again")
}

func TestAWordingWithOtherFiguresIsNeverShown(t *testing.T) {
	one, _, model, err := reworded(t, func(t text.Text) (text.Text, error) {
		return text.Text{Title: t.Title, Message: t.Message + " Son 9.999 kWh al año.", Action: t.Action}, nil
	})
	require.NoError(t, err)
	require.Equal(t, 2, model.asked)
	require.NotContains(t, one.Text(text.Spanish).Message, "9.999")
	require.Contains(t, one.Text(text.Spanish).Message, "«Aire central»")
}

func TestAModelThatFailsLeavesTheTemplates(t *testing.T) {
	away := errors.New("no answer")
	one, _, _, err := reworded(t, func(text.Text) (text.Text, error) { return text.Text{}, away })
	require.ErrorIs(t, err, away)
	require.Contains(t, one.Text(text.Spanish).Message, "«Aire central»")
	one, _, model, err := reworded(t, func(text.Text) (text.Text, error) { return text.Text{}, recommendations.ErrUnreadable })
	require.NoError(t, err)
	require.Equal(t, 2, model.asked)
	require.Contains(t, one.Text(text.English).Message, "“Aire central”")
}
