package gormenergy

import (
	"context"
	"database/sql/driver"
	"errors"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/holotwin/holotwin/modules/energy"
)

// appendQuickly is Append of what comes all day long, new intervals of days that have their page already, in two
// journeys to PostgreSQL instead of six: store and fetch, then book and commit. Where it meets anything else it
// takes itself back and gives done as false.
func (s *Store) appendQuickly(ctx context.Context, sorted []energy.Reading) (done bool, err error) {
	entries := energy.Entries{}
	for _, r := range sorted {
		if r.Kind != energy.Interval {
			return false, nil
		}
		entries.BookInterval(r, +1)
	}
	keys := slices.SortedFunc(maps.Keys(entries), comparePages)
	if len(keys) > statementRows || anyPast(keys, s.yesterday()) {
		return false, nil
	}
	pool, err := s.db.Write.DB()
	if err != nil {
		return false, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	err = conn.Raw(func(driverConn any) error {
		done, err = storeAndBook(ctx, driverConn.(*stdlib.Conn).Conn(), sorted, keys, entries)
		return err
	})
	return done, err
}

func anyPast(keys []energy.PageKey, yesterday energy.Instant) bool {
	return slices.ContainsFunc(keys, func(k energy.PageKey) bool { return int64(k.Day)*dayMs < int64(yesterday) })
}

func storeAndBook(ctx context.Context, conn *pgx.Conn, sorted []energy.Reading, keys []energy.PageKey, entries energy.Entries) (done bool, err error) {
	defer func() {
		if done {
			return
		}
		if _, failed := conn.Exec(context.WithoutCancel(ctx), "ROLLBACK"); failed != nil {
			err = errors.Join(err, driver.ErrBadConn) // nobody may find a transaction open on it
		}
	}()
	inserted, pages, err := storeAndFetch(ctx, conn, sorted, keys)
	if err != nil || inserted != int64(len(sorted)) || len(pages) != len(keys) {
		return false, err
	}
	for _, page := range pages {
		entries.Apply(page)
	}
	c := pageColumnsOf(pages)
	batch := &pgx.Batch{}
	batch.Queue(updatePages, c.devices, c.days, c.totals, c.estimates, c.packed)
	batch.Queue("COMMIT")
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		return false, err
	}
	return true, nil
}

// storeAndFetch stores what is new and holds the pages.
func storeAndFetch(ctx context.Context, conn *pgx.Conn, sorted []energy.Reading, keys []energy.PageKey) (inserted int64, pages []*energy.Page, err error) {
	r, k := columnsOf(sorted), pageKeysOf(keys)
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	batch.Queue(insertReadings, r.devices, r.instants, r.kinds, r.values, r.spans)
	batch.Queue(holdPages, k.devices, k.days)
	results := conn.SendBatch(ctx, batch)
	defer func() { err = errors.Join(err, results.Close()) }()
	if _, err := results.Exec(); err != nil {
		return 0, nil, err
	}
	stored, err := results.Exec()
	if err != nil {
		return 0, nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return 0, nil, err
	}
	pages, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (*energy.Page, error) {
		page := &energy.Page{}
		var packed []byte
		if err := row.Scan(&page.Device, &page.Day, &packed); err != nil {
			return nil, err
		}
		return page, page.DecodeQuarters(packed)
	})
	return stored.RowsAffected(), pages, err
}
