package gormauth

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	// InitialPassword is that of auth.User.
	InitialPassword bool
	CreatedAt       int64 `gorm:"autoCreateTime:false"`
	// SecondFactor and FactorDemanded are derived: see withFactors.
	SecondFactor, FactorDemanded bool `gorm:"->"`
}

func (userRow) TableName() string { return "auth_users" }

func (r userRow) user() auth.User {
	return auth.User{
		ID: r.ID, Email: r.Email, Role: auth.Role(r.Role), Space: r.SpaceID, Disabled: r.Disabled,
		Login: auth.Login(r.Login), PasswordHash: r.PasswordHash, InitialPassword: r.InitialPassword, Created: fromMs(r.CreatedAt),
		SecondFactor: r.SecondFactor, FactorDemanded: r.FactorDemanded,
	}
}

func rowOf(u auth.User) userRow {
	return userRow{
		ID: u.ID, Email: u.Email, Role: string(u.Role), SpaceID: u.Space, Disabled: u.Disabled,
		Login: string(u.Login), PasswordHash: u.PasswordHash, InitialPassword: u.InitialPassword, CreatedAt: u.Created.UnixMilli(),
	}
}

func (s *Store) find(ctx context.Context, where string, value string) (auth.User, bool, error) {
	var rows []userRow
	if err := withFactors(s.db.Read.WithContext(ctx)).Where(where, value).Limit(1).Find(&rows).Error; err != nil {
		return auth.User{}, false, fmt.Errorf("find user: %w", err)
	}
	if len(rows) == 0 {
		return auth.User{}, false, nil
	}
	return rows[0].user(), true, nil
}

// UserByEmail returns the user with a normalised e-mail address.
func (s *Store) UserByEmail(ctx context.Context, email string) (auth.User, bool, error) {
	return s.find(ctx, "email = ?", email)
}

// User returns the user with an id.
func (s *Store) User(ctx context.Context, id string) (auth.User, bool, error) {
	return s.find(ctx, "id = ?", id)
}

// AnyUser reports whether any user exists.
func (s *Store) AnyUser(ctx context.Context) (bool, error) {
	var n int64
	err := s.db.Read.WithContext(ctx).Model(&userRow{}).Limit(1).Count(&n).Error
	return n > 0, err
}

// AddFirstUser adds a user if none exists. The row of auth_first_user decides between processes.
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

// ListUsers returns at most limit users, ordered by id, with ids greater than after.
func (s *Store) ListUsers(ctx context.Context, after string, limit int) ([]auth.User, error) {
	var rows []userRow
	if err := withFactors(s.db.Read.WithContext(ctx)).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	users := make([]auth.User, len(rows))
	for i, r := range rows {
		users[i] = r.user()
	}
	return users, nil
}

// AddUser adds a user and the audit entry.
func (s *Store) AddUser(ctx context.Context, user auth.User, entry auth.Entry) error {
	row := rowOf(user)
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
	if database.IsUnique(err) {
		return auth.ErrTaken
	}
	return err
}

// ChangeUser locks a user, calls change with them and writes the changed fields.
func (s *Store) ChangeUser(ctx context.Context, id, keep string, change auth.UserChange) (user auth.User, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		user, err = changeUser(tx, id, keep, change)
		return err
	})
	if database.IsUnique(err) {
		err = auth.ErrTaken
	}
	if err != nil {
		return auth.User{}, err
	}
	return user, nil
}

func changeUser(tx *gorm.DB, id, keep string, change auth.UserChange) (auth.User, error) {
	was, err := lockUserForChange(tx, id)
	if err != nil {
		return auth.User{}, err
	}
	user := was.user()
	entry, err := change(&user)
	if err != nil {
		return auth.User{}, err
	}
	if err := writeUser(tx, was, rowOf(user), keep, entry.At); err != nil {
		return auth.User{}, err
	}
	return user, addEntry(tx, entry)
}

// lockUserForChange locks a user for a change. Only one transaction at a time may count the remaining administrators.
func lockUserForChange(tx *gorm.DB, id string) (userRow, error) {
	if err := lockAdministrators(tx); err != nil {
		return userRow{}, err
	}
	return lockUser(tx, id)
}

// lockAdministrators takes the lock under which users are changed, one transaction at a time. It adds the lock's row if the
// first user was not added by the server.
func lockAdministrators(tx *gorm.DB) error {
	return tx.Exec("INSERT INTO auth_first_user (only_row, user_id) VALUES (1, '') ON CONFLICT (only_row) DO UPDATE SET only_row = 1").Error
}

