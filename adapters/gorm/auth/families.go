package gormauth

import (
	"context"
	"encoding/hex"
	"errors"
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
	// Successor is the digest of the token that followed; Nonce, in hexadecimal, is that of auth.Successor. Empty if there is none.
	Successor, Nonce string
}

func (tokenRow) TableName() string { return "auth_refresh_tokens" }

// Begin stores a new family and its first token if check accepts the current user.
func (s *Store) Begin(ctx context.Context, f auth.Family, token []byte, check auth.UserCheck) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error { return beginFamily(tx, f, token, check) })
}

func beginFamily(tx *gorm.DB, f auth.Family, token []byte, check auth.UserCheck) error {
	user, err := lockUser(tx, f.User)
	if err != nil {
		return err
	}
	entry, err := check(user.user())
	if err != nil {
		return err
	}
	return storeFamily(tx, f, token, entry)
}

// storeFamily stores a new family of a locked user and ends the user's families beyond MaxFamilies, oldest use first.
func storeFamily(tx *gorm.DB, f auth.Family, token []byte, entry auth.Entry) error {
	row := familyRow{ID: f.ID, UserID: f.User, BegunAt: f.Begun.UnixMilli(), UsedAt: f.Used.UnixMilli()}
	if err := tx.Create(&row).Error; err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	if err := tx.Create(&tokenRow{Digest: hex.EncodeToString(token), FamilyID: f.ID}).Error; err != nil {
		return fmt.Errorf("store the token: %w", err)
	}
	if err := endFamiliesBeyond(tx, f.User, auth.MaxFamilies, entry.At); err != nil {
		return err
	}
	return addEntry(tx, entry)
}

// Find returns a token's family, and whether the token was already spent.
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

// errSpent rolls the transaction back if another call has already spent the token.
var errSpent = errors.New("the token is spent")

// Spend replaces a token by its successor. It locks the session's row first, so that concurrent calls run one after the
// other and the first one wins.
func (s *Store) Spend(ctx context.Context, token []byte, successor auth.Successor, now time.Time) (won bool, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		var families []string
		if err := tx.Raw("SELECT family_id FROM auth_refresh_tokens WHERE digest = ?", hex.EncodeToString(token)).Scan(&families).Error; err != nil || len(families) == 0 {
			return err
		}
		used := tx.Exec("UPDATE auth_families SET used_at = ? WHERE id = ? AND NOT ended", now.UnixMilli(), families[0])
		if used.Error != nil || used.RowsAffected == 0 {
			return used.Error
		}
		next := tokenRow{Digest: hex.EncodeToString(successor.Digest), FamilyID: families[0]}
		spent := tx.Exec("UPDATE auth_refresh_tokens SET spent_at = ?, successor = ?, nonce = ? WHERE digest = ? AND spent_at = 0",
			now.UnixMilli(), next.Digest, hex.EncodeToString(successor.Nonce), hex.EncodeToString(token))
		if spent.Error != nil {
			return spent.Error
		}
		if spent.RowsAffected == 0 {
			return errSpent
		}
		won = true
		if err := tx.Exec("UPDATE auth_refresh_tokens SET nonce = '' WHERE family_id = ? AND successor = ?", families[0], hex.EncodeToString(token)).Error; err != nil {
			return err
		}
		if err := tx.Create(&next).Error; err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM auth_refresh_tokens WHERE family_id = ? AND spent_at > 0 AND digest NOT IN (
			SELECT digest FROM auth_refresh_tokens WHERE family_id = ? AND spent_at > 0 ORDER BY spent_at DESC, digest LIMIT ?)`,
			families[0], families[0], auth.MaxSpentTokens).Error
	})
	if errors.Is(err, errSpent) {
		return false, nil
	}
	return won && err == nil, err
}

// Repetition returns what is stored of a spent token whose successor was not used yet.
func (s *Store) Repetition(ctx context.Context, token []byte) (auth.Repetition, bool, error) {
	var rows []tokenRow
	err := s.db.Write.WithContext(ctx).Raw(`SELECT t.spent_at, t.nonce FROM auth_refresh_tokens t JOIN auth_refresh_tokens n ON n.digest = t.successor
		WHERE t.digest = ? AND t.nonce <> '' AND n.spent_at = 0`, hex.EncodeToString(token)).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return auth.Repetition{}, false, err
	}
	nonce, err := hex.DecodeString(rows[0].Nonce)
	return auth.Repetition{Nonce: nonce, Spent: fromMs(rows[0].SpentAt)}, err == nil, err
}

// EndRepetition deletes the nonce of the token with a successor.
func (s *Store) EndRepetition(ctx context.Context, family, successorName string) error {
	return s.db.Write.WithContext(ctx).Exec("UPDATE auth_refresh_tokens SET nonce = '' WHERE family_id = ? AND nonce <> '' AND substr(successor, 1, ?) = ?",
		family, len(successorName), successorName).Error
}

// End ends a family and adds the audit entry.
func (s *Store) End(ctx context.Context, id string, entry auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		ended := tx.Exec("UPDATE auth_families SET ended = TRUE WHERE id = ? AND NOT ended", id)
		if ended.Error != nil || ended.RowsAffected == 0 {
			return ended.Error
		}
		if err := recordChanges(tx, entry.At, changedFamily, id); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
}

// Standing returns the current state of a family and its user.
func (s *Store) Standing(ctx context.Context, id string) (auth.Family, auth.User, bool, error) {
	var families []familyRow
	if err := s.db.Read.WithContext(ctx).Where("id = ?", id).Limit(1).Find(&families).Error; err != nil || len(families) == 0 {
		return auth.Family{}, auth.User{}, false, err
	}
	user, found, err := s.User(ctx, families[0].UserID)
	return families[0].family(), user, found, err
}
