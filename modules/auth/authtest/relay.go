package authtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// receives sends entries of another process twice, and once more in another batch: each is stored once, in the order of its first
// arrival, with its own time.
func receives(t *testing.T, store Store) {
	ctx := context.Background()
	const action = "POST /relayed"
	entry := func(id, target string, at time.Time) auth.RelayedEntry {
		return auth.RelayedEntry{ID: id, Entry: auth.Entry{At: at, Actor: "us_a", Action: action, Target: target, Detail: "d", Client: "192.0.2.1", Request: "rq_" + id}}
	}
	refused := auth.RelayedEntry{ID: "au_3", Entry: auth.Entry{At: begun.Add(-time.Minute), Action: action, Target: "3", Refused: true}}
	first := []auth.RelayedEntry{entry("au_1", "1", begun), entry("au_2", "2", begun.Add(-time.Hour))}
	second := []auth.RelayedEntry{entry("au_2", "2", begun.Add(-time.Hour)), refused, entry("au_1", "1", begun), refused, entry("au_4", "4", begun.Add(7*time.Millisecond))}
	require.NoError(t, store.Receive(ctx, nil))
	require.NoError(t, store.Receive(ctx, first))
	require.NoError(t, store.Note(ctx, auth.Entry{At: begun, Action: action, Target: "own"}, auth.Entry{At: begun, Action: action, Target: "own"}))
	require.NoError(t, store.Receive(ctx, first))
	require.NoError(t, store.Receive(ctx, second))
	require.ErrorIs(t, store.Receive(ctx, []auth.RelayedEntry{entry("au_5", "5", begun), entry("", "6", begun)}), auth.ErrNoEntryID)

	found, err := store.Entries(ctx, auth.AuditQuery{Action: action, Limit: 100})
	require.NoError(t, err)
	var targets []string
	for i, e := range found {
		targets = append(targets, e.Target)
		require.True(t, i == 0 || e.Number < found[i-1].Number)
	}
	require.Equal(t, []string{"4", "3", "own", "own", "2", "1"}, targets)
	require.Equal(t, entry("au_4", "4", begun.Add(7*time.Millisecond)).Entry, found[0].Entry)
	require.Equal(t, refused.Entry, found[1].Entry)
	require.Equal(t, first[1].Entry, found[4].Entry)
	require.NoError(t, store.ForgetStrangers(ctx, begun))
	rest, err := store.Entries(ctx, auth.AuditQuery{Action: action, Target: "3", Limit: 1})
	require.NoError(t, err)
	require.Empty(t, rest, "strangers that another process refused are forgotten too")
}

// receivesAtOnce sends the same entries from several processes at once.
func receivesAtOnce(t *testing.T, store Store) {
	ctx := context.Background()
	const senders, each = 8, 20
	var entries []auth.RelayedEntry
	for i := range each {
		entries = append(entries, auth.RelayedEntry{ID: fmt.Sprintf("au_once_%d", i), Entry: auth.Entry{At: begun, Action: "POST /once", Target: fmt.Sprint(i)}})
	}
	failures := make(chan error, senders)
	for range senders {
		go func() { failures <- store.Receive(ctx, entries) }()
	}
	for range senders {
		require.NoError(t, <-failures)
	}
	found, err := store.Entries(ctx, auth.AuditQuery{Action: "POST /once", Limit: 2 * each})
	require.NoError(t, err)
	require.Len(t, found, each)
	for i, e := range found {
		require.Equal(t, fmt.Sprint(each-1-i), e.Target)
	}
}

// RunRelay checks an adapter of auth.RelayStore on an empty store.
func RunRelay(t *testing.T, store auth.RelayStore) {
	t.Run("entries wait in their order until they are acknowledged", func(t *testing.T) { entriesWait(t, store) })
	t.Run("one process sends at a time", func(t *testing.T) { claims(t, store) })
	t.Run("waiting entries of strangers are deleted", func(t *testing.T) { waitingStrangers(t, store) })
	t.Run("texts that a database refuses are replaced", func(t *testing.T) { refusedTexts(t, store) })
}

// targetsOf returns the targets of entries.
func targetsOf(entries []auth.RelayedEntry) (targets []string) {
	for _, e := range entries {
		targets = append(targets, e.Target)
	}
	return targets
}

func idsOf(entries []auth.RelayedEntry) (ids []string) {
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	return ids
}

// claim returns what a holder may send now.
func claim(t *testing.T, store auth.RelayStore, holder string, now time.Time, limit int) []auth.RelayedEntry {
	t.Helper()
	entries, err := store.Claim(context.Background(), holder, now, limit)
	require.NoError(t, err)
	return entries
}

