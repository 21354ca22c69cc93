package gormrelay_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormrelay "github.com/holotwin/holotwin/adapters/gorm/auth/relay"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/authtest"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/random"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestStore(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "relay", gormrelay.Migrations()))
		authtest.RunRelay(t, gormrelay.New(db))
	})
}

// prepare makes a database one of a process without the auth module.
func prepare(t *testing.T, db *database.Database) {
	t.Helper()
	require.NoError(t, db.Migrate(context.Background(), "relay", gormrelay.Migrations()))
	db.Audit(gormrelay.WriteEntry)
	require.NoError(t, db.Write.Exec("CREATE TABLE things (id TEXT PRIMARY KEY)").Error)
}

// change makes a change whose entry has the same target.
func change(db *database.Database, id string) error {
	ctx := audit.Begin(context.Background(), audit.Entry{At: time.Now(), Actor: "us_a", Action: "POST /things", Target: id, RequestID: "rq_" + id})
	return db.Transact(ctx, func(tx *gorm.DB) error { return tx.Exec("INSERT INTO things (id) VALUES (?)", id).Error })
}

// openAudit opens an audit in a database of its own, of the same kind as the other one.
func openAudit(t *testing.T, like database.Dialect) *gormauth.Store {
	t.Helper()
	url := databasetest.SQLite(t)
	if like == database.Postgres {
		url = databasetest.Postgres(t)
	}
	db, err := database.Open(context.Background(), database.Options{URL: url, Connections: 8})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.Migrate(context.Background(), "auth", gormauth.Migrations()))
	return gormauth.New(db)
}

// targets returns how often the audit has each target.
func targets(t *testing.T, store *gormauth.Store) map[string]int {
	t.Helper()
	found, err := store.Entries(context.Background(), auth.AuditQuery{Limit: 100_000})
	require.NoError(t, err)
	counts := map[string]int{}
	for _, e := range found {
		counts[e.Target]++
	}
	return counts
}

// TestTheEntryIsInTheTransactionOfTheChange makes a change with its entry, and one that fails.
func TestTheEntryIsInTheTransactionOfTheChange(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		prepare(t, db)
		store := openAudit(t, db.Dialect)
		relay := auth.NewRelay(gormrelay.New(db), store, clock.System{}, random.ID)
		db.OnAudited(relay.Wake)
		begun := time.Now().Add(-time.Millisecond)
		require.NoError(t, change(db, "a"))
		require.Len(t, relay.Wakes(), 1)
		require.Error(t, change(db, "a"), "there is one already")
		sent, err := relay.Send(ctx)
		require.NoError(t, err)
		require.Equal(t, 1, sent)
		found, err := store.Entries(ctx, auth.AuditQuery{Limit: 10})
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.WithinRange(t, found[0].At, begun, time.Now())
		found[0].At = time.Time{}
		require.Equal(t, auth.Entry{Actor: "us_a", Action: "POST /things", Target: "a", Request: "rq_a"}, found[0].Entry)
		require.NoError(t, db.Write.Exec("DROP TABLE relay_entries").Error)
		require.Error(t, change(db, "b"))
		var things int
		require.NoError(t, db.Read.Raw("SELECT COUNT(*) FROM things").Scan(&things).Error)
		require.Equal(t, 1, things, "without its entry nothing is changed")
	})
}

// unsteady fails every third call after the audit stored the entries, and every fifth before.
type unsteady struct {
	auth.AuditSink
	mu    sync.Mutex
	calls int
}

func (s *unsteady) Receive(ctx context.Context, entries []auth.RelayedEntry) error {
	s.mu.Lock()
	s.calls++
	call := s.calls
	s.mu.Unlock()
	if call%5 == 0 {
		return errors.New("away")
	}
	err := s.AuditSink.Receive(ctx, entries)
	if call%3 == 0 {
		return errors.Join(err, errors.New("the answer was lost"))
	}
	return err
}

// TestReplicasSendOnce lets three processes on one database change things and send the entries at once, over a connection that fails.
func TestReplicasSendOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		prepare(t, db)
		store := openAudit(t, db.Dialect)
		sink := &unsteady{AuditSink: store}
		const writers, each = 6, 30
		var writing, sending sync.WaitGroup
		failures := make(chan error, writers*each)
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					failures <- change(db, fmt.Sprintf("%d-%d", w, i))
				}
			})
		}
		written := make(chan struct{})
		for range 3 {
			relay := auth.NewRelay(gormrelay.New(db), sink, clock.System{}, random.ID)
			sending.Go(func() {
				for {
					_, _ = relay.Send(context.Background())
					select {
					case <-written:
						return
					case <-time.After(time.Millisecond):
					}
				}
			})
		}
		writing.Wait()
		close(written)
		sending.Wait()
		for range writers * each {
			require.NoError(t, <-failures)
		}
		_, err := auth.NewRelay(gormrelay.New(db), store, lateClock{}, random.ID).Send(context.Background())
		require.NoError(t, err)
		counts := targets(t, store)
		require.Len(t, counts, writers*each)
		for target, n := range counts {
			require.Equal(t, 1, n, target)
		}
		var waiting int
		require.NoError(t, db.Read.Raw("SELECT COUNT(*) FROM relay_entries").Scan(&waiting).Error)
		require.Zero(t, waiting)
	})
}

// lateClock shows the time after all claims that were made by now.
type lateClock struct{}

func (lateClock) Now() time.Time { return time.Now().Add(auth.RelayClaim) }
