package gormenergy_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// TestReadings runs the longest suite; TestReadingsPosted and TestReadingsUnpartitioned run it on PostgreSQL without a pooler.
func TestReadings(t *testing.T) {
	databasetest.EachPooled(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
		energytest.RunReadings(t, func(t *testing.T) ledger.Readings {
			empty(t, db)
			return provedAtEnd(t, gormenergy.New(db, energytest.Clock{}))
		})
	})
}

// TestReadingsPosted runs the suite on a store whose journal is posted at every second call, so that answers are checked with nothing, all
// and part of it posted.
func TestReadingsPosted(t *testing.T) {
	db := openPostgres(t)
	require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
	energytest.RunReadings(t, func(t *testing.T) ledger.Readings {
		empty(t, db)
		return &posting{Store: provedAtEnd(t, gormenergy.New(db, energytest.Clock{}))}
	})
}

// TestReadingsUnpartitioned stores readings in a plain table: an operator may use an extension that partitions it.
func TestReadingsUnpartitioned(t *testing.T) {
	db := openPostgres(t)
	require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
	for _, statement := range []string{
		"CREATE TABLE plain (LIKE energy_readings INCLUDING ALL)", "DROP TABLE energy_readings", "ALTER TABLE plain RENAME TO energy_readings",
	} {
		require.NoError(t, db.Write.Exec(statement).Error)
	}
	store := gormenergy.New(db, energytest.Clock{})
	reading := energytest.Interval("d", energytest.Start, energy.KilowattHour)
	_, err := store.Append(context.Background(), []energy.Reading{reading}, energytest.Traits)
	require.NoError(t, err)
	require.Equal(t, energy.KilowattHour, energytest.Total(t, store, "d"))
	forgotten, err := store.ForgetReadings(context.Background(), energytest.Now)
	require.NoError(t, err)
	require.Zero(t, forgotten, "the extension's own policy drops them")
}

// TestReadingsOfAMonthAreStoredClosely compares the width of a row in a month's table with one whose columns are in the order of the
// schema, and checks that a month which an older version created can still be written.
func TestReadingsOfAMonthAreStoredClosely(t *testing.T) {
	db := openPostgres(t)
	ctx := context.Background()
	require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
	formerly, now := energytest.Start.Time().UTC(), energytest.Start.Time().UTC().AddDate(0, 1, 0)
	first := time.Date(formerly.Year(), formerly.Month(), 1, 0, 0, 0, 0, time.UTC)
	require.NoError(t, db.Write.Exec(fmt.Sprintf("CREATE TABLE energy_readings_%s PARTITION OF energy_readings FOR VALUES FROM (%d) TO (%d)",
		first.Format("2006_01"), first.UnixMilli(), first.AddDate(0, 1, 0).UnixMilli())).Error)
	store := gormenergy.New(db, energytest.Clock{})
	var batch []energy.Reading
	for i := range int64(100) {
		for _, month := range []time.Time{formerly, now} {
			batch = append(batch, energytest.Interval("d", energy.InstantOf(month).Add(i*3_600_000), energy.KilowattHour))
		}
	}
	outcomes, err := store.Append(ctx, batch, energytest.Traits)
	require.NoError(t, err)
	for i := range batch {
		require.Equal(t, energy.Outcome{Result: energy.Inserted, Stored: batch[i]}, outcomes[i])
	}
	outcomes, err = store.Append(ctx, batch, energytest.Traits)
	require.NoError(t, err)
	require.Equal(t, energy.Duplicate, outcomes[1].Result)
	width := func(month time.Time) (bytes int64) {
		require.NoError(t, db.Read.Raw("SELECT max(pg_column_size(r.*)) FROM energy_readings_"+month.Format("2006_01")+" r").Scan(&bytes).Error)
		return bytes
	}
	require.LessOrEqual(t, width(now)*100, width(formerly)*85)
	require.Equal(t, 200*energy.KilowattHour, energytest.Total(t, store, "d"))
}

type posting struct {
	*gormenergy.Store
	calls atomic.Int64
}

func (p *posting) Append(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) ([]energy.Outcome, error) {
	outcomes, err := p.Store.Append(ctx, batch, traits)
	if err == nil && p.calls.Add(1)%2 == 0 {
		_, err = p.Post(ctx)
	}
	return outcomes, err
}

// TestPostIsSeenByNobody reads totals while two processes journal and post readings: totals only ever grow, and at the end all readings
// are in the pages.
func TestPostIsSeenByNobody(t *testing.T) {
	db := openPostgres(t)
	ctx := context.Background()
	require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
	store := gormenergy.New(db, energytest.Clock{})
	const readings = 400
	var writer sync.WaitGroup
	writer.Go(func() {
		at := energytest.Clock{}.Now().Add(-readings * 1000)
		for i := range readings {
			_, err := store.Append(ctx, []energy.Reading{{Device: "live", At: at.Add(int64(i) * 1000), Kind: energy.Interval, Energy: 7, Span: 1000}}, nil)
			assert.NoError(t, err)
		}
	})
	done := make(chan struct{})
	var posters sync.WaitGroup
	for range 2 {
		posters.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				_, err := store.Post(ctx)
				assert.NoError(t, err)
			}
		})
	}
	last := energy.Energy(0)
	for last < 7*readings && !t.Failed() {
		sum := energytest.Total(t, store, "live")
		require.GreaterOrEqual(t, sum, last)
		last = sum
	}
	writer.Wait()
	close(done)
	posters.Wait()
	_, err := store.Post(ctx)
	require.NoError(t, err)
	var posted, left int64
	require.NoError(t, db.Read.Raw("SELECT sum(energy)::bigint FROM energy_pages").Scan(&posted).Error)
	require.NoError(t, db.Read.Raw("SELECT count(*) FROM energy_journal").Scan(&left).Error)
	require.Equal(t, []int64{7 * readings, 0}, []int64{posted, left})
}

func openPostgres(t *testing.T) *database.Database {
	t.Helper()
	db, err := database.Open(context.Background(), database.Options{URL: databasetest.Postgres(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// empty deletes all readings; a fresh database for each case would take longer than the case.
func empty(t *testing.T, db *database.Database) {
	t.Helper()
	tables := []string{"energy_readings", "energy_pages", "energy_past_changes", "energy_corrections", "energy_restated_days", "energy_begun", "energy_day_versions", "energy_chain_bases", "energy_chains", "energy_forgotten", "energy_book_checks"}
	if db.Dialect == database.Postgres {
		tables = append(tables, "energy_journal")
	}
	for _, table := range tables {
		require.NoError(t, db.Write.Exec("DELETE FROM "+table).Error)
	}
}

func TestCampus(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
		energytest.RunCampus(t, gormenergy.New(db, energytest.Clock{}))
	})
}

func TestIntake(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
		energytest.RunIntake(t, gormenergy.New(db, energytest.Clock{}))
	})
}

func TestDeliveries(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
		energytest.RunDeliveries(t, gormenergy.New(db, energytest.Clock{}))
	})
}

func TestScopes(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
		energytest.RunScopes(t, gormenergy.New(db, energytest.Clock{}))
	})
}

func TestObservatory(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
		energytest.RunWeatherSync(t, func(clock energy.Clock) energytest.WeatherSyncStore { return gormenergy.New(db, clock) })
	})
}

// TestWithAReplica runs the suite of a campus with a read replica, which answers only what is as new as the primary. The readings with one are
// in platform/database and the black box.
func TestWithAReplica(t *testing.T) {
	databasetest.WithReplica(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
		energytest.RunCampus(t, gormenergy.New(db, energytest.Clock{}))
	})
}
