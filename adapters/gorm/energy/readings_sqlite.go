package gormenergy

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// sqliteRows writes row by row: there is no network, and a prepared statement for each row is fastest on SQLite.
type sqliteRows struct {
	gorm *gorm.DB
	tx   gorm.ConnPool
	// prepared are the transaction's statements by their text. They are closed with it.
	prepared map[string]*sql.Stmt
}

func newSQLiteRows(tx *gorm.DB) sqliteRows {
	return sqliteRows{tx, tx.Statement.ConnPool, make(map[string]*sql.Stmt)}
}

// prepare returns a statement that is parsed once in a transaction: parsing one takes longer than writing a row.
func (s sqliteRows) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if known := s.prepared[query]; known != nil {
		return known, nil
	}
	statement, err := s.tx.PrepareContext(ctx, query)
	if err == nil {
		s.prepared[query] = statement
	}
	return statement, err
}

// each runs a statement once for each of n rows. For a context that can end, the driver starts a goroutine for each statement, which costs
// as much as the row. So the context is checked between rows, and the transaction watches it too.
func (s sqliteRows) each(ctx context.Context, query string, n int, parameters func(i int) []any) error {
	return s.eachChanging(ctx, query, n, parameters, nil)
}

// eachChanging is each that also calls changed for the rows that changed.
func (s sqliteRows) eachChanging(ctx context.Context, query string, n int, parameters func(i int) []any, changed func(i int)) error {
	if n == 0 {
		return nil
	}
	statement, err := s.prepare(ctx, query)
	if err != nil {
		return err
	}
	unwatched := context.WithoutCancel(ctx)
	for i := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := statement.ExecContext(unwatched, parameters(i)...)
		if err != nil {
			return err
		}
		if changed == nil {
			continue
		}
		if rows, err := done.RowsAffected(); err != nil {
			return err
		} else if rows > 0 {
			changed(i)
		}
	}
	return nil
}

