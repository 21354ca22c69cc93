// Package gormstanding stores in SQLite or PostgreSQL what a process knows of sessions, users and keys that does not run the module auth.
package gormstanding

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/platform/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the schema, to be applied before a Store is used.
func Migrations() fs.FS { return database.MigrationsIn(migrations) }

// Store implements standing.Store.
type Store struct{ db *database.Database }

var _ standing.Store = (*Store)(nil)

// New returns a store on a database.
func New(db *database.Database) *Store { return &Store{db: db} }

type cursorRow struct {
	OnlyRow      int `gorm:"primaryKey;autoIncrement:false"`
	CursorAt     int64
	RecordedFrom int64
}

func (cursorRow) TableName() string { return "standing_cursor" }

type familyRow struct {
	ID      string `gorm:"primaryKey"`
	UntilAt int64
}

func (familyRow) TableName() string { return "standing_families" }

type userRow struct {
	ID            string `gorm:"primaryKey"`
	Role, SpaceID string
	Barred        bool
	UntilAt       int64
}

func (userRow) TableName() string { return "standing_users" }

type keyRow struct {
	Digest    string `gorm:"primaryKey"`
	ID, Name  string
	Devices   string // JSON
	SpaceID   string
	ExpiresAt int64 // 0: never
}

func (keyRow) TableName() string { return "standing_keys" }

// readKeyRow is the row of a key for reading.
type readKeyRow struct {
	Key keyRow `gorm:"embedded"`
}

func (readKeyRow) TableName() string { return "standing_read_keys" }

// keyTables are the tables of keys.
var keyTables = []string{"standing_keys", "standing_read_keys"}

// msOrZero is a time in ms since 1970; 0 if there is none.
func msOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMs(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Load returns what is stored. The cursor is read first: what is saved meanwhile is newer, and is asked for again.
func (s *Store) Load(ctx context.Context) (standing.Known, error) {
	known, err := s.load(s.db.Read.WithContext(ctx))
	if err != nil {
		return standing.Known{}, fmt.Errorf("read what is known of sessions, users and keys: %w", err)
	}
	return known, nil
}

func (s *Store) load(db *gorm.DB) (standing.Known, error) {
	known := standing.Known{Families: make(map[string]time.Time), Users: make(map[string]standing.User), Keys: make(map[auth.KeyDigest]auth.Key)}
	var cursors []cursorRow
	var families []familyRow
	var users []userRow
	var keys []keyRow
	var readKeys []readKeyRow
	for _, rows := range []any{&cursors, &families, &users, &keys, &readKeys} {
		if err := db.Find(rows).Error; err != nil {
			return known, err
		}
	}
	for _, r := range cursors {
		known.Cursor, known.RecordedFrom = fromMs(r.CursorAt), fromMs(r.RecordedFrom)
	}
	for _, r := range families {
		known.Families[r.ID] = fromMs(r.UntilAt)
	}
	for _, r := range users {
		known.Users[r.ID] = standing.User{
			UserState: auth.UserState{ID: r.ID, Role: auth.Role(r.Role), Space: r.SpaceID, Barred: r.Barred}, Until: fromMs(r.UntilAt),
		}
	}
	for _, r := range keys {
		if err := r.addTo(known.Keys, auth.Device); err != nil {
			return known, err
		}
	}
	for _, r := range readKeys {
		if err := r.Key.addTo(known.Keys, auth.Viewer); err != nil {
			return known, err
		}
	}
	return known, nil
}

func (r keyRow) addTo(keys map[auth.KeyDigest]auth.Key, role auth.Role) error {
	var sum auth.KeyDigest
	if err := sum.UnmarshalText([]byte(r.Digest)); err != nil {
		return fmt.Errorf("key %s: %w", r.ID, err)
	}
	key := auth.Key{ID: r.ID, Name: r.Name, Role: role, Space: r.SpaceID, Expires: fromMs(r.ExpiresAt)}
	if err := json.Unmarshal([]byte(r.Devices), &key.Devices); err != nil {
		return fmt.Errorf("devices of key %s: %w", r.ID, err)
	}
	keys[sum] = key
	return nil
}

func rowOfKey(sum auth.KeyDigest, key auth.Key) (keyRow, error) {
	text, err := sum.MarshalText()
	if err != nil {
		return keyRow{}, err
	}
	devices, err := json.Marshal(append([]string{}, key.Devices...))
	return keyRow{Digest: string(text), ID: key.ID, Name: key.Name, Devices: string(devices), SpaceID: key.Space, ExpiresAt: msOrZero(key.Expires)}, err
}

// Save stores an update. The cursor's row is written first, so that replicas save one after the other.
func (s *Store) Save(ctx context.Context, u standing.Update) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		for _, save := range []func(*gorm.DB, standing.Update) error{saveCursor, saveFamilies, saveUsers, deleteExpired, changeKeys, refuseKeys, learnKeys} {
			if err := save(tx, u); err != nil {
				return err
			}
		}
		return nil
	})
}

