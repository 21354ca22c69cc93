package auth_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	memoryauth "github.com/holotwin/holotwin/adapters/memory/auth"
	"github.com/holotwin/holotwin/modules/auth"
)

var errAway = errors.New("the auth service is unavailable")

// faultySink passes entries to an audit, and fails before or after it stored them.
type faultySink struct {
	auth.AuditSink
	before, after error
	// calls and largest are the number of calls and the most entries of one.
	calls, largest int
}

func (s *faultySink) Receive(ctx context.Context, entries []auth.RelayedEntry) error {
	s.calls++
	s.largest = max(s.largest, len(entries))
	if s.before != nil {
		return s.before
	}
	return errors.Join(s.AuditSink.Receive(ctx, entries), s.after)
}

// relayFixture is an audit, and a process without the auth module that sends to it.
type relayFixture struct {
	audit *memoryauth.Store
	store *memoryauth.RelayStore
	sink  *faultySink
	now   time.Time
	named int
}

func newRelayFixture() *relayFixture {
	audit := memoryauth.New()
	return &relayFixture{audit: audit, store: memoryauth.NewRelayStore(), sink: &faultySink{AuditSink: audit}, now: time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)}
}

func (f *relayFixture) Now() time.Time { return f.now }

// relay returns the relay of one more replica.
func (f *relayFixture) relay() *auth.Relay {
	return auth.NewRelay(f.store, f.sink, f, func(prefix string) string {
		f.named++
		return fmt.Sprintf("%s_%d", prefix, f.named)
	})
}

// received returns the targets of the audit, in the order of their numbers.
func (f *relayFixture) received(t require.TestingT) []string {
	found, err := f.audit.Entries(context.Background(), auth.AuditQuery{Limit: 1_000_000})
	require.NoError(t, err)
	targets := make([]string, len(found))
	for i, e := range found {
		targets[len(found)-1-i] = e.Target
	}
	return targets
}

// TestEntriesWaitForTheAuthService notes 250 entries while the auth service is unavailable for an hour, and then for ever after each
// entry was stored: each is in the audit once, in its order.
func TestEntriesWaitForTheAuthService(t *testing.T) {
	ctx, f := context.Background(), newRelayFixture()
	relay := f.relay()
	sent, err := relay.Send(ctx)
	require.NoError(t, err)
	require.Zero(t, sent)
	require.Zero(t, f.sink.calls, "nothing waits, so nothing is sent")
	f.sink.before = errAway
	var noted []string
	for i := range 250 {
		noted = append(noted, fmt.Sprint(i))
		require.NoError(t, relay.Note(ctx, auth.Entry{At: f.now, Action: "x", Target: fmt.Sprint(i)}))
		f.now = f.now.Add(15 * time.Second)
		if i%50 == 0 {
			_, err := relay.Send(ctx)
			require.ErrorIs(t, err, errAway)
		}
	}
	require.Equal(t, 5, f.sink.calls, "a failed call is not repeated at once")
	require.Empty(t, f.received(t))
	f.sink.before, f.sink.after = nil, errAway
	for range 3 {
		_, err := relay.Send(ctx)
		require.ErrorIs(t, err, errAway)
	}
	f.sink.after = nil
	sent, err = relay.Send(ctx)
	require.NoError(t, err)
	require.Equal(t, 250, sent)
	require.Equal(t, noted, f.received(t))
	require.Equal(t, 100, f.sink.largest)
	calls := f.sink.calls
	sent, err = relay.Send(ctx)
	require.NoError(t, err)
	require.Zero(t, sent)
	require.Equal(t, calls, f.sink.calls)
}

// TestRelayCallsAreSmall sends entries with long texts: each call fits into a request.
func TestRelayCallsAreSmall(t *testing.T) {
	ctx, f := context.Background(), newRelayFixture()
	relay := f.relay()
	long := auth.Entry{Action: "x", Target: strings.Repeat("x", 30<<10)}
	require.NoError(t, relay.Note(ctx, long, long, long, long, long, auth.Entry{Target: strings.Repeat("x", 200<<10)}, long))
	sent, err := relay.Send(ctx)
	require.NoError(t, err)
	require.Equal(t, 7, sent)
	require.Equal(t, 4, f.sink.largest)
	require.Equal(t, 4, f.sink.calls, "4 entries, 1, 1 that is larger than a call should be, 1")
	require.Len(t, f.received(t), 7)
}

