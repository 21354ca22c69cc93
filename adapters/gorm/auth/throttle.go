package gormauth

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/database"
)

// sweptPerTry is how many expired rows each try deletes: more than a try adds, so that the table does not grow with expired
// rows.
const sweptPerTry = 10

// throttled rolls back the tries taken before the allowance that is used up.
type throttled struct{ wait time.Duration }

func (throttled) Error() string { return "no try is left" }

// Take takes a try of every allowance, or none at all. Rows are locked in the order of the allowances.
func (s *Store) Take(ctx context.Context, now time.Time, allowances ...auth.Allowance) (time.Duration, error) {
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		for _, a := range allowances {
			if err := s.take(tx, now, a); err != nil {
				return err
			}
		}
		_, err := s.sweepThrottle(tx, now, sweptPerTry)
		return err
	})
	var none throttled
	if errors.As(err, &none) {
		return none.wait, nil
	}
	return 0, err
}

// msPerTry is the number of milliseconds until one try is available again.
func msPerTry(a auth.Allowance) int64 { return max(1, time.Minute.Milliseconds()/int64(a.PerMinute)) }

// clockSkew is the maximum difference between the clocks of replicas.
const clockSkew = time.Minute

// take takes a try by the generic cell rate algorithm, in one statement, so that replicas count together. due_at is when the
// whole allowance is available again; a try may be taken while due_at is at most a minute ahead. A due_at far ahead was
// written by a clock that has been set back since, and is ignored.
func (s *Store) take(tx *gorm.DB, now time.Time, a auth.Allowance) error {
	greatest := "MAX"
	if s.db.Dialect == database.Postgres {
		greatest = "GREATEST"
	}
	at, cost, latest := now.UnixMilli(), msPerTry(a), now.Add(time.Minute).UnixMilli()
	credible := now.Add(clockSkew + time.Minute).UnixMilli()
	from := `CASE WHEN auth_throttle.due_at > ? THEN ? ELSE ` + greatest + `(auth_throttle.due_at, ?) END`
	taken := tx.Exec(`
		INSERT INTO auth_throttle (subject, due_at) VALUES (?, ?)
		ON CONFLICT (subject) DO UPDATE SET due_at = `+from+` + ? WHERE `+from+` + ? <= ?`,
		a.Key, at+cost, credible, at, at, cost, credible, at, at, cost, latest)
	if taken.Error != nil || taken.RowsAffected == 1 {
		return taken.Error
	}
	var due int64
	if err := tx.Raw("SELECT due_at FROM auth_throttle WHERE subject = ?", a.Key).Scan(&due).Error; err != nil {
		return err
	}
	wait := time.Duration(due+cost-latest) * time.Millisecond
	return throttled{max(wait, time.Millisecond)}
}

// GiveBack returns tries.
func (s *Store) GiveBack(ctx context.Context, allowances ...auth.Allowance) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		for _, a := range allowances {
			if err := tx.Exec("UPDATE auth_throttle SET due_at = due_at - ? WHERE subject = ?", msPerTry(a), a.Key).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// networkDay is the resolution of the last login from a network: frequent logins write once a day.
const networkDay = 24 * time.Hour

// RememberNetwork stores a network, and deletes the account's networks beyond MaxNetworks.
func (s *Store) RememberNetwork(ctx context.Context, account, network string, now time.Time) error {
	known, err := s.KnowsNetwork(ctx, account, network, now.Add(-networkDay))
	if err != nil || known {
		return err
	}
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO auth_login_networks (account, network, last_at) VALUES (?, ?, ?)
			ON CONFLICT (account, network) DO UPDATE SET last_at = excluded.last_at`, account, network, now.UnixMilli()).Error
		if err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM auth_login_networks WHERE account = ? AND network NOT IN (
			SELECT network FROM auth_login_networks WHERE account = ? ORDER BY last_at DESC, network LIMIT ?)`, account, account, auth.MaxNetworks).Error
	})
}

// KnowsNetwork reports whether there was a login to an account from a network at or after since.
func (s *Store) KnowsNetwork(ctx context.Context, account, network string, since time.Time) (bool, error) {
	var known int64
	err := s.db.Read.WithContext(ctx).Raw("SELECT COUNT(*) FROM auth_login_networks WHERE account = ? AND network = ? AND last_at >= ?",
		account, network, since.UnixMilli()).Scan(&known).Error
	return known > 0, err
}

// deleteNetworks deletes an account's networks when its address changes or the user is removed.
func deleteNetworks(tx *gorm.DB, account string) error {
	return tx.Exec("DELETE FROM auth_login_networks WHERE account = ?", account).Error
}
