package events_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/events"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// follow runs a feed until the test ends.
func follow(t *testing.T, outbox *events.Outbox) *events.Feed {
	feed := events.NewFeed(outbox)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { feed.Run(ctx, func(err error) { assert.NoError(t, err) }) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return feed
}

func put(t *testing.T, db *database.Database, outbox *events.Outbox, all ...events.Event) {
	t.Helper()
	require.NoError(t, db.Transact(context.Background(), func(tx *gorm.DB) error { return outbox.Put(tx, all) }))
	outbox.Committed(nil)
}

func event(name string) events.Event {
	return events.Event{Kind: "reading", Device: name, Data: `{"device_id":"` + name + `"}`}
}

// read reads until there are n events.
func read(t *testing.T, r *events.Reader, n int) (names []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for len(names) < n {
		all, err := r.Next(ctx)
		require.NoError(t, err)
		require.NotEmpty(t, all, "after %d of %d", len(names), n)
		for _, e := range all {
			names = append(names, e.Device)
		}
	}
	return names
}

func newOutbox(t *testing.T, db *database.Database, now func() time.Time) *events.Outbox {
	t.Helper()
	require.NoError(t, db.Migrate(context.Background(), "events", events.Migrations()))
	return events.NewOutbox(db, now)
}

// TestReadersMissAndRepeatNothing lets writers commit in parallel, some slowly and some not at all, while readers of two
// processes connect, disconnect and reconnect. Each reader gets every committed event once, in the same order.
func TestReadersMissAndRepeatNothing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		outbox := newOutbox(t, db, time.Now)
		other := events.NewOutbox(db, time.Now) // another process: it is not informed of commits
		here, there := follow(t, outbox), follow(t, other)
		const writers, each = 6, 60
		begin, err := here.Read(ctx, nil)
		require.NoError(t, err)
		steady, err := there.Read(ctx, nil)
		require.NoError(t, err)
		var writing sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					_ = db.Transact(ctx, func(tx *gorm.DB) error {
						if err := outbox.Put(tx, []events.Event{event(fmt.Sprintf("%d-%d-a", w, i)), event(fmt.Sprintf("%d-%d-b", w, i))}); err != nil {
							return err
						}
						if w == 0 && i%5 == 0 {
							time.Sleep(5 * time.Millisecond) // its position is older than events that others commit in the meantime
						}
						if w == 1 && i%2 == 0 {
							return context.Canceled
						}
						return nil
					})
					outbox.Committed(nil)
				}
			})
		}
		const all = (writers*each - each/2) * 2
		var resumed []string
		at := begin.Position()
		for len(resumed) < all { // a reader that reconnects after every few events, on either process
			feed := here
			if len(resumed)%2 == 1 {
				feed = there
			}
			place, err := events.ParsePosition(at.String())
			require.NoError(t, err)
			r, err := feed.Read(ctx, &place)
			require.NoError(t, err)
			some, err := r.Next(ctx)
			require.NoError(t, err)
			some = some[:min(len(some), 7)]
			for _, e := range some {
				resumed = append(resumed, e.Device)
				at = e.Position
			}
			r.Close()
		}
		writing.Wait()
		straight := read(t, steady, all)
		require.Equal(t, straight, read(t, begin, all))
		require.Equal(t, straight, resumed)
		seen := make(map[string]bool)
		for _, name := range straight {
			require.False(t, seen[name], name)
			seen[name] = true
		}
		begin.Close()
		steady.Close()
	})
}

// TestSlowReader checks that a reader who is slower than the memory of the feed still gets everything.
func TestSlowReader(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		outbox := newOutbox(t, db, time.Now)
		feed := follow(t, outbox)
		slow, err := feed.Read(context.Background(), nil)
		require.NoError(t, err)
		defer slow.Close()
		quick, err := feed.Read(context.Background(), nil)
		require.NoError(t, err)
		defer quick.Close()
		const rows, perRow = 120, 100
		for i := range rows {
			var all []events.Event
			for k := range perRow {
				all = append(all, event(fmt.Sprintf("%d-%d", i, k)))
			}
			put(t, db, outbox, all...)
		}
		require.Len(t, read(t, quick, rows*perRow), rows*perRow)
		names := read(t, slow, rows*perRow)
		require.Len(t, names, rows*perRow)
		require.Equal(t, "0-0", names[0])
		require.Equal(t, fmt.Sprintf("%d-%d", rows-1, perRow-1), names[len(names)-1])
	})
}

// TestOldEventsExpire checks that old events are deleted, and that a reader with an old position gets an error.
func TestOldEventsExpire(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		now := time.Now()
		outbox := newOutbox(t, db, func() time.Time { return now })
		feed := follow(t, outbox)
		r, err := feed.Read(ctx, nil)
		require.NoError(t, err)
		put(t, db, outbox, event("a"))
		read(t, r, 1)
		place := r.Position()
		r.Close()
		now = now.Add(events.Retention - time.Minute)
		require.NoError(t, outbox.DeleteOld(ctx))
		put(t, db, outbox, event("b"))
		r, err = feed.Read(ctx, &place)
		require.NoError(t, err)
		require.Equal(t, []string{"b"}, read(t, r, 1))
		// A reader without events for hours keeps a valid position by the heartbeats.
		now = now.Add(5 * time.Hour)
		short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		none, err := r.Next(short)
		cancel()
		require.NoError(t, err)
		require.Empty(t, none)
		kept := r.Position()
		r.Close()
		require.NoError(t, outbox.DeleteOld(ctx))
		_, err = feed.Read(ctx, &place)
		require.ErrorIs(t, err, events.ErrExpired)
		put(t, db, outbox, event("c"))
		r, err = feed.Read(ctx, &kept)
		require.NoError(t, err)
		require.Equal(t, []string{"c"}, read(t, r, 1))
		r.Close()
	})
}

func TestParsePositionRejects(t *testing.T) {
	for _, text := range []string{"", "1", "1-2-3", "1-2-3-4-5", "a-1-1-1", "-1-1-1-1", "1-1-1-99999999999", "9223372036854775808-1-1-1"} {
		_, err := events.ParsePosition(text)
		require.ErrorIs(t, err, events.ErrNotAPosition, text)
	}
}
