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

func TestOneCallerCannotUseAllCapacity(t *testing.T) {
	a, ctx := newAdmission(), context.Background()
	require.NoError(t, a.acquire(ctx, "one", heavyPerCaller))
	overloaded(t, a.acquire(ctx, "one", 1))
	require.NoError(t, a.acquire(ctx, "other", heavyCapacity-heavyPerCaller))
	overloaded(t, a.acquire(ctx, "third", 1))
	a.release("one", heavyPerCaller)
	require.NoError(t, a.acquire(ctx, "third", 1))
	a.release("third", 1)
	a.release("other", heavyCapacity-heavyPerCaller)
	require.Zero(t, a.used)
	require.Empty(t, a.byCaller)
	require.Empty(t, a.waiting)
}

func TestWaitingRequestIsAdmittedAfterRelease(t *testing.T) {
	a, ctx := newAdmission(), context.Background()
	require.NoError(t, a.acquire(ctx, "one", heavyPerCaller))
	one := &waiter{caller: "one", weight: 2, admitted: make(chan struct{})}
	a.waiting = append(a.waiting, one)
	a.release("one", 2)
	<-one.admitted
	require.Equal(t, heavyPerCaller, a.used)
	require.NoError(t, a.stopWaiting(one), "a request that was admitted in the meantime stays admitted")
}

func TestQueueIsBounded(t *testing.T) {
	a, ctx := newAdmission(), context.Background()
	require.NoError(t, a.acquire(ctx, "one", heavyPerCaller))
	for range maxHeavyWaiting {
		a.waiting = append(a.waiting, &waiter{caller: "one", weight: 1, admitted: make(chan struct{})})
	}
	overloaded(t, a.acquire(ctx, "one", 1))
	require.Len(t, a.waiting, maxHeavyWaiting)
}

func TestReservationGrowsAndIsReleasedOnce(t *testing.T) {
	a, ctx := newAdmission(), context.Background()
	r := &reservation{admission: a, caller: "one"}
	require.NoError(t, r.grow(ctx, 1))
	require.NoError(t, r.grow(ctx, 10*heavyCapacity), "a greater weight counts as the maximum of a caller")
	require.Equal(t, heavyPerCaller, a.used)
	overloaded(t, (&reservation{admission: a, caller: "one"}).grow(ctx, 1))
	r.release()
	r.release()
	require.Zero(t, a.used)
}
