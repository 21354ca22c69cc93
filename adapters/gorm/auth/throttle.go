package gormauth

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/platform/database"
)

// Take takes a try by the generic cell rate algorithm, in one statement, so that replicas count together: due_at
// is when all that was taken will have come back, and a try may be taken while that is at most a minute ahead.
func (s *Store) Take(ctx context.Context, key string, limit int, now time.Time) (time.Duration, error) {
	greatest := "MAX"
	if s.db.Dialect == database.Postgres {
		greatest = "GREATEST"
	}
	each := time.Minute.Milliseconds() / int64(limit)
	taken := s.db.Write.WithContext(ctx).Exec(`
		INSERT INTO auth_throttle (subject, due_at) VALUES (?, ?)
		ON CONFLICT (subject) DO UPDATE SET due_at = `+greatest+`(auth_throttle.due_at, ?) + ?
		WHERE `+greatest+`(auth_throttle.due_at, ?) + ? <= ?`,
		key, now.UnixMilli()+each, now.UnixMilli(), each, now.UnixMilli(), each, now.UnixMilli()+time.Minute.Milliseconds())
	if taken.Error != nil || taken.RowsAffected == 1 {
		return 0, taken.Error
	}
	var due int64
	if err := s.db.Write.WithContext(ctx).Raw("SELECT due_at FROM auth_throttle WHERE subject = ?", key).Scan(&due).Error; err != nil {
		return 0, err
	}
	wait := time.Duration(due+each-now.UnixMilli()-time.Minute.Milliseconds()) * time.Millisecond
	return max(wait, time.Millisecond), nil
}

// GiveBack returns a try.
func (s *Store) GiveBack(ctx context.Context, key string, limit int, _ time.Time) error {
	each := time.Minute.Milliseconds() / int64(limit)
	return s.db.Write.WithContext(ctx).Exec("UPDATE auth_throttle SET due_at = due_at - ? WHERE subject = ?", each, key).Error
}
