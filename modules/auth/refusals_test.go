package auth

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// memoryAudit is an audit in memory.
type memoryAudit struct {
	all     []Entry
	failure error
}

func (l *memoryAudit) Note(_ context.Context, entries ...Entry) error {
	if l.failure == nil {
		l.all = append(l.all, entries...)
	}
	return l.failure
}

func (l *memoryAudit) ForgetStrangers(context.Context, time.Time) error { return nil }

func (l *memoryAudit) count(actor, action string) (n int) {
	for _, e := range l.all {
		if e.Actor == actor && e.Action == action {
			n++
		}
	}
	return n
}

// manualClock is set by hand.
type manualClock struct{ now time.Time }

func (c *manualClock) Now() time.Time { return c.now }

const someRoute = "DELETE /api/espacios/{id}"

func TestAFloodOfStrangersKeepsNoKnownCallerOut(t *testing.T) {
	ctx, audit, clock := context.Background(), &memoryAudit{}, &manualClock{now: time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)}
	refusals := NewRefusals(audit, clock)
	for i := range 20_000 {
		require.NoError(t, refusals.Note(ctx, Entry{Action: someRoute, Client: fmt.Sprintf("10.%d.%d.1", i%200, i/200)}))
		if i%500 == 0 {
			require.NoError(t, refusals.Note(ctx, Entry{Actor: "us_viewer", Action: someRoute}))
			require.NoError(t, refusals.Note(ctx, Entry{Action: LoginRefused, Client: "192.0.2.1"}))
		}
	}
	require.Equal(t, 40, audit.count("us_viewer", someRoute), "all entries of a known caller are stored")
	require.Equal(t, 40, audit.count("", LoginRefused), "other requests do not suppress entries of refused logins")
	require.Equal(t, strangersAllowance.burst, audit.count("", someRoute))
	for _, e := range audit.all {
		require.True(t, e.Refused)
	}
}

func TestRefusalsAreBoundedAndCounted(t *testing.T) {
	ctx, audit, clock := context.Background(), &memoryAudit{}, &manualClock{now: time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)}
	refusals := NewRefusals(audit, clock)
	for range callerAllowance.burst + 250 {
		require.NoError(t, refusals.Note(ctx, Entry{Actor: "us_viewer", Action: someRoute}))
	}
	for range networkAllowance.burst + 30 { // one client has a whole IPv6 network
		require.NoError(t, refusals.Note(ctx, Entry{Action: someRoute, Client: fmt.Sprintf("2001:db8::%x", len(audit.all))}))
	}
	require.Equal(t, callerAllowance.burst, audit.count("us_viewer", someRoute))
	require.Equal(t, networkAllowance.burst, audit.count("", someRoute))

	audit.failure = errors.New("the disk is full")
	require.Error(t, refusals.CountLeftOut(ctx))
	audit.failure = nil
	require.NoError(t, refusals.CountLeftOut(ctx))
	require.NoError(t, refusals.CountLeftOut(ctx), "nothing is counted twice")
	counts := make(map[string]string)
	for _, e := range audit.all {
		if e.Action == RefusalsLeftOut {
			counts[e.Actor] = e.Detail
		}
	}
	require.Equal(t, map[string]string{"us_viewer": "250", "": "30"}, counts)

	clock.now = clock.now.Add(time.Minute)
	for range 100 {
		require.NoError(t, refusals.Note(ctx, Entry{Actor: "us_viewer", Action: someRoute}))
	}
	require.Equal(t, callerAllowance.burst+callerAllowance.perMinute, audit.count("us_viewer", someRoute), "the allowance grows every minute")
	clock.now = clock.now.Add(24 * time.Hour)
	require.NoError(t, refusals.CountLeftOut(ctx))
	require.Empty(t, refusals.callers, "a caller with a full allowance is deleted")
	require.Empty(t, refusals.networks)
}
