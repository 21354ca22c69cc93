package gormenergy

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/transfer"
)

// Transfer returns how the tables are backed up and restored.
func Transfer() transfer.Rules {
	return transfer.Rules{
		Filled:       []string{"energy_catalogue", "energy_forgotten"},
		MakeRoom:     makeMonthsOf,
		OnlyPostgres: []string{"energy_journal"},
		Absorb:       absorbJournal,
	}
}

// makeMonthsOf creates the months' tables of readings that are to be restored.
func makeMonthsOf(ctx context.Context, tx pgx.Tx, table string, columns []backup.Column, rows *backup.Batch) error {
	if table != "energy_readings" {
		return nil
	}
	months := map[time.Time]bool{}
	for i, c := range columns {
		if c.Name != "at" {
			continue
		}
		for _, at := range rows.Columns[i].Numbers {
			months[monthOf(energy.Instant(at))] = true
		}
	}
	for month := range months {
		err := makeMonthOn(month, func(query string, args []any, result ...any) error {
			if len(result) == 0 {
				_, err := tx.Exec(ctx, query, args...)
				return err
			}
			return tx.QueryRow(ctx, query, args...).Scan(result...)
		})
		if err != nil {
			return fmt.Errorf("create the table of %s: %w", month.Format("2006-01"), err)
		}
	}
	return nil
}

// absorbJournal books what was journalled on PostgreSQL to the pages of SQLite, which has no journal, as it would have been booked there
// right after the backup.
func absorbJournal(ctx context.Context, db *database.Database, at time.Time) error {
	if db.Dialect != database.SQLite {
		return nil
	}
	var there bool
	if err := db.Read.WithContext(ctx).Raw("SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'energy_journal'").Scan(&there).Error; err != nil || !there {
		return err
	}
	s := New(db, backupTime(energy.InstantOf(at)))
	for {
		var posted int
		err := db.Transact(ctx, func(tx *gorm.DB) error {
			found, err := tx.Statement.ConnPool.QueryContext(ctx, `
				DELETE FROM energy_journal WHERE rowid IN (SELECT rowid FROM energy_journal LIMIT $1) RETURNING device_id, at, value, span`, PostAtOnce)
			if err != nil {
				return err
			}
			entries := ledger.Entries{}
			if posted, err = addJournalled(found, entries); err != nil || posted == 0 {
				return err
			}
			return s.bookAndMark(ctx, s.rows(tx), entries)
		})
		if err != nil {
			return err
		}
		if posted == 0 {
			return db.Transact(ctx, func(tx *gorm.DB) error { return tx.Exec("DROP TABLE energy_journal").Error })
		}
	}
}

// backupTime is a clock that stands at the instant of a backup.
type backupTime energy.Instant

func (t backupTime) Now() energy.Instant { return energy.Instant(t) }
