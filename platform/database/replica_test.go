package database_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
)

// pair is a primary and a standby of their own, and a database that reads from the standby.
type pair struct {
	primary, standby *pgserver.Server
	db               *database.Database
	announced        chan string
}

func newPair(t *testing.T) *pair {
	t.Helper()
	ctx := t.Context()
	p := &pair{announced: make(chan string, 100)}
	var err error
	p.primary, err = pgserver.Start(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.primary.Stop() })
	p.standby, err = p.primary.StartReplica(ctx, "max_standby_streaming_delay=0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.standby.Stop() })
	p.db = p.open(t)
	require.NoError(t, p.db.Migrate(ctx, "things", migrations))
	databasetest.AwaitReplica(t, p.db, database.Following)
	return p
}

func (p *pair) open(t *testing.T) *database.Database {
	t.Helper()
	db, err := database.Open(t.Context(), database.Options{
		URL: p.primary.URL, ReadURL: p.standby.URL, Connections: 4,
		OnReplica: func(c database.Condition, reason string) { p.announced <- string(c) + ": " + reason },
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func (p *pair) onStandby(t *testing.T, statement string) {
	t.Helper()
	require.NoError(t, p.standby.Run(t.Context(), "psql", "-c", statement))
}

func insert(t *testing.T, db *database.Database, id string) {
	t.Helper()
	require.NoError(t, db.Transact(context.Background(), func(tx *gorm.DB) error { return tx.Create(&thing{ID: id, N: 1}).Error }))
}

// count counts the things in a snapshot, and reports whether the replica answered.
func count(t *testing.T, db *database.Database) (n int64, byReplica bool) {
	t.Helper()
	require.NoError(t, db.Snapshot(context.Background(), func(tx *gorm.DB) error {
		n = 0
		if err := tx.Raw("SELECT pg_is_in_recovery()").Scan(&byReplica).Error; err != nil {
			return err
		}
		return tx.Model(&thing{}).Count(&n).Error
	}))
	return n, byReplica
}

// TestTheReplicaShowsAllThatIsCommitted writes through one process and reads through another one at once, again and again, while the
// replica's replay is paused and resumed. Each read shows all that was written before it, whoever answers; and the replica answers most of
// them when it may.
func TestTheReplicaShowsAllThatIsCommitted(t *testing.T) {
	p := newPair(t)
	other := p.open(t)
	databasetest.AwaitReplica(t, other, database.Following)
	written := int64(0)
	round := func() (byReplica int) {
		for i := range 50 {
			insert(t, p.db, string(rune('a'+i%26))+time.Now().Format(time.RFC3339Nano))
			written++
			for _, db := range []*database.Database{p.db, other} {
				n, replica := count(t, db)
				require.Equal(t, written, n)
				if replica {
					byReplica++
				}
			}
		}
		return byReplica
	}
	require.Greater(t, round(), 50, "of 100")
	p.onStandby(t, "SELECT pg_wal_replay_pause()")
	require.Less(t, round(), 5, "while paused, the primary answers")
	databasetest.AwaitReplica(t, p.db, database.Behind)
	state, _ := p.db.Replica()
	require.Positive(t, state.LagBytes)
	require.Positive(t, state.LagTime)
	require.Equal(t, "behind: it is behind", <-p.announced)
	p.onStandby(t, "SELECT pg_wal_replay_resume()")
	databasetest.AwaitReplica(t, p.db, database.Following)
	databasetest.AwaitReplica(t, other, database.Following)
	require.Greater(t, round(), 50, "of 100")
	time.Sleep(time.Second)
	_, replica := count(t, p.db)
	require.True(t, replica, "an idle primary is no lag")
	state, _ = p.db.Replica()
	require.Zero(t, state.LagTime)
}

// TestAReplicaThatIsAway kills the replica under reads, and starts it again.
func TestAReplicaThatIsAway(t *testing.T) {
	p := newPair(t)
	insert(t, p.db, "a")
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					var n int64
					err := p.db.Report(context.Background(), func(db *gorm.DB) error { return db.Model(&thing{}).Count(&n).Error })
					assert.NoError(t, err)
					assert.GreaterOrEqual(t, n, int64(1))
				}
			}
		})
	}
	require.NoError(t, p.standby.Kill())
	databasetest.AwaitReplica(t, p.db, database.Away)
	require.Contains(t, <-p.announced, "away: ")
	insert(t, p.db, "b")
	require.NoError(t, p.standby.Restart(t.Context()))
	databasetest.AwaitReplica(t, p.db, database.Following)
	close(done)
	readers.Wait()
	n, replica := count(t, p.db)
	require.Equal(t, int64(2), n)
	require.True(t, replica)
}

// TestAReplicaThatIsSlow freezes the replica: reads take half a second at most, and then no time.
func TestAReplicaThatIsSlow(t *testing.T) {
	p := newPair(t)
	insert(t, p.db, "a")
	require.NoError(t, p.standby.Freeze())
	for range 5 {
		n, replica := count(t, p.db)
		require.Equal(t, int64(1), n)
		require.False(t, replica)
	}
	require.NoError(t, p.standby.Thaw())
	databasetest.AwaitReplica(t, p.db, database.Following)
}