// atOnce is how many rows one statement writes.
const atOnce = 1000

// put writes rows, also those that exist.
func put[T any](tx *gorm.DB, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(&rows, atOnce).Error
}

// each runs a statement with some ids at a time.
func each[T any](tx *gorm.DB, statement string, ids []T) error {
	for some := range slices.Chunk(ids, atOnce) {
		if err := tx.Exec(statement, some).Error; err != nil {
			return err
		}
	}
	return nil
}

func saveCursor(tx *gorm.DB, u standing.Update) error {
	return put(tx, []cursorRow{{OnlyRow: 1, CursorAt: msOrZero(u.Cursor), RecordedFrom: msOrZero(u.RecordedFrom)}})
}

func saveFamilies(tx *gorm.DB, u standing.Update) error {
	rows := make([]familyRow, len(u.Families))
	for i, id := range u.Families {
		rows[i] = familyRow{ID: id, UntilAt: u.Until.UnixMilli()}
	}
	return put(tx, rows)
}

func saveUsers(tx *gorm.DB, u standing.Update) error {
	rows := make([]userRow, len(u.Users))
	for i, user := range u.Users {
		rows[i] = userRow{ID: user.ID, Role: string(user.Role), SpaceID: user.Space, Barred: user.Barred, UntilAt: u.Until.UnixMilli()}
	}
	return put(tx, rows)
}

func deleteExpired(tx *gorm.DB, u standing.Update) error {
	for _, table := range []string{"standing_families", "standing_users"} {
		if err := tx.Exec("DELETE FROM "+table+" WHERE until_at < ?", u.Now.UnixMilli()).Error; err != nil {
			return err
		}
	}
	return nil
}

// changeKeys changes and deletes keys by id: their digests are not known to auth's answer.
func changeKeys(tx *gorm.DB, u standing.Update) error {
	if u.NoKeys {
		for _, table := range keyTables {
			if err := tx.Exec("DELETE FROM " + table).Error; err != nil {
				return err
			}
		}
	}
	var removed []string
	for _, state := range u.Changed {
		if state.Removed {
			removed = append(removed, state.ID)
			continue
		}
		row, err := rowOfKey(auth.KeyDigest{}, state.Key)
		if err != nil {
			return err
		}
		for _, table := range keyTables {
			err = tx.Exec("UPDATE "+table+" SET name = ?, devices = ?, space_id = ?, expires_at = ? WHERE id = ?",
				row.Name, row.Devices, row.SpaceID, row.ExpiresAt, state.ID).Error
			if err != nil {
				return err
			}
		}
	}
	return deleteKeys(tx, "id", removed)
}

// deleteKeys deletes keys whose column has one of these values.
func deleteKeys(tx *gorm.DB, column string, values []string) error {
	for _, table := range keyTables {
		if err := each(tx, "DELETE FROM "+table+" WHERE "+column+" IN ?", values); err != nil {
			return err
		}
	}
	return nil
}

func refuseKeys(tx *gorm.DB, u standing.Update) error {
	digests := make([]string, len(u.Refused))
	for i, sum := range u.Refused {
		text, err := sum.MarshalText()
		if err != nil {
			return err
		}
		digests[i] = string(text)
	}
	return deleteKeys(tx, "digest", digests)
}

func learnKeys(tx *gorm.DB, u standing.Update) error {
	var rows []keyRow
	var readRows []readKeyRow
	for sum, key := range u.Learned {
		row, err := rowOfKey(sum, key)
		if err != nil {
			return err
		}
		if key.Reads() {
			readRows = append(readRows, readKeyRow{row})
		} else {
			rows = append(rows, row)
		}
	}
	if err := put(tx, readRows); err != nil {
		return err
	}
	return put(tx, rows)
}
