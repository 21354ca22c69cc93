package gormauth

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/auth"
)

// changeRow says when a thing last changed.
type changeRow struct {
	Kind string `gorm:"primaryKey"`
	ID   string `gorm:"primaryKey"`
	At   int64
}

func (changeRow) TableName() string { return "auth_changes" }

// The kinds of changes.
const (
	changedFamily = "family"
	changedUser   = "user"
	changedKey    = "key"
	// recordBegan has the instant since when changes are recorded, in a database of an earlier version.
	recordBegan = "record"
)

// recordChanges records changes, in the transaction that makes them and after the changed rows are locked.
func recordChanges(tx *gorm.DB, at time.Time, kind string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	rows := make([]changeRow, len(ids))
	for i, id := range ids {
		rows[i] = changeRow{Kind: kind, ID: id, At: at.UnixMilli()}
	}
	err := tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "kind"}, {Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"at"}),
	}).Create(&rows).Error
	if err != nil {
		return fmt.Errorf("record the change of a %s: %w", kind, err)
	}
	return nil
}

// recordUser records the change of a user if a token's holder has other rights by it.
func recordUser(tx *gorm.DB, was, is userRow, at time.Time) error {
	if was.Role == is.Role && was.SpaceID == is.SpaceID && was.Disabled == is.Disabled {
		return nil
	}
	return recordChanges(tx, at, changedUser, is.ID)
}

// ChangedSince returns what changed at or after an instant. Mostly that is nothing, and one look into an index.
func (s *Store) ChangedSince(ctx context.Context, from time.Time) (changes auth.Changes, err error) {
	var rows []changeRow
	err = s.db.Read.WithContext(ctx).Raw("SELECT kind, id, at FROM auth_changes WHERE at >= ? OR kind = ? ORDER BY id", from.UnixMilli(), recordBegan).Scan(&rows).Error
	if err != nil {
		return auth.Changes{}, fmt.Errorf("read changes: %w", err)
	}
	users, keys := false, false
	for _, r := range rows {
		switch r.Kind {
		case recordBegan:
			changes.RecordedFrom = fromMs(r.At)
		case changedFamily:
			changes.Families = append(changes.Families, r.ID)
		case changedUser:
			users = true
		case changedKey:
			keys = true
		}
	}
	if users {
		changes.Users, err = s.changedUsers(ctx, from)
	}
	if keys && err == nil {
		changes.Keys, err = s.changedKeys(ctx, from)
	}
	return changes, err
}

func (s *Store) changedUsers(ctx context.Context, from time.Time) ([]auth.UserState, error) {
	var rows []struct {
		Whose userRow `gorm:"embedded"`
		Known bool
	}
	err := s.db.Read.WithContext(ctx).Raw(`SELECT c.id, COALESCE(role, '') AS role, COALESCE(space_id, '') AS space_id,
		COALESCE(disabled, FALSE) AS disabled, COALESCE(login, '') AS login, COALESCE(password_hash, '') AS password_hash, auth_users.id IS NOT NULL AS known, `+factorColumns+`
		FROM auth_changes c LEFT JOIN auth_users ON auth_users.id = c.id WHERE c.kind = ? AND c.at >= ? ORDER BY c.id`, changedUser, from.UnixMilli()).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read changed users: %w", err)
	}
	users := make([]auth.UserState, len(rows))
	for i, r := range rows {
		user := r.Whose.user()
		users[i] = auth.UserState{ID: user.ID, Role: user.Rights(), Space: user.Space, Barred: user.Disabled || !r.Known}
	}
	return users, nil
}

func (s *Store) changedKeys(ctx context.Context, from time.Time) ([]auth.KeyState, error) {
	var ids []string
	var rows []keyRow
	err := s.db.Read.WithContext(ctx).Raw("SELECT id FROM auth_changes WHERE kind = ? AND at >= ? ORDER BY id", changedKey, from.UnixMilli()).Scan(&ids).Error
	if err == nil {
		err = s.db.Read.WithContext(ctx).Where("id IN (SELECT id FROM auth_changes WHERE kind = ? AND at >= ?)", changedKey, from.UnixMilli()).Find(&rows).Error
	}
	if err != nil {
		return nil, fmt.Errorf("read changed keys: %w", err)
	}
	found := make(map[string]auth.Key, len(rows))
	for _, r := range rows {
		if found[r.ID], err = r.key(); err != nil {
			return nil, err
		}
	}
	keys := make([]auth.KeyState, len(ids))
	for i, id := range ids {
		key, is := found[id]
		keys[i] = auth.KeyState{ID: id, Key: key, Removed: !is}
	}
	return keys, nil
}
