package gormauth

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
)

// AddCode stores a code.
func (s *Store) AddCode(ctx context.Context, code, browser []byte, user string, expires time.Time) error {
	return s.db.Write.WithContext(ctx).Exec("INSERT INTO auth_sign_on_codes (digest, browser, user_id, expires_at) VALUES (?, ?, ?, ?)",
		hex.EncodeToString(code), hex.EncodeToString(browser), user, expires.UnixMilli()).Error
}

// ExchangeCode exchanges a code for a session. Of concurrent calls, the one that deletes the code's row wins.
func (s *Store) ExchangeCode(ctx context.Context, code, browser []byte, now time.Time, begin func(auth.User) (auth.PendingSession, error)) (won bool, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		var users []string
		err := tx.Raw("DELETE FROM auth_sign_on_codes WHERE digest = ? AND browser = ? AND expires_at > ? RETURNING user_id",
			hex.EncodeToString(code), hex.EncodeToString(browser), now.UnixMilli()).Scan(&users).Error
		if err != nil || len(users) == 0 {
			return err
		}
		user, err := lockUser(tx, users[0])
		if errors.Is(err, auth.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		pending, err := begin(user.user())
		if err != nil {
			return err
		}
		won = true
		return storeFamily(tx, pending.Family, pending.Token, pending.Note)
	})
	return won && err == nil, err
}

// SweepCodes deletes expired codes.
func (s *Store) SweepCodes(ctx context.Context, now time.Time) error {
	return s.db.Write.WithContext(ctx).Exec("DELETE FROM auth_sign_on_codes WHERE expires_at <= ?", now.UnixMilli()).Error
}
