package gormenergy

import (
	"context"
	"maps"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/events"
)

// quickRows is the maximum number of readings that are journalled at once; more are booked to their pages directly.
const quickRows = 1000

// journallable reports whether a batch is small enough and has only intervals, which depend on no other reading.
func (s *Store) journallable(sorted []energy.Reading) bool {
	if len(sorted) > quickRows {
		return false
	}
	for _, r := range sorted {
		if r.Kind != energy.Interval {
			return false
		}
	}
	return !overlapWithin(sorted)
}

// journalled stores intervals with one statement, one round trip and one commit. New intervals are also written to the journal, from which
// Post books them. Writing pages makes a commit expensive; this way each page is written once for many commits.
type journalled struct {
	postgresRows
	store  *Store
	traits func(energy.DeviceID) ledger.Traits
}

// journal stores and journals intervals; a nil map means that all were new. Intervals that may overlap others are checked again, in a
// transaction of their own.
func (s *Store) journal(ctx context.Context, sorted, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) (map[energy.Key]energy.Outcome, error) {
	write := s.db.Write.WithContext(ctx)
	rows := journalled{postgresRows{write, write.Statement.ConnPool, s.db.Lock}, s, traits}
	done, err := insertAll(ctx, rows, sorted, sorted)
	if err != nil || done.fresh == nil {
		return nil, err
	}
	all := make(map[energy.Key]energy.Outcome, len(sorted))
	doubtful, err := recordOutcomes(ctx, rows, sorted, done, all)
	if err != nil || len(doubtful) == 0 {
		return all, err
	}
	err = s.transactWithRetry(ctx, func(tx *gorm.DB) error {
		judged, err := s.appendIn(ctx, tx, doubtful, doubtful, traits)
		maps.Copy(all, judged)
		return err
	})
	return all, err
}

func (j journalled) insert(ctx context.Context, sorted []energy.Reading) (fresh keys, err error) {
	err = j.store.db.OnPostgres(ctx, func(conn *pgx.Conn) error {
		fresh, err = j.insertOn(ctx, conn, sorted)
		return err
	})
	return fresh, err
}

func (j journalled) insertOn(ctx context.Context, conn *pgx.Conn, sorted []energy.Reading) (keys, error) {
	var count int
	var devices []string
	var instants []int64
	claims := claimsAmong(sorted)
	after, before := boundsOf(claims)
	told, words := j.store.publishPart(sorted, j.traits)
	both := &pgx.Batch{} // one round trip, one transaction
	if len(claims) > 0 {
		both.Queue(byIndex)
		queueLocks(both, j.lock(timesLock), j.timeLocks(claims))
	}
	both.Queue(`
		WITH fresh AS (`+insertReadings+whereUnclaimed+insertOnce+` RETURNING device_id, at, value, span),
		noted AS (INSERT INTO energy_journal SELECT device_id, at, value, span FROM fresh)`+told+`
		SELECT count(*), CASE WHEN count(*) < $10 THEN array_agg(device_id) END, CASE WHEN count(*) < $10 THEN array_agg(at) END FROM fresh`,
		append(append(columnsOf(sorted).all(), after, before, len(sorted)), words...)...).QueryRow(func(row pgx.Row) error {
		return row.Scan(&count, &devices, &instants)
	})
	err := conn.SendBatch(ctx, both).Close()
	if err != nil || count == len(sorted) {
		return nil, err
	}
	fresh := make(keys, count)
	for i, device := range devices {
		fresh[energy.Key{Device: energy.DeviceID(device), At: energy.Instant(instants[i])}] = true
	}
	return fresh, nil
}

// whereUnclaimed leaves out the readings that may overlap another interval, or what a register of their device counted.
const whereUnclaimed = ` WHERE n.guessed OR NOT (` + isClaimed + `
	OR EXISTS (SELECT FROM energy_chains c WHERE c.device_id = n.device_id AND (c.kinds IS NULL OR c.kinds & 12 <> 0)))`

// queueLocks locks times; nil locks means all times.
func queueLocks(batch *pgx.Batch, all int64, locks []int64) {
	if locks == nil {
		batch.Queue(lockAllTimes, all)
		return
	}
	batch.Queue(lockSomeTimes, all, locks)
}

// publishFresh puts the events of new readings into the outbox; its parameters are those of publishPart.
const publishFresh = `,
		told AS (INSERT INTO events_outbox (made_at, body)
			SELECT $11, string_agg(e.line, E'\n' ORDER BY device_id, at)
			FROM unnest($1::text[], $2::bigint[], $12::text[]) AS e (device_id, at, line) JOIN fresh USING (device_id, at) HAVING count(*) > 0)`

// publishPart returns the part of the statement that publishes, and its parameters; nothing if there is no outbox.
func (s *Store) publishPart(sorted []energy.Reading, traits func(energy.DeviceID) ledger.Traits) (statement string, parameters []any) {
	if s.outbox == nil {
		return "", nil
	}
	return publishFresh, []any{s.outbox.Now(), events.Lines(s.readingEvents(sorted, traits))}
}
