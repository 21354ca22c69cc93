package gormauth

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/auth"
)

type factorRow struct {
	UserID      string `gorm:"primaryKey"`
	Secret      string // base64
	SealedBy    string
	ProposedAt  int64
	ConfirmedAt int64 // 0: not on yet
	UsedStep    int64
	// RecoveryLeft is counted.
	RecoveryLeft int `gorm:"->"`
}

func (factorRow) TableName() string { return "auth_second_factors" }

func (r factorRow) factor() (auth.Factor, error) {
	text, err := base64.StdEncoding.DecodeString(r.Secret)
	if err != nil {
		return auth.Factor{}, fmt.Errorf("second factor of %s: %w", r.UserID, err)
	}
	factor := auth.Factor{User: r.UserID, Secret: auth.Sealed{By: r.SealedBy, Text: text}, Proposed: fromMs(r.ProposedAt), UsedStep: r.UsedStep, RecoveryLeft: r.RecoveryLeft}
	if r.ConfirmedAt != 0 {
		factor.Confirmed = fromMs(r.ConfirmedAt)
	}
	return factor, nil
}

// withFactors selects users with what is derived of their second factors.
func withFactors(tx *gorm.DB) *gorm.DB {
	return tx.Model(&userRow{}).Select(userColumns + factorColumns)
}

// userColumns are named, so that a column of the next version does not change the result.
const userColumns = `auth_users.id, auth_users.email, auth_users.role, auth_users.space_id, auth_users.disabled, auth_users.login, auth_users.password_hash,
	auth_users.initial_password, auth_users.created_at, `

const factorColumns = `EXISTS (SELECT 1 FROM auth_second_factors f WHERE f.user_id = auth_users.id AND f.confirmed_at > 0) AS second_factor,
	EXISTS (SELECT 1 FROM auth_factor_demands d WHERE d.role = auth_users.role) AS factor_demanded`

// Factor returns a user's factor.
func (s *Store) Factor(ctx context.Context, user string) (auth.Factor, bool, error) {
	var rows []factorRow
	err := s.db.Write.WithContext(ctx).Raw(`SELECT f.user_id, f.secret, f.sealed_by, f.proposed_at, f.confirmed_at, f.used_step, (SELECT COUNT(*) FROM auth_recovery_codes r WHERE r.user_id = f.user_id) AS recovery_left
		FROM auth_second_factors f WHERE f.user_id = ?`, user).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return auth.Factor{}, false, err
	}
	factor, err := rows[0].factor()
	return factor, err == nil, err
}

// ProposeFactor stores a factor that is not on.
func (s *Store) ProposeFactor(ctx context.Context, factor auth.Factor) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		user, err := lockUser(tx, factor.User)
		if err != nil {
			return err
		}
		if user.SecondFactor {
			return auth.ErrFactorOn
		}
		row := factorRow{
			UserID: factor.User, Secret: base64.StdEncoding.EncodeToString(factor.Secret.Text), SealedBy: factor.Secret.By, ProposedAt: factor.Proposed.UnixMilli(),
		}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// ConfirmFactor turns a proposed factor on. It locks the user first, as everywhere.
func (s *Store) ConfirmFactor(ctx context.Context, factor auth.Factor, recovery [][]byte, keep string, entry auth.Entry) (won bool, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		if _, err := lockUser(tx, factor.User); err != nil {
			return err
		}
		confirmed := tx.Exec("UPDATE auth_second_factors SET confirmed_at = ?, used_step = ? WHERE user_id = ? AND secret = ? AND confirmed_at = 0",
			factor.Confirmed.UnixMilli(), factor.UsedStep, factor.User, base64.StdEncoding.EncodeToString(factor.Secret.Text))
		if confirmed.Error != nil || confirmed.RowsAffected == 0 {
			return confirmed.Error
		}
		won = true
		if err := tx.Exec("DELETE FROM auth_recovery_codes WHERE user_id = ?", factor.User).Error; err != nil {
			return err
		}
		for _, digest := range recovery {
			if err := tx.Exec("INSERT INTO auth_recovery_codes (user_id, digest) VALUES (?, ?)", factor.User, hex.EncodeToString(digest)).Error; err != nil {
				return err
			}
		}
		if err := endFamilies(tx, factor.User, keep, entry.At); err != nil {
			return err
		}
		if err := recordChanges(tx, entry.At, changedUser, factor.User); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
	return won && err == nil, err
}

// UseStep stores the step of an accepted code. The statement compares and writes, so that one of several calls wins.
func (s *Store) UseStep(ctx context.Context, user string, step int64) (bool, error) {
	used := s.db.Write.WithContext(ctx).Exec("UPDATE auth_second_factors SET used_step = ? WHERE user_id = ? AND confirmed_at > 0 AND used_step < ?", step, user, step)
	return used.RowsAffected == 1, used.Error
}

