// Package gormrelay stores the audit entries of a process that does not run the auth module, in that process's own database, until
// auth.Relay has sent them. WriteEntry writes an entry in the transaction of its change.
package gormrelay

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/random"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the relay's schema, to be applied before a Store is used.
func Migrations() fs.FS { return database.MigrationsIn(migrations) }

// Store implements auth.RelayStore.
type Store struct{ db *database.Database }

var _ auth.RelayStore = (*Store)(nil)

// New returns a store on a database.
func New(db *database.Database) *Store { return &Store{db: db} }

type entryRow struct {
	Number                int64 `gorm:"primaryKey"`
	ID                    string
	At                    int64
	Actor, Action, Target string
	Detail, Client        string
	RequestID             string
	Refused               bool
}

func (entryRow) TableName() string { return "relay_entries" }

func rowOf(e auth.Entry) entryRow {
	e = e.Storable()
	return entryRow{
		ID: random.ID("au"), At: e.At.UnixMilli(), Actor: e.Actor, Action: e.Action, Target: e.Target, Detail: e.Detail, Client: e.Client, RequestID: e.Request, Refused: e.Refused,
	}
}

func (r entryRow) entry() auth.RelayedEntry {
	return auth.RelayedEntry{ID: r.ID, Entry: auth.Entry{
		At: time.UnixMilli(r.At).UTC(), Actor: r.Actor, Action: r.Action, Target: r.Target, Detail: r.Detail, Client: r.Client, Request: r.RequestID, Refused: r.Refused,
	}}
}

// WriteEntry adds an entry in the transaction of the change that it describes. It is for database.Database.Audit.
func WriteEntry(tx *gorm.DB, e audit.Entry) error {
	row := rowOf(auth.Entry{
		At: e.At, Actor: e.Actor, Action: e.Action, Target: e.Target, Detail: e.Detail, Client: e.Client, Request: e.RequestID,
	})
	if err := tx.Create(&row).Error; err != nil {
		return fmt.Errorf("store audit entry %s for the auth service: %w", e.Action, err)
	}
	return nil
}

// Note adds entries.
func (s *Store) Note(ctx context.Context, entries ...auth.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	rows := make([]entryRow, len(entries))
	for i, e := range entries {
		rows[i] = rowOf(e)
	}
	return s.transact(ctx, func(tx *gorm.DB) error { return tx.Create(&rows).Error })
}

// ForgetStrangers deletes entries of refused requests that have no actor and are older than before.
func (s *Store) ForgetStrangers(ctx context.Context, before time.Time) error {
	return s.transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec("DELETE FROM relay_entries WHERE refused AND actor = '' AND at < ?", before.UnixMilli()).Error
	})
}

// Claim returns the oldest waiting entries. It reads before it writes, because mostly none waits. On PostgreSQL an entry may
// be committed after one with a higher number: it is sent later. None is skipped, because entries are deleted by their ids.
func (s *Store) Claim(ctx context.Context, holder string, now time.Time, limit int) ([]auth.RelayedEntry, error) {
	var waiting []int64
	if err := s.db.Read.WithContext(ctx).Raw("SELECT number FROM relay_entries LIMIT 1").Scan(&waiting).Error; err != nil || len(waiting) == 0 {
		return nil, err
	}
	var rows []entryRow
	err := s.transact(ctx, func(tx *gorm.DB) error {
		until := now.Add(auth.RelayClaim).UnixMilli()
		claimed := tx.Exec("UPDATE relay_claim SET holder = ?, held_until = ? WHERE holder = ? OR held_until <= ? OR held_until > ?", holder, until, holder, now.UnixMilli(), until)
		if claimed.Error != nil || claimed.RowsAffected == 0 {
			return claimed.Error
		}
		return tx.Order("number").Limit(limit).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("claim audit entries to send: %w", err)
	}
	entries := make([]auth.RelayedEntry, len(rows))
	for i, r := range rows {
		entries[i] = r.entry()
	}
	return entries, nil
}

// Acknowledge deletes entries that were received, and ends the claim of holder.
func (s *Store) Acknowledge(ctx context.Context, holder string, ids []string) error {
	err := s.transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("UPDATE relay_claim SET held_until = 0 WHERE holder = ?", holder).Error; err != nil || len(ids) == 0 {
			return err
		}
		return tx.Exec("DELETE FROM relay_entries WHERE id IN ?", ids).Error
	})
	if err != nil {
		return fmt.Errorf("delete audit entries that were received: %w", err)
	}
	return nil
}

// transact runs a transaction that writes no audit entry about itself.
func (s *Store) transact(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return s.db.Transact(audit.Without(ctx), fn)
}
