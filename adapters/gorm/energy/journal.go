package gormenergy

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
)

// PostAtOnce is the maximum number of journal rows that one posting keeps in memory.
const PostAtOnce = 50_000

// postLock is the advisory lock of posting. Only one process posts at a time; the others find nothing to do.
const postLock = 4_820_020

// Post books journalled readings to their pages and returns how many. FORMAT.md describes the journal. Any process may call it at any
// time: totals are the same before and after.
func (s *Store) Post(ctx context.Context) (posted int, err error) {
	if s.db.Dialect != database.Postgres {
		return 0, nil // SQLite books at once: it has one writer, and no round trip to save
	}
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		var mine bool
		if err := tx.Raw("SELECT pg_try_advisory_xact_lock(?)", s.db.Lock(postLock)).Scan(&mine).Error; err != nil || !mine {
			return err
		}
		rows := s.rows(tx)
		found, err := tx.Statement.ConnPool.QueryContext(ctx, `
			DELETE FROM energy_journal WHERE ctid = ANY(ARRAY(SELECT ctid FROM energy_journal LIMIT $1))
			RETURNING device_id, at, value, span`, PostAtOnce)
		if err != nil {
			return err
		}
		entries := ledger.Entries{}
		if posted, err = addJournalled(found, entries); err != nil || posted == 0 {
			return err
		}
		return s.bookAndMark(ctx, rows, entries)
	})
	return posted, err
}

// addJournalled adds journal rows to entries.
func addJournalled(found *sql.Rows, entries ledger.Entries) (n int, err error) {
	err = scanAll(found, func(rows *sql.Rows) error {
		r := energy.Reading{Kind: energy.Interval}
		if err := rows.Scan(&r.Device, &r.At, &r.Energy, &r.Span); err != nil {
			return err
		}
		entries.BookInterval(r, +1)
		n++
		return nil
	})
	return n, err
}