// TestACancelledReadBeginsAgain lets the replica cancel a read because of what it replays: the primary answers.
func TestACancelledReadBeginsAgain(t *testing.T) {
	p := newPair(t)
	insert(t, p.db, "a")
	var tries []bool
	var n int64
	require.NoError(t, p.db.Snapshot(t.Context(), func(tx *gorm.DB) error {
		var replica bool
		if err := tx.Raw("SELECT pg_is_in_recovery() FROM things").Scan(&replica).Error; err != nil {
			return err
		}
		if tries = append(tries, replica); replica {
			if err := p.db.Write.Exec("ALTER TABLE things ADD COLUMN more BIGINT").Error; err != nil {
				return err
			}
			return tx.Exec("SELECT pg_sleep(20)").Error
		}
		return tx.Model(&thing{}).Count(&n).Error
	}))
	require.Equal(t, []bool{true, false}, tries)
	require.Equal(t, int64(1), n)
	state, _ := p.db.Replica()
	require.Equal(t, uint64(1), state.Reads[database.Answer{Reason: "failed"}])
}

// TestAPromotedReplicaIsRefused promotes the replica, which then takes writes of its own: they are in no answer.
func TestAPromotedReplicaIsRefused(t *testing.T) {
	p := newPair(t)
	insert(t, p.db, "a")
	require.NoError(t, p.standby.Promote(t.Context()))
	p.onStandby(t, "INSERT INTO things SELECT generate_series(1, 100), 1")
	for range 20 {
		n, replica := count(t, p.db)
		require.Equal(t, int64(1), n)
		require.False(t, replica)
	}
	databasetest.AwaitReplica(t, p.db, database.Refused)
	require.Contains(t, <-p.announced, "refused: it is not a standby")
	again := p.open(t) // a start is not refused
	n, _ := count(t, again)
	require.Equal(t, int64(1), n)
}

// TestAReplicaOfAnotherTimelineIsRefused promotes one of two standbys. The other one still follows the former primary, and may be as far in
// its log, with other content.
func TestAReplicaOfAnotherTimelineIsRefused(t *testing.T) {
	p := newPair(t)
	promoted, err := p.primary.StartReplica(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = promoted.Stop() })
	require.NoError(t, promoted.Promote(t.Context()))
	insert(t, p.db, "only before")
	for i := range 50 { // so that the former timeline's log is longer
		insert(t, p.db, string(rune('A'+i)))
	}
	db, err := database.Open(t.Context(), database.Options{URL: promoted.URL, ReadURL: p.standby.URL})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	for range 20 {
		n, replica := count(t, db)
		require.Zero(t, n)
		require.False(t, replica)
	}
	databasetest.AwaitReplica(t, db, database.Refused)
}

// TestAWrongReplicaStopsTheStart names a server of another cluster, and another database.
func TestAWrongReplicaStopsTheStart(t *testing.T) {
	primary, standby := databasetest.Replicated(t)
	_, other := databasetest.Replicated(t)
	for _, c := range []struct{ replica, reason string }{
		{databasetest.Postgres(t), "READ_DB_URL: it is no copy of DB_URL's server: its system identifier is "},
		{other, "READ_DB_URL: it names another database than DB_URL"},
	} {
		require.Eventually(t, func() bool {
			db, err := database.Open(t.Context(), database.Options{URL: primary, ReadURL: c.replica})
			if err != nil {
				return assert.ErrorContains(t, err, c.reason)
			}
			require.NoError(t, db.Close()) // the standby does not know the new database yet
			return false
		}, 10*time.Second, 50*time.Millisecond)
	}
	apart, err := database.Open(t.Context(), database.Options{URL: primary, ReadURL: standby + "&search_path=pg_catalog"})
	require.NoError(t, err)
	defer func() { require.NoError(t, apart.Close()) }()
	databasetest.AwaitReplica(t, apart, database.Refused)
}

// BenchmarkSnapshot measures a small read: of the primary, and of the replica with its check.
func BenchmarkSnapshot(b *testing.B) {
	ctx := context.Background()
	primary, err := pgserver.Start(ctx)
	require.NoError(b, err)
	defer func() { _ = primary.Stop() }()
	standby, err := primary.StartReplica(ctx)
	require.NoError(b, err)
	defer func() { _ = standby.Stop() }()
	for name, options := range map[string]database.Options{
		"primary": {URL: primary.URL}, "replica": {URL: primary.URL, ReadURL: standby.URL},
	} {
		b.Run(name, func(b *testing.B) {
			db, err := database.Open(ctx, options)
			require.NoError(b, err)
			defer func() { require.NoError(b, db.Close()) }()
			for b.Loop() {
				require.NoError(b, db.Snapshot(ctx, func(tx *gorm.DB) error { return tx.Exec("SELECT 1").Error }))
			}
		})
	}
}
