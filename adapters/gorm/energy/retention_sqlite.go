package gormenergy

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
)

// forgetAtOnce is the maximum number of rows that are deleted at once, which bounds how long other writers wait.
const forgetAtOnce = 5000

// forgetRows deletes each device's rows before an instant, the oldest first, a few at a time.
func (s *Store) forgetRows(ctx context.Context, before energy.Instant) (forgotten int64, err error) {
	var devices []string
	if err := s.db.Read.WithContext(ctx).Raw("SELECT device_id FROM energy_begun ORDER BY device_id").Scan(&devices).Error; err != nil {
		return 0, err
	}
	for _, device := range devices {
		for {
			rows, err := s.forgetSome(ctx, device, before)
			forgotten += rows
			if err != nil {
				return forgotten, err
			}
			if rows < forgetAtOnce {
				break
			}
		}
	}
	return forgotten, nil
}

func (s *Store) forgetSome(ctx context.Context, device string, before energy.Instant) (rows int64, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		var last sql.NullInt64
		if err := tx.Raw("SELECT max(at) FROM (SELECT at FROM energy_readings WHERE device_id = ? AND at < ? ORDER BY at LIMIT ?)",
			device, int64(before), forgetAtOnce).Row().Scan(&last); err != nil || !last.Valid {
			return err
		}
		if err := tx.Exec(fmt.Sprintf(keepBases, "energy_readings", "AND device_id = ? AND at <= ?"), device, last.Int64).Error; err != nil {
			return err
		}
		deleted := tx.Exec("DELETE FROM energy_readings WHERE device_id = ? AND at <= ?", device, last.Int64)
		rows = deleted.RowsAffected
		return deleted.Error
	})
	return rows, err
}
