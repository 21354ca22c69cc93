package gormenergy

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
)

// ForgetReadings deletes the readings before an instant, the first of a month.
func (s *Store) ForgetReadings(ctx context.Context, before energy.Instant) (int64, error) {
	if err := s.recordForgotten(ctx, "readings_before", int64(before)); err != nil {
		return 0, err
	}
	forget := s.forgetRows
	if s.db.Dialect == database.Postgres {
		forget = s.dropMonths
	}
	forgotten, err := forget(ctx, before)
	if err != nil {
		return forgotten, fmt.Errorf("forget readings before %s: %w", before, err)
	}
	return forgotten, s.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec("DELETE FROM energy_corrections WHERE at < ?", int64(before)).Error
	})
}

// recordForgotten records up to where readings or totals are deleted. It does so first: if deleting is interrupted, what is left is not
// proved by readings that are gone.
func (s *Store) recordForgotten(ctx context.Context, column string, before int64) error {
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("INSERT INTO energy_forgotten (only_row, readings_before, totals_before) VALUES (1, 0, 0) ON CONFLICT DO NOTHING").Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE energy_forgotten SET "+column+" = ? WHERE "+column+" < ?", before, before).Error
	})
	if err != nil {
		return fmt.Errorf("record what is deleted: %w", err)
	}
	return nil
}

// ForgetTotals deletes the pages of the days before one. Their journalled readings are posted first: they would create the pages again.
func (s *Store) ForgetTotals(ctx context.Context, before int32) error {
	if _, err := s.Post(ctx); err != nil {
		return fmt.Errorf("post before totals are forgotten: %w", err)
	}
	if err := s.recordForgotten(ctx, "totals_before", int64(before)); err != nil {
		return err
	}
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		for _, statement := range []string{
			`INSERT INTO energy_day_versions (day, version) SELECT DISTINCT day, 1 FROM energy_pages WHERE day < ?
				ON CONFLICT (day) DO UPDATE SET version = energy_day_versions.version + 1`,
			"DELETE FROM energy_pages WHERE day < ?",
			"DELETE FROM energy_restated_days WHERE day < ?",
		} {
			if err := tx.Exec(statement, before).Error; err != nil {
				return err
			}
		}
		return tx.Exec("UPDATE energy_begun SET day = ? WHERE day < ?", before, before).Error
	})
	if err != nil {
		return fmt.Errorf("forget totals before day %d: %w", before, err)
	}
	return nil
}

// keptBase is the base of a chain after its last deleted link.
func keptBase(ctx context.Context, tx *gorm.DB, key chainKey) (ledger.Base, error) {
	found, err := tx.WithContext(ctx).Raw("SELECT at, value FROM energy_chain_bases WHERE device_id = ? AND kind = ?",
		string(key.Device), int(key.Kind)).Rows()
	if err != nil {
		return ledger.Base{}, err
	}
	var base ledger.Base
	err = scanAll(found, func(rows *sql.Rows) error {
		base.Known = true
		return rows.Scan(&base.At, &base.Value)
	})
	return base, err
}

// keepBases stores the bases of chains after the last of the links that a condition selects. Links are deleted from the oldest on, so a
// later base always replaces an earlier one.
const keepBases = `INSERT INTO energy_chain_bases (device_id, kind, at, value)
	SELECT r.device_id, r.kind, r.base_at, r.base_value FROM %[1]s r JOIN
		(SELECT device_id, kind, max(at) AS at FROM %[1]s WHERE verdict > 0 %[2]s GROUP BY device_id, kind) last
		ON last.device_id = r.device_id AND last.kind = r.kind AND last.at = r.at
	WHERE r.verdict > 0
	ON CONFLICT (device_id, kind) DO UPDATE SET at = excluded.at, value = excluded.value`
