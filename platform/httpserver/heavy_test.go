package httpserver

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/problem"
)

func overloaded(t *testing.T, err error) {
	t.Helper()
	var p *problem.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, problem.Overloaded, p.Code)
	require.Positive(t, p.RetryAfter)
}

func TestOneCallerTakesNoMoreThanAShare(t *testing.T) {
	a, ctx := newAdmission(), context.Background()
	require.NoError(t, a.enter(ctx, "one", heavyShare))
	overloaded(t, a.enter(ctx, "one", 1))
	require.NoError(t, a.enter(ctx, "other", heavyCapacity-heavyShare))
	overloaded(t, a.enter(ctx, "third", 1))
	a.leave("one", heavyShare)
	require.NoError(t, a.enter(ctx, "third", 1))
	a.leave("third", 1)
	a.leave("other", heavyCapacity-heavyShare)
	require.Zero(t, a.used)
	require.Empty(t, a.byCaller)
	require.Empty(t, a.waiting)
}

func TestWhoWaitsIsLetInWhereRoomIsMade(t *testing.T) {
	a, ctx := newAdmission(), context.Background()
	require.NoError(t, a.enter(ctx, "one", heavyShare))
	one := &applicant{caller: "one", weight: 2, in: make(chan struct{})}
	a.waiting = append(a.waiting, one)
	a.leave("one", 2)
	<-one.in
	require.Equal(t, heavyShare, a.used)
	require.NoError(t, a.giveUp(one), "one who was let in meanwhile stays in")
}

func TestTheQueueIsShort(t *testing.T) {
	a, ctx := newAdmission(), context.Background()
	require.NoError(t, a.enter(ctx, "one", heavyShare))
	for range heavyWaiting {
		a.waiting = append(a.waiting, &applicant{caller: "one", weight: 1, in: make(chan struct{})})
	}
	overloaded(t, a.enter(ctx, "one", 1))
	require.Len(t, a.waiting, heavyWaiting)
}

func TestARoomGrowsUpToAShareAndIsGivenBackOnce(t *testing.T) {
	a, ctx := newAdmission(), context.Background()
	r := &room{admission: a, caller: "one"}
	require.NoError(t, r.grow(ctx, 1))
	require.NoError(t, r.grow(ctx, 10*heavyCapacity), "what is heavier than a share takes the share")
	require.Equal(t, heavyShare, a.used)
	overloaded(t, (&room{admission: a, caller: "one"}).grow(ctx, 1))
	r.close()
	r.close()
	require.Zero(t, a.used)
}
