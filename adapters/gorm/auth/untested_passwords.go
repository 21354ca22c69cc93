package gormauth

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
)

// Untested returns some users whose password was not tested yet, those with Stranger first.
func (s *Store) Untested(ctx context.Context, limit int) ([]auth.UntestedPassword, error) {
	var rows []struct {
		Whose    userRow `gorm:"embedded"`
		Stranger bool
	}
	// A user who was removed meanwhile is left out.
	err := s.db.Write.WithContext(ctx).Raw(`SELECT u.*, t.stranger FROM auth_untested_passwords t JOIN auth_users u ON u.id = t.user_id
		ORDER BY t.stranger DESC, t.user_id LIMIT ?`, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read untested passwords: %w", err)
	}
	list := make([]auth.UntestedPassword, len(rows))
	for i, r := range rows {
		list[i] = auth.UntestedPassword{User: r.Whose.user(), Stranger: r.Stranger}
	}
	return list, nil
}

// KeepPassword removes a user from the list.
func (s *Store) KeepPassword(ctx context.Context, id string) error {
	return s.db.Write.WithContext(ctx).Exec("DELETE FROM auth_untested_passwords WHERE user_id = ?", id).Error
}

// RemovePassword removes a user from the list and removes their password. Of concurrent calls, the one that deletes the
// list's row does so. The user's row is locked first, as everywhere.
func (s *Store) RemovePassword(ctx context.Context, id, hash string, entry auth.Entry) error {
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		was, err := lockUserForChange(tx, id)
		if err != nil {
			return err
		}
		listed := tx.Exec("DELETE FROM auth_untested_passwords WHERE user_id = ?", id)
		if listed.Error != nil || listed.RowsAffected == 0 || was.PasswordHash != hash {
			return listed.Error
		}
		is := was
		is.PasswordHash, is.Login = "", string(auth.BySignOn)
		if err := writeUser(tx, was, is, "", entry.At); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
	if errors.Is(err, auth.ErrNotFound) {
		return nil
	}
	return err
}
