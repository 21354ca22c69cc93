package gormauth

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/auth"
)

type userRow struct {
	ID           string `gorm:"primaryKey"`
	Email, Role  string
	SpaceID      string
	Disabled     bool
	PasswordHash string
	CreatedAt    int64 `gorm:"autoCreateTime:false"`
}

func (userRow) TableName() string { return "auth_users" }

func (r userRow) user() auth.User {
	return auth.User{
		ID: r.ID, Email: r.Email, Role: auth.Role(r.Role), Space: r.SpaceID, Disabled: r.Disabled, PasswordHash: r.PasswordHash, Created: fromMs(r.CreatedAt),
	}
}

func rowOf(u auth.User) userRow {
	return userRow{
		ID: u.ID, Email: u.Email, Role: string(u.Role), SpaceID: u.Space, Disabled: u.Disabled, PasswordHash: u.PasswordHash, CreatedAt: u.Created.UnixMilli(),
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

// SetPassword gives a user another hash and ends his other families.
func (s *Store) SetPassword(ctx context.Context, id, hash, keep string) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("UPDATE auth_users SET password_hash = ? WHERE id = ?", hash, id).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE auth_families SET ended = TRUE WHERE user_id = ? AND id <> ?", id, keep).Error
	})
}

// Rehash replaces a hash that is still the one that was compared.
func (s *Store) Rehash(ctx context.Context, id, from, to string) error {
	return s.db.Write.WithContext(ctx).Exec("UPDATE auth_users SET password_hash = ? WHERE id = ? AND password_hash = ?", to, id, from).Error
}
