package gormauth

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/database"
)

type userRow struct {
	ID           string `gorm:"primaryKey"`
	Email, Role  string
	SpaceID      string
	Disabled     bool
	Login        string
	PasswordHash string
	CreatedAt    int64 `gorm:"autoCreateTime:false"`
}

func (userRow) TableName() string { return "auth_users" }

func (r userRow) user() auth.User {
	return auth.User{
		ID: r.ID, Email: r.Email, Role: auth.Role(r.Role), Space: r.SpaceID, Disabled: r.Disabled,
		Login: auth.Login(r.Login), PasswordHash: r.PasswordHash, Created: fromMs(r.CreatedAt),
	}
}

func rowOf(u auth.User) userRow {
	return userRow{
		ID: u.ID, Email: u.Email, Role: string(u.Role), SpaceID: u.Space, Disabled: u.Disabled,
		Login: string(u.Login), PasswordHash: u.PasswordHash, CreatedAt: u.Created.UnixMilli(),
	}
}

func (s *Store) find(ctx context.Context, where string, value string) (auth.User, bool, error) {
	var rows []userRow
	if err := s.db.Read.WithContext(ctx).Where(where, value).Limit(1).Find(&rows).Error; err != nil {
		return auth.User{}, false, fmt.Errorf("find user: %w", err)
	}
	if len(rows) == 0 {
		return auth.User{}, false, nil
	}
	return rows[0].user(), true, nil
}

// UserByEmail finds one by a normal e-mail address.
func (s *Store) UserByEmail(ctx context.Context, email string) (auth.User, bool, error) {
	return s.find(ctx, "email = ?", email)
}

// User finds one by id.
func (s *Store) User(ctx context.Context, id string) (auth.User, bool, error) {
	return s.find(ctx, "id = ?", id)
}

// AnyUser tells whether there is one at all.
func (s *Store) AnyUser(ctx context.Context) (bool, error) {
	var n int64
	err := s.db.Read.WithContext(ctx).Model(&userRow{}).Limit(1).Count(&n).Error
	return n > 0, err
}

// AddFirstUser adds one if there is none; the row of auth_first_user decides between processes.
func (s *Store) AddFirstUser(ctx context.Context, user auth.User) (added bool, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		first := tx.Exec("INSERT INTO auth_first_user (only_row, user_id) VALUES (1, ?) ON CONFLICT DO NOTHING", user.ID)
		if first.Error != nil || first.RowsAffected == 0 {
			return first.Error
		}
		row := rowOf(user)
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		added = inserted.RowsAffected == 1
		return inserted.Error
	})
	return added, err
}

// ListUsers gives users by id, from after one.
func (s *Store) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	var rows []userRow
	if err := s.db.Read.WithContext(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	users := make([]auth.User, len(rows))
	for i, r := range rows {
		users[i] = r.user()
	}
	return users, nil
}

// AddUser adds one and notes it.
func (s *Store) AddUser(ctx context.Context, user auth.User, entry auth.Entry) error {
	row := rowOf(user)
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return note(tx, entry)
	})
	if database.IsUnique(err) {
		return auth.ErrTaken
	}
	return err
}

// ChangeUser writes a user and notes it; who lost his password or may not come in any more is logged out.
func (s *Store) ChangeUser(ctx context.Context, user auth.User, entry auth.Entry) error {
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := holdAdministrators(tx); err != nil {
			return err
		}
		var was []userRow
		if err := tx.Where("id = ?", user.ID).Limit(1).Find(&was).Error; err != nil {
			return err
		}
		if len(was) == 0 {
			return auth.ErrNotFound
		}
		row := rowOf(user)
		if err := tx.Save(&row).Error; err != nil {
			return err
		}
		if user.Disabled || user.PasswordHash != was[0].PasswordHash {
			if err := endFamilies(tx, user.ID, ""); err != nil {
				return err
			}
			if err := forgetResets(tx, user.ID); err != nil {
				return err
			}
		}
		if err := someAdministrator(tx); err != nil {
			return err
		}
		return note(tx, entry)
	})
	if database.IsUnique(err) {
		return auth.ErrTaken
	}
	return err
}

// RemoveUser removes one with his families.
func (s *Store) RemoveUser(ctx context.Context, id string, entry auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := holdAdministrators(tx); err != nil {
			return err
		}
		removed := tx.Where("id = ?", id).Delete(&userRow{})
		if removed.Error != nil {
			return removed.Error
		}
		if removed.RowsAffected == 0 {
			return auth.ErrNotFound
		}
		if err := tx.Exec("DELETE FROM auth_links WHERE user_id = ?", id).Error; err != nil {
			return err
		}
		if err := endFamilies(tx, id, ""); err != nil {
			return err
		}
		if err := forgetResets(tx, id); err != nil {
			return err
		}
		if err := someAdministrator(tx); err != nil {
			return err
		}
		return note(tx, entry)
	})
}

// holdAdministrators lets one change of users at a time count who is left.
func holdAdministrators(tx *gorm.DB) error {
	return tx.Exec("UPDATE auth_first_user SET only_row = 1").Error
}

func someAdministrator(tx *gorm.DB) error {
	var left int64
	err := tx.Model(&userRow{}).Where("role = ? AND space_id = '' AND NOT disabled", string(auth.Admin)).Count(&left).Error
	if err == nil && left == 0 {
		err = auth.ErrLastAdmin
	}
	return err
}

// endFamilies ends a user's sessions but one. Codes go first: one that is being exchanged is waited for, and its session ends too.
func endFamilies(tx *gorm.DB, user, keep string) error {
	if err := tx.Exec("DELETE FROM auth_sign_on_codes WHERE user_id = ?", user).Error; err != nil {
		return err
	}
	return tx.Exec("UPDATE auth_families SET ended = TRUE WHERE user_id = ? AND id <> ?", user, keep).Error
}

// SetPassword gives a user another hash and ends his other families.
func (s *Store) SetPassword(ctx context.Context, id, hash, keep string, entry auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("UPDATE auth_users SET password_hash = ?, login = ? WHERE id = ?", hash, auth.ByPassword, id).Error; err != nil {
			return err
		}
		if err := endFamilies(tx, id, keep); err != nil {
			return err
		}
		if err := forgetResets(tx, id); err != nil {
			return err
		}
		return note(tx, entry)
	})
}

// Rehash replaces a hash that is still the one that was compared.
func (s *Store) Rehash(ctx context.Context, id, from, to string) error {
	return s.db.Write.WithContext(ctx).Exec("UPDATE auth_users SET password_hash = ? WHERE id = ? AND password_hash = ?", to, id, from).Error
}
