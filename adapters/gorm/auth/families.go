package gormauth

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
)

type familyRow struct {
	ID      string `gorm:"primaryKey"`
	UserID  string
	BegunAt int64
	UsedAt  int64
	Ended   bool
}

func (familyRow) TableName() string { return "auth_families" }

func (r familyRow) family() auth.Family {
	return auth.Family{ID: r.ID, User: r.UserID, Begun: fromMs(r.BegunAt), Used: fromMs(r.UsedAt), Ended: r.Ended}
}

type tokenRow struct {
	Digest   string `gorm:"primaryKey"`
	FamilyID string
	SpentAt  int64
}

func (tokenRow) TableName() string { return "auth_refresh_tokens" }

// Begin keeps a new family and its first token.
func (s *Store) Begin(ctx context.Context, f auth.Family, token []byte, entry auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		row := familyRow{ID: f.ID, UserID: f.User, BegunAt: f.Begun.UnixMilli(), UsedAt: f.Used.UnixMilli()}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("begin session: %w", err)
		}
		if err := tx.Create(&tokenRow{Digest: hex.EncodeToString(token), FamilyID: f.ID}).Error; err != nil {
			return fmt.Errorf("keep the token: %w", err)
		}
		return note(tx, entry)
	})
}

// Find gives a token's family, and whether the token was spent.
func (s *Store) Find(ctx context.Context, token []byte) (family auth.Family, spent, found bool, err error) {
	var tokens []tokenRow
	if err = s.db.Write.WithContext(ctx).Where("digest = ?", hex.EncodeToString(token)).Limit(1).Find(&tokens).Error; err != nil || len(tokens) == 0 {
		return auth.Family{}, false, false, err
	}
	var families []familyRow
	if err = s.db.Write.WithContext(ctx).Where("id = ?", tokens[0].FamilyID).Limit(1).Find(&families).Error; err != nil || len(families) == 0 {
		return auth.Family{}, false, false, err
	}
	return families[0].family(), tokens[0].SpentAt != 0, true, nil
}

// Spend exchanges a token for its successor; the first statement decides between those who try at once.
func (s *Store) Spend(ctx context.Context, token, successor []byte, now time.Time) (won bool, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		spent := tx.Exec("UPDATE auth_refresh_tokens SET spent_at = ? WHERE digest = ? AND spent_at = 0", now.UnixMilli(), hex.EncodeToString(token))
		if spent.Error != nil || spent.RowsAffected == 0 {
			return spent.Error
		}
		var row tokenRow
		if err := tx.Where("digest = ?", hex.EncodeToString(token)).Take(&row).Error; err != nil {
			return err
		}
		used := tx.Exec("UPDATE auth_families SET used_at = ? WHERE id = ? AND NOT ended", now.UnixMilli(), row.FamilyID)
		if used.Error != nil || used.RowsAffected == 0 {
			return used.Error
		}
		won = true
		return tx.Create(&tokenRow{Digest: hex.EncodeToString(successor), FamilyID: row.FamilyID}).Error
	})
	return won, err
}

// End ends a family and notes it.
func (s *Store) End(ctx context.Context, id string, entry auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		ended := tx.Exec("UPDATE auth_families SET ended = TRUE WHERE id = ? AND NOT ended", id)
		if ended.Error != nil || ended.RowsAffected == 0 {
			return ended.Error
		}
		return note(tx, entry)
	})
}

// Standing is a family with its user.
func (s *Store) Standing(ctx context.Context, id string) (auth.Family, auth.User, bool, error) {
	var families []familyRow
	if err := s.db.Read.WithContext(ctx).Where("id = ?", id).Limit(1).Find(&families).Error; err != nil || len(families) == 0 {
		return auth.Family{}, auth.User{}, false, err
	}
	user, found, err := s.User(ctx, families[0].UserID)
	return families[0].family(), user, found, err
}
