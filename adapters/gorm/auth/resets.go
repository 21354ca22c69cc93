package gormauth

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/database"
)

// AddReset stores a reset link, replacing the user's earlier link.
func (s *Store) AddReset(ctx context.Context, user string, token []byte, expires time.Time, check auth.UserCheck) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		row, err := lockUser(tx, user)
		if err != nil {
			return err
		}
		entry, err := check(row.user())
		if err != nil {
			return err
		}
		if err := putReset(tx, user, token, expires); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
}

// putReset stores a reset link, replacing the user's earlier link.
func putReset(tx *gorm.DB, user string, token []byte, expires time.Time) error {
	return tx.Exec(`INSERT INTO auth_resets (user_id, digest, expires_at) VALUES (?, ?, ?)
		ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at`,
		user, hex.EncodeToString(token), expires.UnixMilli()).Error
}

// AddInvited adds a user with a reset link.
func (s *Store) AddInvited(ctx context.Context, user auth.User, token []byte, expires time.Time, entries ...auth.Entry) error {
	row := rowOf(user)
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		err := tx.Create(&row).Error
		if err == nil {
			err = putReset(tx, user.ID, token, expires)
		}
		for _, entry := range entries {
			if err == nil {
				err = addEntry(tx, entry)
			}
		}
		return err
	})
	if database.IsUnique(err) {
		return auth.ErrTaken
	}
	return err
}

// ResetOf returns the user of a valid link.
func (s *Store) ResetOf(ctx context.Context, token []byte, now time.Time) (auth.User, bool, error) {
	var users []string
	err := s.db.Write.WithContext(ctx).Raw("SELECT user_id FROM auth_resets WHERE digest = ? AND expires_at > ?",
		hex.EncodeToString(token), now.UnixMilli()).Scan(&users).Error
	if err != nil || len(users) == 0 {
		return auth.User{}, false, err
	}
	return s.User(ctx, users[0])
}

// Reset uses up a link. Of concurrent calls, the one that deletes the link's row wins. The user's row is locked first, as
// everywhere.
func (s *Store) Reset(ctx context.Context, token []byte, now time.Time, user string, change auth.UserChange) (won bool, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		if _, err := lockUserForChange(tx, user); err != nil {
			return err
		}
		spent := tx.Exec("DELETE FROM auth_resets WHERE digest = ? AND user_id = ? AND expires_at > ?", hex.EncodeToString(token), user, now.UnixMilli())
		if spent.Error != nil || spent.RowsAffected == 0 {
			return spent.Error
		}
		won = true
		_, err := changeUser(tx, user, "", change)
		return err
	})
	if errors.Is(err, auth.ErrNotFound) {
		return false, nil
	}
	return won && err == nil, err
}

// deleteResets deletes a user's reset links and takes their old hash off the list of untested passwords. Call it wherever
// a hash changes or a user is disabled or removed.
func deleteResets(tx *gorm.DB, user string) error {
	if err := tx.Exec("DELETE FROM auth_resets WHERE user_id = ?", user).Error; err != nil {
		return err
	}
	return tx.Exec("DELETE FROM auth_untested_passwords WHERE user_id = ?", user).Error
}
