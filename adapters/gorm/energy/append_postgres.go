package gormenergy

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/events"
)

// quickRows bounds what is journalled at once; more is booked to its pages directly.
const quickRows = 1000

// journallable tells whether a batch is what comes all day long: intervals of today and yesterday. They change
// nobody's past and hang on no other reading.
func (s *Store) journallable(sorted []energy.Reading) bool {
	if len(sorted) > quickRows {
		return false
	}
	yesterday := s.yesterday()
	for _, r := range sorted {
		if r.Kind != energy.Interval || r.At.Add(-r.Span) < yesterday {
			return false
		}
	}
	return true
}

// journalled are the statements of intervals that are stored in one statement, one journey and one commit: what is new goes to the
// journal too, from where Post books it. Pages are what makes a commit dear, and each is written once for many commits so.
type journalled struct {
	postgresRows
	store  *Store
	traits func(energy.DeviceID) energy.Traits
}

// journal stores and journals intervals; a nil map says that all were new.
func (s *Store) journal(ctx context.Context, sorted []energy.Reading, traits func(energy.DeviceID) energy.Traits) (map[energy.Key]energy.Outcome, error) {
	write := s.db.Write.WithContext(ctx)
	rows := journalled{postgresRows{write, write.Statement.ConnPool}, s, traits}
	done, err := insertAll(ctx, rows, sorted, sorted)
	if err != nil || done.fresh == nil {
		return nil, err
	}
	all := make(map[energy.Key]energy.Outcome, len(sorted))
	return all, judge(ctx, rows, sorted, done, all)
}

func (j journalled) insert(ctx context.Context, sorted []energy.Reading) (fresh keys, err error) {
	err = j.store.onPostgres(ctx, func(conn *pgx.Conn) error {
		fresh, err = j.insertOn(ctx, conn, sorted)
		return err
	})
	return fresh, err
}

func (j journalled) insertOn(ctx context.Context, conn *pgx.Conn, sorted []energy.Reading) (keys, error) {
	c := columnsOf(sorted)
	var count int
	var devices []string
	var instants []int64
	told, words := j.store.toldWith(sorted, j.traits)
	err := conn.QueryRow(ctx, `
		WITH fresh AS (`+insertReadings+` RETURNING device_id, at, value, span),
		noted AS (INSERT INTO energy_journal SELECT device_id, at, value, span FROM fresh)`+told+`
		SELECT count(*), CASE WHEN count(*) < $7 THEN array_agg(device_id) END, CASE WHEN count(*) < $7 THEN array_agg(at) END FROM fresh`,
		append([]any{c.devices, c.instants, c.kinds, c.values, c.spans, c.sources, len(sorted)}, words...)...).Scan(&count, &devices, &instants)
	if err != nil || count == len(sorted) {
		return nil, err
	}
	fresh := make(keys, count)
	for i, device := range devices {
		fresh[energy.Key{Device: energy.DeviceID(device), At: energy.Instant(instants[i])}] = true
	}
	return fresh, nil
}

// tellFresh puts the events of what was new into the outbox; parameters are those of toldWith.
const tellFresh = `,
		told AS (INSERT INTO events_outbox (made_at, body)
			SELECT $8, string_agg(e.line, E'\n' ORDER BY device_id, at)
			FROM unnest($1::text[], $2::bigint[], $9::text[]) AS e (device_id, at, line) JOIN fresh USING (device_id, at) HAVING count(*) > 0)`

// toldWith is the part of the statement that tells, and its parameters; nothing where nobody is told.
func (s *Store) toldWith(sorted []energy.Reading, traits func(energy.DeviceID) energy.Traits) (statement string, parameters []any) {
	if s.outbox == nil {
		return "", nil
	}
	return tellFresh, []any{s.outbox.Now(), events.Lines(s.newsOf(sorted, traits))}
}

// onPostgres runs do on a connection of pgx's own, without what database/sql puts around each statement.
func (s *Store) onPostgres(ctx context.Context, do func(*pgx.Conn) error) (err error) {
	pool, err := s.db.Write.DB()
	if err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(driverConn any) error {
		own, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("connection is a %T, not pgx's", driverConn)
		}
		return do(own.Conn())
	})
}