// TestNotedEntriesWakeTheRelay checks that a note wakes the job that sends.
func TestNotedEntriesWakeTheRelay(t *testing.T) {
	relay := newRelayFixture().relay()
	require.NoError(t, relay.Note(context.Background()))
	require.Empty(t, relay.Wakes())
	for range 3 {
		require.NoError(t, relay.Note(context.Background(), auth.Entry{Action: "x"}))
	}
	require.Len(t, relay.Wakes(), 1)
}

// TestRelayedRefusalsAreBounded refuses a flood of unknown callers, and more requests of one known caller than are noted, while the auth
// service is unavailable: as many entries wait as the audit would get, and what was left out is counted.
func TestRelayedRefusalsAreBounded(t *testing.T) {
	ctx, f := context.Background(), newRelayFixture()
	relay := f.relay()
	refusals := auth.NewRefusals(relay, f)
	f.sink.before = errAway
	for i := range 20_000 {
		require.NoError(t, refusals.Note(ctx, auth.Entry{At: f.now, Action: "GET /x", Client: fmt.Sprintf("10.%d.%d.1", i%200, i/200)}))
		if i%10 == 0 {
			require.NoError(t, refusals.Note(ctx, auth.Entry{At: f.now, Actor: "us_viewer", Action: "GET /x"}))
		}
	}
	require.NoError(t, refusals.CountLeftOut(ctx))
	_, err := relay.Send(ctx)
	require.ErrorIs(t, err, errAway)
	f.sink.before = nil
	sent, err := relay.Send(ctx)
	require.NoError(t, err)
	require.Equal(t, 600+1000+2, sent)
	left, err := f.audit.Entries(ctx, auth.AuditQuery{Action: auth.RefusalsLeftOut, Limit: 10})
	require.NoError(t, err)
	counts := map[string]string{}
	for _, e := range left {
		require.True(t, e.Refused)
		counts[e.Actor] = e.Detail
	}
	require.Equal(t, map[string]string{"": "19400", "us_viewer": "1000"}, counts)
	require.NoError(t, f.audit.ForgetStrangers(ctx, f.now.Add(time.Second)))
	require.Len(t, f.received(t), 1001, "the audit knows entries of strangers as such, and forgets them")
}

// TestEntriesArriveOnce sends from up to three replicas that fail before or after an entry is stored, that stop for a while, or whose
// clocks differ: each entry is in the audit once, in its order.
func TestEntriesArriveOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, f := context.Background(), newRelayFixture()
		replicas := []*auth.Relay{f.relay(), f.relay(), f.relay()}
		var noted []string
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			relay := rapid.SampledFrom(replicas).Draw(t, "replica")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				for range rapid.SampledFrom([]int{1, 2, 150}).Draw(t, "noted") {
					noted = append(noted, fmt.Sprint(len(noted)))
					require.NoError(t, relay.Note(ctx, auth.Entry{At: f.now, Target: noted[len(noted)-1]}))
				}
			case 2:
				f.now = f.now.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "seconds")) * auth.RelayClaim / 2)
			default:
				f.sink.before = rapid.SampledFrom([]error{nil, nil, errAway}).Draw(t, "before")
				f.sink.after = rapid.SampledFrom([]error{nil, nil, errAway}).Draw(t, "after")
				_, _ = relay.Send(ctx)
			}
		}
		f.sink.before, f.sink.after = nil, nil
		f.now = f.now.Add(time.Hour)
		_, err := replicas[0].Send(ctx)
		require.NoError(t, err)
		require.Equal(t, len(noted), len(f.received(t)))
		for i, target := range f.received(t) {
			require.Equal(t, noted[i], target)
		}
	})
}
