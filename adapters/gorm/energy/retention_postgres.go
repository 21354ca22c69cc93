package gormenergy

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
)

const monthTable = "energy_readings_2006_01"

// dropMonths drops the months' tables that end before an instant, the oldest first, each in its own transaction. It waits only briefly for
// a table that is being read: the next run tries again.
func (s *Store) dropMonths(ctx context.Context, before energy.Instant) (forgotten int64, err error) {
	var tables []string
	if err := s.db.Read.WithContext(ctx).Raw(`SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'energy_readings'::regclass ORDER BY c.relname`).Scan(&tables).Error; err != nil {
		return 0, err
	}
	for _, table := range tables {
		month, err := time.Parse(monthTable, table)
		if err != nil || energy.InstantOf(month.AddDate(0, 1, 0)) > before {
			continue // not one of these tables, or not over
		}
		rows, err := s.dropMonth(ctx, table)
		if err != nil {
			return forgotten, err
		}
		s.months.Delete(month)
		forgotten += rows
	}
	return forgotten, nil
}

func (s *Store) dropMonth(ctx context.Context, table string) (rows int64, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("SET LOCAL lock_timeout = '10s'").Error; err != nil {
			return err
		}
		if err := tx.Exec("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE").Error; err != nil {
			return err
		}
		if err := tx.Raw("SELECT count(*) FROM " + table).Scan(&rows).Error; err != nil {
			return err
		}
		if err := tx.Exec(fmt.Sprintf(keepBases, table, "")).Error; err != nil {
			return err
		}
		return tx.Exec("DROP TABLE " + table).Error
	})
	return rows, err
}
