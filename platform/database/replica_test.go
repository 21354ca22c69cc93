package database_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/platform/database/databasetest/pooler"
	"github.com/holotwin/holotwin/platform/random"
)

// pair is a primary and a standby of their own, and a database that reads from the standby.
type pair struct {
	primary, standby *pgserver.Server
	db               *database.Database
	announced        chan string
	written          int64
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

// write writes one more thing.
func (p *pair) write(t *testing.T) {
	t.Helper()
	p.written++
	id := strconv.FormatInt(p.written, 10)
	require.NoError(t, p.db.Transact(context.Background(), func(tx *gorm.DB) error { return tx.Create(&thing{ID: id, N: 1}).Error }))
}

// await waits until the replica is in a condition, and until it is announced.
func (p *pair) await(t *testing.T, wanted database.Condition, announced string) {
	t.Helper()
	databasetest.AwaitReplica(t, p.db, wanted)
	for got := ""; !strings.HasPrefix(got, announced); {
		select {
		case got = <-p.announced:
		case <-time.After(time.Minute):
			require.Fail(t, "not announced", announced)
		}
	}
}

// TestAReadReplica takes one replica through what may happen to it.
func TestAReadReplica(t *testing.T) {
	p := newPair(t)
	t.Run("shows all that is committed", p.showsAll)
	t.Run("shows all under writes", p.showsAllUnderWrites)
	t.Run("cancels a read", p.cancels)
	t.Run("is slow", p.isSlow)
	t.Run("is away", p.isAway)
	t.Run("is promoted", p.isPromoted)
}

// count counts the things in a snapshot, and reports whether the replica answered.
func count(t *testing.T, db *database.Database) (n int64, byReplica bool) {
	t.Helper()
	n, byReplica, err := counted(db)
	require.NoError(t, err)
	return n, byReplica
}

func counted(db *database.Database) (n int64, byReplica bool, err error) {
	err = db.Snapshot(context.Background(), func(tx *gorm.DB) error {
		if err := tx.Raw("SELECT pg_is_in_recovery()").Scan(&byReplica).Error; err != nil {
			return err
		}
		return tx.Model(&thing{}).Count(&n).Error
	})
	return n, byReplica, err
}

// showsAll writes through one process and reads through another one at once, again and again, while the
// replica's replay is paused and resumed. Each read shows all that was written before it, by either server; and the replica answers when
// it may. How often depends on the machine: a replica that is given no time to replay is behind.
func (p *pair) showsAll(t *testing.T) {
	other := p.open(t)
	databasetest.AwaitReplica(t, other, database.Following)
	round := func() (byReplica int) {
		for range 50 {
			p.write(t)
			for _, db := range []*database.Database{p.db, other} {
				n, replica := count(t, db)
				require.Equal(t, p.written, n)
				if replica {
					byReplica++
				}
			}
		}
		return byReplica
	}
	answers := func() {
		for n := 0; n < 20; n += round() {
			for _, db := range []*database.Database{p.db, other} {
				databasetest.AwaitReplica(t, db, database.Following)
			}
		}
	}
	answers()
	p.onStandby(t, "SELECT pg_wal_replay_pause()")
	require.Less(t, round(), 5, "while paused, the primary answers")
	p.await(t, database.Behind, "behind: ")
	state, _ := p.db.Replica()
	require.Positive(t, state.LagBytes)
	require.Positive(t, state.LagTime)
	p.onStandby(t, "SELECT pg_wal_replay_resume()")
	p.await(t, database.Following, "following")
	databasetest.AwaitReplica(t, other, database.Following)
	answers()
	databasetest.AwaitReplica(t, p.db, database.Following)
	_, replica := count(t, p.db)
	require.True(t, replica)
	state, _ = p.db.Replica()
	require.Zero(t, state.LagTime, "an idle primary is no lag")
}

// isAway kills the replica under reads, and starts it again.
func (p *pair) isAway(t *testing.T) {
	done, least := make(chan struct{}), p.written
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
					assert.GreaterOrEqual(t, n, least)
				}
			}
		})
	}
	require.NoError(t, p.standby.Kill())
	p.await(t, database.Away, "away: ")
	p.write(t)
	require.NoError(t, p.standby.Restart(t.Context()))
	p.await(t, database.Following, "following")
	close(done)
	readers.Wait()
	n, replica := count(t, p.db)
	require.Equal(t, p.written, n)
	require.True(t, replica)
}

// isSlow freezes the replica: reads take half a second at most, and then no time.
func (p *pair) isSlow(t *testing.T) {
	require.NoError(t, p.standby.Freeze())
	for range 5 {
		n, replica := count(t, p.db)
		require.Equal(t, p.written, n)
		require.False(t, replica)
	}
	require.NoError(t, p.standby.Thaw())
	databasetest.AwaitReplica(t, p.db, database.Following)
}

