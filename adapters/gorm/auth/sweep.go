package gormauth

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/database"
)

// Sweep deletes what has expired, each kind in its own transaction. It skips locked rows and deletes them the next time, so
// that several processes may sweep at once and no other transaction waits.
func (s *Store) Sweep(ctx context.Context, expired auth.Expired, limit int) (swept int, err error) {
	for _, sweep := range []func(tx *gorm.DB) (int, error){
		func(tx *gorm.DB) (int, error) { return s.sweepThrottle(tx, expired.Throttles, limit) },
		func(tx *gorm.DB) (int, error) { return s.sweepFamilies(tx, expired, limit) },
		func(tx *gorm.DB) (int, error) {
			return s.sweep(tx, limit, "auth_resets", "user_id", "expires_at <= ?", expired.Resets.UnixMilli())
		},
		func(tx *gorm.DB) (int, error) { return s.sweepChanges(tx, expired.Changes, limit) },
		func(tx *gorm.DB) (int, error) {
			return s.sweep(tx, limit, "auth_login_networks", "account", "last_at < ?", expired.Networks.UnixMilli())
		},
	} {
		var rows int
		err := s.db.Transact(ctx, func(tx *gorm.DB) (err error) {
			rows, err = sweep(tx)
			return err
		})
		if err != nil {
			return swept, err
		}
		swept += rows
	}
	return swept, nil
}

func (s *Store) sweepThrottle(tx *gorm.DB, now time.Time, limit int) (int, error) {
	return s.sweep(tx, limit, "auth_throttle", "subject", "due_at <= ?", now.UnixMilli())
}

// sweep deletes some rows of a table; key and where name its columns.
func (s *Store) sweep(tx *gorm.DB, limit int, table, key, where string, value any) (int, error) {
	deleted := tx.Exec("DELETE FROM "+table+" WHERE "+where+" AND "+key+" IN (SELECT "+key+" FROM "+table+" WHERE "+where+" LIMIT ?"+s.skipLocked()+")",
		value, value, limit)
	return int(deleted.RowsAffected), deleted.Error
}

// skipLocked skips rows that other transactions have locked. SQLite has only one writer and needs no locks.
func (s *Store) skipLocked() string {
	if s.db.Dialect == database.SQLite {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}

func (s *Store) sweepChanges(tx *gorm.DB, before time.Time, limit int) (int, error) {
	deleted := tx.Exec("DELETE FROM auth_changes WHERE (kind, id) IN (SELECT kind, id FROM auth_changes WHERE at < ? AND kind <> ? LIMIT ?"+s.skipLocked()+")",
		before.UnixMilli(), recordBegan, limit)
	return int(deleted.RowsAffected), deleted.Error
}

// sweepFamilies deletes ended and expired sessions and their tokens. It locks a session before its tokens, as everywhere.
func (s *Store) sweepFamilies(tx *gorm.DB, expired auth.Expired, limit int) (int, error) {
	var families []string
	err := tx.Raw("SELECT id FROM auth_families WHERE ended OR used_at < ? OR begun_at < ? LIMIT ?"+s.skipLocked(),
		expired.FamiliesUsed.UnixMilli(), expired.FamiliesBegun.UnixMilli(), limit).Scan(&families).Error
	if err != nil || len(families) == 0 {
		return 0, err
	}
	if err := tx.Exec("DELETE FROM auth_refresh_tokens WHERE family_id IN ?", families).Error; err != nil {
		return 0, err
	}
	return len(families), tx.Exec("DELETE FROM auth_families WHERE id IN ?", families).Error
}