// lockUser locks a user's row until the transaction ends; on SQLite there is only one writer. To avoid deadlocks, every
// transaction locks in this order: the administrators, the user, their sessions, the tokens of the sessions.
func lockUser(tx *gorm.DB, id string) (userRow, error) {
	var rows []userRow
	if err := withFactors(tx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Limit(1).Find(&rows).Error; err != nil {
		return userRow{}, fmt.Errorf("lock user: %w", err)
	}
	if len(rows) == 0 {
		return userRow{}, auth.ErrNotFound
	}
	return rows[0], nil
}

// writeUser writes the changed columns of a locked row, and ends sessions and links if the change requires it.
func writeUser(tx *gorm.DB, was, is userRow, keep string, at time.Time) error {
	columns := make(map[string]any)
	for column, values := range map[string][2]any{
		"email": {was.Email, is.Email}, "role": {was.Role, is.Role}, "space_id": {was.SpaceID, is.SpaceID}, "disabled": {was.Disabled, is.Disabled},
		"login": {was.Login, is.Login}, "password_hash": {was.PasswordHash, is.PasswordHash}, "initial_password": {was.InitialPassword, is.InitialPassword},
	} {
		if values[0] != values[1] {
			columns[column] = values[1]
		}
	}
	if len(columns) == 0 {
		return nil
	}
	if err := tx.Model(&userRow{}).Where("id = ?", was.ID).Updates(columns).Error; err != nil {
		return err
	}
	if err := recordUser(tx, was, is, at); err != nil {
		return err
	}
	if is.Disabled {
		keep = ""
	}
	if is.Disabled || is.PasswordHash != was.PasswordHash {
		if err := endFamilies(tx, was.ID, keep, at); err != nil {
			return err
		}
		if err := deleteResets(tx, was.ID); err != nil {
			return err
		}
	}
	if is.Email != was.Email {
		if err := deleteNetworks(tx, was.Email); err != nil {
			return err
		}
	}
	if was.isCampusAdmin() && !is.isCampusAdmin() {
		return requireAdministrator(tx)
	}
	return nil
}

// isCampusAdmin reports whether a user manages the whole campus.
func (r userRow) isCampusAdmin() bool {
	return r.Role == string(auth.Admin) && r.SpaceID == "" && !r.Disabled
}

// AccessOf counts what would be deleted together with a user.
func (s *Store) AccessOf(ctx context.Context, id string, begunFrom, usedFrom time.Time) (access auth.Access, found bool, err error) {
	user, found, err := s.User(ctx, id)
	if err != nil || !found {
		return auth.Access{}, false, err
	}
	admins := 0
	err = s.db.Read.WithContext(ctx).Raw(`SELECT
		(SELECT COUNT(*) FROM auth_families WHERE user_id = ? AND NOT ended AND begun_at >= ? AND used_at >= ?),
		(SELECT COUNT(*) FROM auth_links WHERE user_id = ?),
		(SELECT COUNT(*) FROM auth_resets WHERE user_id = ?),
		(SELECT COUNT(*) FROM auth_users WHERE role = ? AND space_id = '' AND NOT disabled)`,
		id, begunFrom.UnixMilli(), usedFrom.UnixMilli(), id, id, string(auth.Admin)).
		Row().Scan(&access.Sessions, &access.Links, &access.ResetLinks, &admins)
	if err != nil {
		return auth.Access{}, false, fmt.Errorf("count what a user has: %w", err)
	}
	access.LastAdmin = admins == 1 && rowOf(user).isCampusAdmin()
	return access, true, nil
}

// RemoveUser deletes a user with their families.
func (s *Store) RemoveUser(ctx context.Context, id string, check auth.UserCheck) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		was, err := lockUserForChange(tx, id)
		if err != nil {
			return err
		}
		entry, err := check(was.user())
		if err != nil {
			return err
		}
		if err := tx.Where("id = ?", id).Delete(&userRow{}).Error; err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM auth_links WHERE user_id = ?", id).Error; err != nil {
			return err
		}
		if err := endFamilies(tx, id, "", entry.At); err != nil {
			return err
		}
		if err := recordChanges(tx, entry.At, changedUser, id); err != nil {
			return err
		}
		if _, err := deleteFactor(tx, id); err != nil {
			return err
		}
		if err := errors.Join(deleteResets(tx, id), deleteNetworks(tx, was.Email)); err != nil {
			return err
		}
		if was.isCampusAdmin() {
			if err := requireAdministrator(tx); err != nil {
				return err
			}
		}
		return addEntry(tx, entry)
	})
}

// requireAdministrator returns ErrLastAdmin if no administrator of the whole campus is left.
func requireAdministrator(tx *gorm.DB) error {
	var left int64
	err := tx.Model(&userRow{}).Where("role = ? AND space_id = '' AND NOT disabled", string(auth.Admin)).Count(&left).Error
	if err == nil && left == 0 {
		err = auth.ErrLastAdmin
	}
	return err
}

// endFamilies ends a user's sessions except one. It deletes codes first: it waits for a running exchange and ends its session too.
func endFamilies(tx *gorm.DB, user, keep string, at time.Time) error {
	if err := tx.Exec("DELETE FROM auth_sign_on_codes WHERE user_id = ?", user).Error; err != nil {
		return err
	}
	return endEach(tx, at, "UPDATE auth_families SET ended = TRUE WHERE user_id = ? AND id <> ? AND NOT ended RETURNING id", user, keep)
}

// endFamiliesBeyond ends a user's sessions beyond a number, oldest use first.
func endFamiliesBeyond(tx *gorm.DB, user string, limit int, at time.Time) error {
	return endEach(tx, at, `UPDATE auth_families SET ended = TRUE WHERE user_id = ? AND NOT ended AND id NOT IN (
		SELECT id FROM auth_families WHERE user_id = ? AND NOT ended ORDER BY used_at DESC, id DESC LIMIT ?) RETURNING id`, user, user, limit)
}

// endEach runs a statement that ends families and returns their ids, and records them as ended.
func endEach(tx *gorm.DB, at time.Time, statement string, values ...any) error {
	var ended []string
	if err := tx.Raw(statement, values...).Scan(&ended).Error; err != nil {
		return err
	}
	return recordChanges(tx, at, changedFamily, ended...)
}

// Rehash replaces a hash if it is still the one that was compared.
func (s *Store) Rehash(ctx context.Context, id, from, to string) (done bool, err error) {
	replaced := s.db.Write.WithContext(ctx).Exec("UPDATE auth_users SET password_hash = ? WHERE id = ? AND password_hash = ?", to, id, from)
	return replaced.RowsAffected == 1, replaced.Error
}
