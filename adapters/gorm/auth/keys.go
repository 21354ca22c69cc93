package gormauth

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/auth"
)

type keyRow struct {
	ID           string `gorm:"primaryKey"`
	Name, Digest string
	Role         string
	Devices      string // JSON
	SpaceID      string
	CreatedAt    int64 `gorm:"autoCreateTime:false"`
	LastUsedAt   int64
	ExpiresAt    int64 // 0: never
}

func (keyRow) TableName() string { return "auth_keys" }

func (r keyRow) key() (auth.Key, error) {
	key := auth.Key{ID: r.ID, Name: r.Name, Role: auth.Role(r.Role), Space: r.SpaceID, Created: fromMs(r.CreatedAt)}
	if r.LastUsedAt > 0 {
		key.LastUsed = fromMs(r.LastUsedAt)
	}
	if r.ExpiresAt != 0 {
		key.Expires = fromMs(r.ExpiresAt)
	}
	if err := json.Unmarshal([]byte(r.Devices), &key.Devices); err != nil {
		return key, fmt.Errorf("read the devices of key %s: %w", r.ID, err)
	}
	return key, nil
}

// msOrZero is a time in ms since 1970; 0 if there is none.
func msOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// AddKey adds a key and the audit entry.
func (s *Store) AddKey(ctx context.Context, key auth.Key, secret []byte, entry auth.Entry) error {
	devices, err := json.Marshal(append([]string{}, key.Devices...))
	if err != nil {
		return err
	}
	row := keyRow{ID: key.ID, Name: key.Name, Digest: storedDigest(key, secret), Role: string(cmp.Or(key.Role, auth.Device)), Devices: string(devices), SpaceID: key.Space, CreatedAt: key.Created.UnixMilli(), ExpiresAt: msOrZero(key.Expires)}
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("add key: %w", err)
		}
		return addEntry(tx, entry)
	})
}

// ListKeys returns at most limit keys, ordered by id, with ids greater than after.
func (s *Store) ListKeys(ctx context.Context, after string, limit int) ([]auth.Key, error) {
	var rows []keyRow
	if err := s.db.Read.WithContext(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	keys := make([]auth.Key, len(rows))
	for i, r := range rows {
		var err error
		if keys[i], err = r.key(); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// Key returns the key with an id.
func (s *Store) Key(ctx context.Context, id string) (auth.Key, bool, error) {
	return s.findKey(ctx, "id = ?", id)
}

// KeyByDigest returns the key whose secret has a digest.
func (s *Store) KeyByDigest(ctx context.Context, secret []byte) (auth.Key, bool, error) {
	return s.findKey(ctx, "digest IN ?", []string{hex.EncodeToString(secret), readPrefix + hex.EncodeToString(secret)})
}

// readPrefix begins the stored digest of a key for reading. A server of the version before knows no roles and would let such a key write;
// so it does not find it.
const readPrefix = "v:"

func storedDigest(key auth.Key, secret []byte) string {
	if key.Reads() {
		return readPrefix + hex.EncodeToString(secret)
	}
	return hex.EncodeToString(secret)
}

func (s *Store) findKey(ctx context.Context, where string, value any) (auth.Key, bool, error) {
	var rows []keyRow
	if err := s.db.Read.WithContext(ctx).Where(where, value).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return auth.Key{}, false, err
	}
	key, err := rows[0].key()
	return key, err == nil, err
}

// UseKey stores when a key was last used. The statement says whether it was the first time.
func (s *Store) UseKey(ctx context.Context, id string, at time.Time, first auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		begun := tx.Exec("UPDATE auth_keys SET last_used_at = ? WHERE id = ? AND last_used_at = 0", at.UnixMilli(), id)
		if begun.Error != nil {
			return begun.Error
		}
		if begun.RowsAffected == 1 {
			return addEntry(tx, first)
		}
		return tx.Exec("UPDATE auth_keys SET last_used_at = ? WHERE id = ? AND last_used_at < ?", at.UnixMilli(), id, at.UnixMilli()).Error
	})
}

// NoteExpired adds the audit entries of keys that have expired. The expiry that was noted is stored: a key that works again expires again.
func (s *Store) NoteExpired(ctx context.Context, now time.Time, limit int, note func(auth.Key) auth.Entry) (noted int, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		var rows []keyRow
		err := tx.Where("expires_at > 0 AND expires_at <= ? AND noted_expiry <> expires_at", now.UnixMilli()).Order("id").Limit(limit).Find(&rows).Error
		if err != nil {
			return fmt.Errorf("find expired keys: %w", err)
		}
		noted = len(rows)
		for _, row := range rows {
			key, err := row.key()
			if err != nil {
				return err
			}
			marked := tx.Exec("UPDATE auth_keys SET noted_expiry = expires_at WHERE id = ? AND expires_at = ? AND noted_expiry <> expires_at", row.ID, row.ExpiresAt)
			if marked.Error != nil {
				return marked.Error
			}
			if marked.RowsAffected == 0 {
				continue // another process has noted it
			}
			if err := addEntry(tx, note(key)); err != nil {
				return err
			}
		}
		return nil
	})
	return noted, err
}

// ChangeKey locks a key, calls change with it and writes its name and expiry.
func (s *Store) ChangeKey(ctx context.Context, id string, change func(*auth.Key) auth.Entry) (key auth.Key, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		var rows []keyRow
		if err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Limit(1).Find(&rows).Error; err != nil {
			return fmt.Errorf("lock key: %w", err)
		}
		if len(rows) == 0 {
			return auth.ErrNotFound
		}
		if key, err = rows[0].key(); err != nil {
			return err
		}
		entry := change(&key)
		if err := tx.Exec("UPDATE auth_keys SET name = ?, expires_at = ? WHERE id = ?", key.Name, msOrZero(key.Expires), id).Error; err != nil {
			return fmt.Errorf("change key: %w", err)
		}
		if err := recordChanges(tx, entry.At, changedKey, id); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
	if err != nil {
		return auth.Key{}, err
	}
	return key, nil
}

// RemoveKey deletes a key and adds the audit entry.
func (s *Store) RemoveKey(ctx context.Context, id string, entry auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		removed := tx.Where("id = ?", id).Delete(&keyRow{})
		if removed.Error != nil {
			return removed.Error
		}
		if removed.RowsAffected == 0 {
			return auth.ErrNotFound
		}
		if err := recordChanges(tx, entry.At, changedKey, id); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
}