// showsAllUnderWrites reads while others write: each snapshot has at least what was acknowledged before it.
func (p *pair) showsAllUnderWrites(t *testing.T) {
	var acknowledged atomic.Int64
	acknowledged.Store(p.written)
	var writers, readers sync.WaitGroup
	for writer := range 3 {
		writers.Go(func() {
			for i := range 200 {
				err := p.db.Write.Create(&thing{ID: fmt.Sprint("writer ", writer, " ", i)}).Error
				assert.NoError(t, err)
				acknowledged.Add(1)
			}
		})
	}
	done := make(chan struct{})
	var answered, asked atomic.Int64
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				least := acknowledged.Load()
				n, replica, err := counted(p.db)
				assert.NoError(t, err)
				assert.GreaterOrEqual(t, n, least, "by the replica: %v", replica)
				asked.Add(1)
				if replica {
					answered.Add(1)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	p.written = acknowledged.Load()
	t.Logf("the replica answered %d of %d", answered.Load(), asked.Load())
	require.Positive(t, answered.Load())
}

// cancels lets the replica cancel a read because of what it replays: the primary answers.
func (p *pair) cancels(t *testing.T) {
	before, _ := p.db.Replica()
	var tries []bool
	var n int64
	require.NoError(t, p.db.Snapshot(t.Context(), func(tx *gorm.DB) error {
		var replica bool
		if err := tx.Raw("SELECT pg_is_in_recovery() FROM things LIMIT 1").Scan(&replica).Error; err != nil {
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
	require.Equal(t, p.written, n)
	after, _ := p.db.Replica()
	failed := database.Answer{Reason: "failed"}
	require.Equal(t, before.Reads[failed]+1, after.Reads[failed])
}

// isPromoted promotes the replica, which then takes writes of its own: they are in no answer.
func (p *pair) isPromoted(t *testing.T) {
	require.NoError(t, p.standby.Promote(t.Context()))
	p.onStandby(t, "INSERT INTO things SELECT 'other ' || generate_series(1, 100), 1")
	for range 20 {
		n, replica := count(t, p.db)
		require.Equal(t, p.written, n)
		require.False(t, replica)
	}
	p.await(t, database.Refused, "refused: it is not a standby")
	again := p.open(t) // a start is not refused
	n, _ := count(t, again)
	require.Equal(t, p.written, n)
}

// TestAReplicaOfAnotherTimelineIsRefused promotes one of two standbys. The other one still follows the former primary, and may be as far in
// its log, with other content.
func TestAReplicaOfAnotherTimelineIsRefused(t *testing.T) {
	p := newPair(t)
	promoted, err := p.primary.StartReplica(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = promoted.Stop() })
	require.NoError(t, promoted.Promote(t.Context()))
	for range 50 { // so that the former timeline's log is longer
		p.write(t)
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

// TestAReadReplicaForAPlainUser reads as a user who sees no statistics of the server, directly and through PgBouncer.
func TestAReadReplicaForAPlainUser(t *testing.T) {
	primary, standby := databasetest.Replicated(t)
	admin, err := database.Open(t.Context(), database.Options{URL: primary})
	require.NoError(t, err)
	defer func() { require.NoError(t, admin.Close()) }()
	user := random.ID("plain")
	for _, statement := range []string{
		"CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT NOT NULL)", "CREATE ROLE " + user + " LOGIN",
		"GRANT SELECT, INSERT ON things TO " + user,
	} {
		require.NoError(t, admin.Write.Exec(statement).Error)
	}
	defer func() { require.NoError(t, admin.Write.Exec("DROP OWNED BY "+user+"; DROP ROLE "+user).Error) }()
	direct := database.Options{
		URL: strings.Replace(primary, "postgres@", user+"@", 1), ReadURL: strings.Replace(standby, "postgres@", user+"@", 1),
	}
	pooled := database.Options{URL: throughPgBouncer(t, direct.URL), ReadURL: throughPgBouncer(t, direct.ReadURL), DirectURL: direct.URL}
	p := &pair{}
	for name, options := range map[string]database.Options{"directly": direct, "through PgBouncer": pooled} {
		t.Run(name, func(t *testing.T) {
			db, err := database.Open(t.Context(), options)
			require.NoError(t, err)
			defer func() { require.NoError(t, db.Close()) }()
			databasetest.AwaitReplica(t, db, database.Following)
			p.db = db
			for answered := 0; answered < 10; {
				databasetest.AwaitReplica(t, db, database.Following)
				p.write(t)
				n, replica := count(t, db)
				require.Equal(t, p.written, n)
				if replica {
					answered++
				}
			}
		})
	}
}

func throughPgBouncer(t *testing.T, server string) string {
	t.Helper()
	started, err := pooler.Start(server)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, started.Stop()) })
	pooled, err := started.URL(server)
	require.NoError(t, err)
	return pooled
}