func (s sqliteRows) insert(ctx context.Context, sorted []energy.Reading) (keys, error) {
	fresh := make(keys, len(sorted))
	return fresh, s.eachChanging(ctx, `INSERT INTO energy_readings (`+readingColumnNames+`) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, len(sorted),
		func(i int) []any {
			r := sorted[i]
			return []any{string(r.Device), int64(r.At), int(kindColumn(r)), valueOf(r), r.Span, int(r.Source), r.Guessed}
		},
		func(i int) { fresh[sorted[i].Key()] = true })
}

func (s sqliteRows) stored(ctx context.Context, keys []energy.Reading) (map[energy.Key]energy.Reading, error) {
	statement, err := s.prepare(ctx, `SELECT `+readingColumnNames+` FROM energy_readings WHERE device_id = ? AND at = ?`)
	if err != nil {
		return nil, err
	}
	stored := make(map[energy.Key]energy.Reading, len(keys))
	for _, k := range keys {
		r, err := scanReading(statement.QueryRowContext(ctx, string(k.Device), int64(k.At)))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		stored[r.Key()] = r
	}
	return stored, nil
}

func (s sqliteRows) instants(ctx context.Context, device energy.DeviceID, from, to energy.Instant) ([]energy.Instant, error) {
	return queryInstants(ctx, s.tx, `SELECT at FROM energy_readings WHERE device_id = ? AND at >= ? AND at < ?`, device, from, to)
}

func (s sqliteRows) remove(ctx context.Context, keys []energy.Key) error {
	return s.each(ctx, `DELETE FROM energy_readings WHERE device_id = ? AND at = ?`, len(keys),
		func(i int) []any { return []any{string(keys[i].Device), int64(keys[i].At)} })
}

func (s sqliteRows) before(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]ledger.Link, error) {
	k := kindsOfChain(chain.Kind)
	return queryLinks(ctx, s.tx, `SELECT * FROM (SELECT `+linkColumns+` FROM energy_readings
		WHERE device_id = ? AND at < ? AND kind IN (?, ?, ?) ORDER BY at DESC LIMIT ?) ORDER BY at`,
		string(chain.Device), int64(at), k[0], k[1], k[2], limit)
}

func (s sqliteRows) from(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]ledger.Link, error) {
	k := kindsOfChain(chain.Kind)
	return queryLinks(ctx, s.tx, `SELECT `+linkColumns+` FROM energy_readings
		WHERE device_id = ? AND at >= ? AND kind IN (?, ?, ?) ORDER BY at LIMIT ?`,
		string(chain.Device), int64(at), k[0], k[1], k[2], limit)
}

func (s sqliteRows) saveLinks(ctx context.Context, links []ledger.Link) error {
	return s.each(ctx, `UPDATE energy_readings
		SET verdict = ?, booked_from = ?, booked = ?, estimated = ?, base_at = ?, base_value = ?, burst = ?
		WHERE device_id = ? AND at = ?`, len(links),
		func(i int) []any {
			l := links[i]
			return []any{
				int(l.Booking.Verdict), int64(l.Booking.From), int64(l.Booking.Energy), l.Booking.Estimated,
				int64(l.Base.At), l.Base.Value, burstText(l.Base.Burst), string(l.Device), int64(l.At),
			}
		})
}

func (s sqliteRows) pagesForUpdate(ctx context.Context, sorted []ledger.PageKey) ([]*ledger.Page, error) {
	statement, err := s.prepare(ctx, `SELECT quarters FROM energy_pages WHERE device_id = ? AND day = ?`)
	if err != nil {
		return nil, err
	}
	pages := make([]*ledger.Page, 0, len(sorted))
	for _, k := range sorted {
		page := &ledger.Page{Device: k.Device, Day: k.Day}
		var packed []byte
		err := statement.QueryRowContext(ctx, string(k.Device), k.Day).Scan(&packed)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if err := page.DecodeQuarters(packed); err != nil {
			return nil, err
		}
		pages = append(pages, page)
	}
	return pages, nil
}

func (s sqliteRows) savePages(ctx context.Context, pages []*ledger.Page) error {
	return s.each(ctx, `INSERT INTO energy_pages (device_id, day, energy, estimated, quarters)
		VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET energy = excluded.energy, estimated = excluded.estimated, quarters = excluded.quarters`, len(pages),
		func(i int) []any {
			p := pages[i]
			return []any{string(p.Device), p.Day, int64(p.Total()), int64(p.Estimated()), p.EncodeQuarters()}
		})
}

func (s sqliteRows) markPast(ctx context.Context, devices []energy.DeviceID, at energy.Instant) error {
	return s.each(ctx, `INSERT INTO energy_past_changes (kind, id, changed_at) VALUES ('device', ?, ?)
		ON CONFLICT DO UPDATE SET changed_at = max(changed_at, excluded.changed_at)`, len(devices),
		func(i int) []any { return []any{string(devices[i]), int64(at)} })
}

func (s sqliteRows) restate(ctx context.Context, days []ledger.PageKey, at energy.Instant) error {
	return s.each(ctx, `INSERT INTO energy_restated_days (device_id, day, changed_at) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET changed_at = max(changed_at, excluded.changed_at)`, len(days),
		func(i int) []any { return []any{string(days[i].Device), days[i].Day, int64(at)} })
}

func (s sqliteRows) begin(ctx context.Context, firsts []ledger.PageKey) error {
	return s.each(ctx, `INSERT INTO energy_begun (device_id, day) VALUES (?, ?)
		ON CONFLICT DO UPDATE SET day = excluded.day WHERE excluded.day < day`, len(firsts),
		func(i int) []any { return []any{string(firsts[i].Device), firsts[i].Day} })
}

func (s sqliteRows) countUp(ctx context.Context, days []int32) error {
	return s.each(ctx, `INSERT INTO energy_day_versions (day, version) VALUES (?, 1)
		ON CONFLICT DO UPDATE SET version = version + 1`, len(days),
		func(i int) []any { return []any{days[i]} })
}

func (s sqliteRows) keptBase(ctx context.Context, chain chainKey) (ledger.Base, error) {
	return keptBase(ctx, s.gorm, chain)
}

func (s sqliteRows) corrections(ctx context.Context, key energy.Key) ([]ledger.Correction, error) {
	return corrections(s.gorm.WithContext(ctx), key)
}