// UseRecovery deletes a recovery code. Of concurrent calls, the one that deletes its row wins.
func (s *Store) UseRecovery(ctx context.Context, user string, digest []byte, note func(left int) auth.Entry) (won bool, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		used := tx.Exec("DELETE FROM auth_recovery_codes WHERE user_id = ? AND digest = ?", user, hex.EncodeToString(digest))
		if used.Error != nil || used.RowsAffected == 0 {
			return used.Error
		}
		won = true
		var left int
		if err := tx.Raw("SELECT COUNT(*) FROM auth_recovery_codes WHERE user_id = ?", user).Scan(&left).Error; err != nil {
			return err
		}
		return addEntry(tx, note(left))
	})
	return won && err == nil, err
}

// RemoveFactor deletes a user's factor.
func (s *Store) RemoveFactor(ctx context.Context, user string, entry auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if _, err := lockUser(tx, user); err != nil {
			return err
		}
		removed, err := deleteFactor(tx, user)
		if err != nil {
			return err
		}
		if !removed {
			return auth.ErrNotFound
		}
		if err := recordChanges(tx, entry.At, changedUser, user); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
}

// deleteFactor deletes a user's factor and recovery codes, and returns whether there was one.
func deleteFactor(tx *gorm.DB, user string) (removed bool, err error) {
	if err := tx.Exec("DELETE FROM auth_recovery_codes WHERE user_id = ?", user).Error; err != nil {
		return false, err
	}
	deleted := tx.Exec("DELETE FROM auth_second_factors WHERE user_id = ?", user)
	return deleted.RowsAffected > 0, deleted.Error
}

// DemandedRoles returns the roles whose users must have a second factor.
func (s *Store) DemandedRoles(ctx context.Context) ([]auth.Role, error) {
	roles := []auth.Role{}
	err := s.db.Read.WithContext(ctx).Raw("SELECT role FROM auth_factor_demands ORDER BY role").Scan(&roles).Error
	return roles, err
}

// DemandFactor replaces the roles, and records their users without a factor as changed.
func (s *Store) DemandFactor(ctx context.Context, roles []auth.Role, entry auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := lockAdministrators(tx); err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM auth_factor_demands").Error; err != nil {
			return err
		}
		for _, role := range roles {
			if err := tx.Exec("INSERT INTO auth_factor_demands (role) VALUES (?) ON CONFLICT DO NOTHING", string(role)).Error; err != nil {
				return err
			}
		}
		var concerned []string
		err := tx.Raw("SELECT id FROM auth_users WHERE id NOT IN (SELECT user_id FROM auth_second_factors WHERE confirmed_at > 0)").Scan(&concerned).Error
		if err != nil {
			return err
		}
		if err := recordMany(tx, entry.At, concerned); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
}

// recordMany records changes of users, some at a time.
func recordMany(tx *gorm.DB, at time.Time, users []string) error {
	const atOnce = 1000
	for from := 0; from < len(users); from += atOnce {
		if err := recordChanges(tx, at, changedUser, users[from:min(from+atOnce, len(users))]...); err != nil {
			return err
		}
	}
	return nil
}

// SealedBy returns factors that were sealed by some keys.
func (s *Store) SealedBy(ctx context.Context, names []string, limit int) ([]auth.Factor, error) {
	var rows []factorRow
	err := s.db.Write.WithContext(ctx).Raw("SELECT user_id, secret, sealed_by FROM auth_second_factors WHERE sealed_by IN ? ORDER BY user_id LIMIT ?", append([]string{""}, names...), limit).Scan(&rows).Error
	factors := make([]auth.Factor, len(rows))
	for i, r := range rows {
		if err != nil {
			break
		}
		factors[i], err = r.factor()
	}
	return factors, err
}

// Reseal replaces a sealed secret. Of several processes one does.
func (s *Store) Reseal(ctx context.Context, user string, former, next auth.Sealed) error {
	return s.db.Write.WithContext(ctx).Exec("UPDATE auth_second_factors SET secret = ?, sealed_by = ? WHERE user_id = ? AND secret = ?",
		base64.StdEncoding.EncodeToString(next.Text), next.By, user, base64.StdEncoding.EncodeToString(former.Text)).Error
}

// CountSealed counts the factors that were sealed by another key.
func (s *Store) CountSealed(ctx context.Context, names []string) (others int, err error) {
	err = s.db.Read.WithContext(ctx).Raw("SELECT COUNT(*) FROM auth_second_factors WHERE confirmed_at > 0 AND sealed_by NOT IN ?", append([]string{""}, names...)).Scan(&others).Error
	return others, err
}
