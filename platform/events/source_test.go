package events_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/events"
)

// received returns events as another database sends them, of a position for each name.
func received(at time.Time, names ...string) (all []events.Event) {
	for i, name := range names {
		e := event(name)
		e.Position = events.Position{MadeAt: at.UnixMilli(), Number: uint64(i) + 1, Index: 1}
		all = append(all, e)
	}
	return all
}

// TestReceivedEventsAreStoredOnce receives the same events several times at once, whole and in parts, of two sources.
func TestReceivedEventsAreStoredOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		outbox := newOutbox(t, db, time.Now)
		reader, err := follow(t, outbox).Read(ctx, nil)
		require.NoError(t, err)
		defer reader.Close()
		all := received(time.Now(), "a", "b", "c", "d", "e")
		var stored atomic.Int64
		var receiving sync.WaitGroup
		for i := range 12 {
			receiving.Go(func() {
				n, err := outbox.Receive(ctx, "src_1", all[:2+i%4])
				if err != nil {
					t.Error(err)
				}
				stored.Add(int64(n))
			})
		}
		receiving.Wait()
		require.EqualValues(t, len(all), stored.Load())
		require.Equal(t, []string{"a", "b", "c", "d", "e"}, read(t, reader, len(all)))
		twice := append(received(time.Now(), "f"), received(time.Now(), "f")...)
		twice[1].Position = twice[0].Position
		n, err := outbox.Receive(ctx, "src_2", twice)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, []string{"f"}, read(t, reader, 1))
	})
}

// TestOwnEventsAreNotReceived publishes and receives on one database, as processes do that share it: its readers have the events already.
func TestOwnEventsAreNotReceived(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		outbox := newOutbox(t, db, time.Now)
		own, err := events.NewSource(outbox).Progress(t.Context())
		require.NoError(t, err)
		for source, want := range map[string]int{own.Source: 0, "src_other": 1} {
			n, err := outbox.Receive(t.Context(), source, received(time.Now(), "a"))
			require.NoError(t, err)
			require.Equal(t, want, n, source)
		}
	})
}

// TestReceivedEventsAreForgottenWhenTheyCannotComeAgain lets an event come again at every age: it is stored once.
func TestReceivedEventsAreForgottenWhenTheyCannotComeAgain(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		now := time.Now()
		outbox := newOutbox(t, db, func() time.Time { return now })
		all := received(now, "a")
		count := func() (n int) {
			require.NoError(t, db.Read.Raw("SELECT count(*) FROM events_received").Row().Scan(&n))
			return n
		}
		for age := time.Duration(0); age < 5*events.Retention; age += 10 * time.Minute {
			require.NoError(t, outbox.DeleteOld(ctx))
			n, err := outbox.Receive(ctx, "src_1", all)
			require.NoError(t, err)
			require.Equal(t, age == 0, n == 1, "stored at the age of %s", age)
			now = now.Add(10 * time.Minute)
		}
		require.NoError(t, outbox.DeleteOld(ctx))
		require.Zero(t, count())
	})
}

func TestReceiveRejects(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		outbox := newOutbox(t, db, time.Now)
		for name, e := range map[string]events.Event{
			"a line in data": {Kind: "reading", Data: "{}\nreading\t\t\t{}"}, "a tab in the space": {Kind: "reading", Space: "a\tb", Data: "{}"},
			"no kind": {Data: "{}"}, "no JSON": {Kind: "reading", Data: "{"},
		} {
			_, err := outbox.Receive(context.Background(), "src_1", []events.Event{e})
			require.ErrorIs(t, err, events.ErrNotReceivable, name)
		}
		_, err := outbox.Receive(context.Background(), "", received(time.Now(), "a"))
		require.ErrorIs(t, err, events.ErrNotReceivable)
	})
}

func TestUnmarshalReadsWhatMarshalWrote(t *testing.T) {
	all := received(time.Now(), "a", "b")
	all[1].Space, all[1].Data = "sp", `{"text":"a\tb"}`
	got, err := events.Unmarshal(events.Marshal(all))
	require.NoError(t, err)
	require.Equal(t, all, got)
	for _, text := range []string{"", "1-1-1-1", "x\ta\tb\tc\td", "\n"} {
		_, err := events.Unmarshal([]byte(text))
		require.ErrorIs(t, err, events.ErrNotReceivable, text)
	}
}

// TestASourceReadsItsOwnEventsOnce reads as two replicas do, which share the progress; what came from another database is left out.
func TestASourceReadsItsOwnEventsOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		outbox := newOutbox(t, db, time.Now)
		first, second := events.NewSource(outbox), events.NewSource(outbox)
		from, err := first.Progress(ctx)
		require.NoError(t, err)
		again, err := second.Progress(ctx)
		require.NoError(t, err)
		require.Equal(t, from, again, "both are the same source")
		put(t, db, outbox, event("a"), event("b"))
		_, err = outbox.Receive(ctx, "src_other", received(time.Now(), "x"))
		require.NoError(t, err)
		put(t, db, outbox, event("c"))
		_, err = outbox.Receive(ctx, "src_other", received(time.Now(), "x", "y"))
		require.NoError(t, err)
		var names []string
		to := from
		for {
			all, upTo, err := first.After(ctx, to.Position)
			require.NoError(t, err)
			if upTo == to.Position {
				break
			}
			for _, e := range all {
				names = append(names, e.Device)
			}
			to.Position = upTo
		}
		require.Equal(t, []string{"a", "b", "c"}, names)
		to.Stream, to.Sequence = "s", 3
		advanced, err := first.Advance(ctx, from, to)
		require.NoError(t, err)
		require.True(t, advanced)
		advanced, err = second.Advance(ctx, from, to)
		require.NoError(t, err)
		require.False(t, advanced, "the other was quicker")
		stored, err := second.Progress(ctx)
		require.NoError(t, err)
		require.Equal(t, to, stored)
	})
}

// TestASourceKnowsARestoredDatabase has a position of a server whose transactions were further than this one's.
func TestASourceKnowsARestoredDatabase(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		outbox := newOutbox(t, db, time.Now)
		source := events.NewSource(outbox)
		for i := range 3 {
			put(t, db, outbox, event(fmt.Sprint(i)))
		}
		_, upTo, err := source.After(ctx, events.Position{})
		require.NoError(t, err)
		for position, want := range map[events.Position]bool{
			{}: false, upTo: false, {MadeAt: 1, Transaction: 1 << 40, Number: 1}: db.Dialect == database.Postgres,
		} {
			restored, err := source.Restored(ctx, position)
			require.NoError(t, err)
			require.Equal(t, want, restored, position)
		}
	})
}
