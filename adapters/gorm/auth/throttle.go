package gormauth

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/database"
)

// sweptPerTry is how many rows that have expired go with each try: more than a try adds, so that the table stays as small as
// what has not expired.
const sweptPerTry = 10

// throttled undoes what was taken of the allowances before the one that has nothing left.
type throttled struct{ wait time.Duration }

func (throttled) Error() string { return "no try is left" }

// Take takes a try of each allowance, or none of any. Callers lock the rows in the order of the allowances.
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

// each is after how many milliseconds a try comes back.
func each(a auth.Allowance) int64 { return max(1, time.Minute.Milliseconds()/int64(a.PerMinute)) }

// clockSkew is how far apart the clocks of replicas may be.
const clockSkew = time.Minute

// take takes a try by the generic cell rate algorithm, in one statement, so that replicas count together: due_at is when
// all that was taken will have come back, and a try may be taken while that is at most a minute ahead. One that lies far beyond was
// set by a clock that was ahead and has been set back since: it counts for nothing.
func (s *Store) take(tx *gorm.DB, now time.Time, a auth.Allowance) error {
	greatest := "MAX"
	if s.db.Dialect == database.Postgres {
		greatest = "GREATEST"
	}
	at, cost, most := now.UnixMilli(), each(a), now.Add(time.Minute).UnixMilli()
	credible := now.Add(clockSkew + time.Minute).UnixMilli()
	from := `CASE WHEN auth_throttle.due_at > ? THEN ? ELSE ` + greatest + `(auth_throttle.due_at, ?) END`
	taken := tx.Exec(`
		INSERT INTO auth_throttle (subject, due_at) VALUES (?, ?)
		ON CONFLICT (subject) DO UPDATE SET due_at = `+from+` + ? WHERE `+from+` + ? <= ?`,
		a.Key, at+cost, credible, at, at, cost, credible, at, at, cost, most)
	if taken.Error != nil || taken.RowsAffected == 1 {
		return taken.Error
	}
	var due int64
	if err := tx.Raw("SELECT due_at FROM auth_throttle WHERE subject = ?", a.Key).Scan(&due).Error; err != nil {
		return err
	}
	wait := time.Duration(due+cost-most) * time.Millisecond
	return throttled{max(wait, time.Millisecond)}
}

// GiveBack returns tries.
func (s *Store) GiveBack(ctx context.Context, allowances ...auth.Allowance) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		for _, a := range allowances {
			if err := tx.Exec("UPDATE auth_throttle SET due_at = due_at - ? WHERE subject = ?", each(a), a.Key).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// networkDay is how exact the last login from a network is: who logs in often writes once a day.
const networkDay = 24 * time.Hour

// RememberNetwork stores a network, and forgets those of the account beyond the last.
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

// KnowsNetwork tells whether an account was logged in to from a network since an instant.
func (s *Store) KnowsNetwork(ctx context.Context, account, network string, since time.Time) (bool, error) {
	var known int64
	err := s.db.Read.WithContext(ctx).Raw("SELECT COUNT(*) FROM auth_login_networks WHERE account = ? AND network = ? AND last_at >= ?",
		account, network, since.UnixMilli()).Scan(&known).Error
	return known > 0, err
}

// forgetNetworks forgets from where an account was logged in to, when its address is another's or nobody's.
func forgetNetworks(tx *gorm.DB, account string) error {
	return tx.Exec("DELETE FROM auth_login_networks WHERE account = ?", account).Error
}