// empty acknowledges all that is left.
func empty(t *testing.T, store auth.RelayStore, holder string, now time.Time) {
	t.Helper()
	require.NoError(t, store.Acknowledge(context.Background(), holder, idsOf(claim(t, store, holder, now, 1000))))
}

func entriesWait(t *testing.T, store auth.RelayStore) {
	ctx := context.Background()
	require.Empty(t, claim(t, store, "a", begun, 10))
	require.NoError(t, store.Note(ctx))
	full := auth.Entry{At: begun.Add(3 * time.Millisecond), Actor: "us_a", Action: "x", Target: "1", Detail: "403", Client: "127.0.0.1", Request: "rq_1", Refused: true}
	require.NoError(t, store.Note(ctx, full, auth.Entry{At: begun, Action: "x", Target: "2"}))
	require.NoError(t, store.Note(ctx, auth.Entry{At: begun.Add(-time.Hour), Action: "x", Target: "3"}))
	oldest := claim(t, store, "a", begun, 2)
	require.Equal(t, []string{"1", "2"}, targetsOf(oldest))
	require.Equal(t, full, oldest[0].Entry)
	require.NotEmpty(t, oldest[0].ID)
	require.NotEqual(t, oldest[0].ID, oldest[1].ID)
	require.Equal(t, oldest, claim(t, store, "a", begun, 2), "the same entries, with the same ids, until they are acknowledged")
	require.NoError(t, store.Acknowledge(ctx, "a", idsOf(oldest[1:])))
	require.Equal(t, []string{"1", "3"}, targetsOf(claim(t, store, "a", begun, 10)))
	require.NoError(t, store.Acknowledge(ctx, "a", nil))
	require.NoError(t, store.Acknowledge(ctx, "a", idsOf(oldest)), "one of them is deleted already")
	require.Equal(t, []string{"3"}, targetsOf(claim(t, store, "a", begun, 10)))
	empty(t, store, "a", begun)
	require.Empty(t, claim(t, store, "a", begun, 10))
}

func claims(t *testing.T, store auth.RelayStore) {
	ctx := context.Background()
	require.NoError(t, store.Note(ctx, auth.Entry{At: begun, Action: "x", Target: "1"}, auth.Entry{At: begun, Action: "x", Target: "2"}))
	first := claim(t, store, "a", begun, 1)
	require.Len(t, first, 1)
	require.Empty(t, claim(t, store, "b", begun.Add(auth.RelayClaim-time.Millisecond), 1))
	require.Len(t, claim(t, store, "a", begun.Add(time.Second), 1), 1, "a holder extends its claim")
	require.Empty(t, claim(t, store, "b", begun.Add(auth.RelayClaim), 1))
	require.NoError(t, store.Acknowledge(ctx, "b", nil))
	require.Empty(t, claim(t, store, "b", begun.Add(auth.RelayClaim), 1), "only its holder ends a claim")
	require.NoError(t, store.Acknowledge(ctx, "a", idsOf(first)))
	require.Equal(t, []string{"2"}, targetsOf(claim(t, store, "b", begun.Add(time.Second), 10)), "an acknowledged claim has ended")
	require.Empty(t, claim(t, store, "a", begun.Add(time.Second), 10))
	require.Len(t, claim(t, store, "a", begun.Add(time.Second).Add(auth.RelayClaim), 10), 1, "a holder that was killed keeps nothing")
	require.Len(t, claim(t, store, "b", begun.Add(-time.Hour), 10), 1, "nor does one whose clock is ahead")
	empty(t, store, "b", begun.Add(-time.Hour))
}

func waitingStrangers(t *testing.T, store auth.RelayStore) {
	ctx := context.Background()
	old := begun.Add(-time.Hour)
	require.NoError(t, store.Note(ctx,
		auth.Entry{At: old, Action: "x", Target: "stranger", Refused: true},
		auth.Entry{At: old, Action: "x", Target: "done"},
		auth.Entry{At: old, Actor: "us_a", Action: "x", Target: "known", Refused: true},
		auth.Entry{At: begun, Action: "x", Target: "new", Refused: true},
	))
	require.NoError(t, store.ForgetStrangers(ctx, begun))
	require.Equal(t, []string{"done", "known", "new"}, targetsOf(claim(t, store, "a", begun, 10)))
	empty(t, store, "a", begun)
}

func refusedTexts(t *testing.T, store auth.RelayStore) {
	require.NoError(t, store.Note(context.Background(), auth.Entry{At: begun, Action: "GET /x", Target: "/x/\x00\xff/ñ"}))
	require.Equal(t, []string{"/x/\uFFFD\uFFFD/ñ"}, targetsOf(claim(t, store, "a", begun, 10)))
	empty(t, store, "a", begun)
}
