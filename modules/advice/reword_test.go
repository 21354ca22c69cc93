package advice_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/words"
)

// rewriter answers by a function and counts.
type rewriter struct {
	asked int
	say   func(words.Text) (words.Text, error)
}

func (r *rewriter) Reword(_ context.Context, _ words.Language, t words.Text) (words.Text, error) {
	r.asked++
	return r.say(t)
}

// reworded lists the games room's advice after a job in which a model said what say does.
func reworded(t *testing.T, say func(words.Text) (words.Text, error)) (advice.Advice, *advicetest.Services, *rewriter, error) {
	t.Helper()
	clock := advicetest.NewClock(end)
	a := advicetest.NewServices(gamesRoom(), clock, nil)
	model := &rewriter{say: say}
	a.Rewriter = model
	err := a.RunDue(ctx)
	return list(t, a, manager, advice.Query{}).Items[0], a, model, err
}

func TestBetterWordsAreUsedAndAskedForOnce(t *testing.T) {
	friendly := func(t words.Text) (words.Text, error) {
		return words.Text{Title: t.Title + "!", Message: "Hola. " + t.Message, Action: t.Action}, nil
	}
	one, a, model, err := reworded(t, friendly)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(one.Text(words.Spanish).Message, "Hola. "))
	require.True(t, strings.HasPrefix(one.Text(words.English).Message, "Hola. "))
	require.Equal(t, 2, model.asked, "in both languages")
	_, err = a.StartJob(ctx, manager)
	require.NoError(t, err)
	bounded, cancel := context.WithCancel(ctx)
	defer cancel()
	go a.RunAsked(bounded, func(err error) { t.Error(err) })
	require.Eventually(t, func() bool { return jobs(t, a)[0].Status == advice.JobDone }, 5*time.Minute, time.Millisecond)
	require.Equal(t, 2, model.asked, "what is kept is not asked for again")
}

func TestAWordingWithOtherFiguresIsNeverShown(t *testing.T) {
	one, _, model, err := reworded(t, func(t words.Text) (words.Text, error) {
		return words.Text{Title: t.Title, Message: t.Message + " Son 9.999 kWh al año.", Action: t.Action}, nil
	})
	require.NoError(t, err)
	require.Equal(t, 2, model.asked)
	require.NotContains(t, one.Text(words.Spanish).Message, "9.999")
	require.Contains(t, one.Text(words.Spanish).Message, "«Aire central»")
}

func TestAModelThatFailsLeavesTheTemplates(t *testing.T) {
	away := errors.New("no answer")
	one, _, _, err := reworded(t, func(words.Text) (words.Text, error) { return words.Text{}, away })
	require.ErrorIs(t, err, away)
	require.Contains(t, one.Text(words.Spanish).Message, "«Aire central»")
	one, _, model, err := reworded(t, func(words.Text) (words.Text, error) { return words.Text{}, advice.ErrUnreadable })
	require.NoError(t, err)
	require.Equal(t, 2, model.asked)
	require.Contains(t, one.Text(words.English).Message, "“Aire central”")
}
