package auth

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lines is an audit in memory.
type lines struct {
	all  []Entry
	away error
}

func (l *lines) Note(_ context.Context, entries ...Entry) error {
	if l.away == nil {
		l.all = append(l.all, entries...)
	}
	return l.away
}

func (l *lines) Entries(context.Context, AuditQuery) ([]Numbered, error) { return nil, nil }

func (l *lines) ForgetStrangers(context.Context, time.Time) error { return nil }

func (l *lines) of(actor, action string) (n int) {
	for _, e := range l.all {
		if e.Actor == actor && e.Action == action {
			n++
		}
	}
	return n
}

// handClock is set by hand.
type handClock struct{ now time.Time }

func (c *handClock) Now() time.Time { return c.now }

const someRoute = "DELETE /api/espacios/{id}"

func TestAFloodOfStrangersKeepsNoKnownCallerOut(t *testing.T) {
	ctx, audit, clock := context.Background(), &lines{}, &handClock{now: time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)}
	refusals := NewRefusals(audit, clock)
	for i := range 20_000 {
		require.NoError(t, refusals.Note(ctx, Entry{Action: someRoute, Client: fmt.Sprintf("10.%d.%d.1", i%200, i/200)}))
		if i%500 == 0 {
			require.NoError(t, refusals.Note(ctx, Entry{Actor: "us_viewer", Action: someRoute}))
			require.NoError(t, refusals.Note(ctx, Entry{Action: LoginRefused, Client: "192.0.2.1"}))
		}
	}
	require.Equal(t, 40, audit.of("us_viewer", someRoute), "all of a known caller's are kept")
	require.Equal(t, 40, audit.of("", LoginRefused), "other requests keep no refused login out")
	require.Equal(t, allowedStrangers.burst, audit.of("", someRoute))
	for _, e := range audit.all {
		require.True(t, e.Refused)
	}
}

func TestRefusalsAreBoundedAndCounted(t *testing.T) {
	ctx, audit, clock := context.Background(), &lines{}, &handClock{now: time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)}
	refusals := NewRefusals(audit, clock)
	for range allowedCaller.burst + 250 {
		require.NoError(t, refusals.Note(ctx, Entry{Actor: "us_viewer", Action: someRoute}))
	}
	for range allowedNetwork.burst + 30 { // one client has a whole IPv6 network
		require.NoError(t, refusals.Note(ctx, Entry{Action: someRoute, Client: fmt.Sprintf("2001:db8::%x", len(audit.all))}))
	}
	require.Equal(t, allowedCaller.burst, audit.of("us_viewer", someRoute))
	require.Equal(t, allowedNetwork.burst, audit.of("", someRoute))

	audit.away = errors.New("the disk is full")
	require.Error(t, refusals.CountLeftOut(ctx))
	audit.away = nil
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
	require.Equal(t, allowedCaller.burst+allowedCaller.perMinute, audit.of("us_viewer", someRoute), "some come back every minute")
	clock.now = clock.now.Add(24 * time.Hour)
	require.NoError(t, refusals.CountLeftOut(ctx))
	require.Empty(t, refusals.callers, "who has all back is forgotten")
	require.Empty(t, refusals.networks)
}
