package gormauth

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/audit"
)

type auditRow struct {
	Number                int64 `gorm:"primaryKey"`
	At                    int64
	Actor, Action, Target string
	Detail, Client        string
	RequestID             string
	Refused               bool
	// RelayID is the id of an entry of another process; nil for the entries of this one.
	RelayID *string
}

func (auditRow) TableName() string { return "auth_audit" }

func (r auditRow) entry() auth.Entry {
	return auth.Entry{At: fromMs(r.At), Actor: r.Actor, Action: r.Action, Target: r.Target, Detail: r.Detail, Client: r.Client, Request: r.RequestID, Refused: r.Refused}
}

func rowOfEntry(e auth.Entry) auditRow {
	e = e.Storable()
	return auditRow{
		At: e.At.UnixMilli(), Actor: e.Actor, Action: e.Action, Target: e.Target, Detail: e.Detail, Client: e.Client, RequestID: e.Request, Refused: e.Refused,
	}
}

// addEntry adds an audit entry in the transaction of the change that it describes.
func addEntry(tx *gorm.DB, e auth.Entry) error {
	row := rowOfEntry(e)
	if err := tx.Create(&row).Error; err != nil {
		return fmt.Errorf("add audit entry %s: %w", e.Action, err)
	}
	return nil
}

// WriteEntry adds an audit entry about another module's change, in the transaction of that change.
func WriteEntry(tx *gorm.DB, e audit.Entry) error {
	return addEntry(tx, auth.Entry{
		At: e.At, Actor: e.Actor, Action: e.Action, Target: e.Target, Detail: e.Detail, Client: e.Client, Request: e.RequestID,
	})
}

// Note adds entries.
func (s *Store) Note(ctx context.Context, entries ...auth.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	rows := make([]auditRow, len(entries))
	for i, e := range entries {
		rows[i] = rowOfEntry(e)
	}
	return s.db.Transact(ctx, func(tx *gorm.DB) error { return tx.Create(&rows).Error })
}

// Receive stores entries of other processes, each once by its id.
func (s *Store) Receive(ctx context.Context, entries []auth.RelayedEntry) error {
	if err := auth.RequireIDs(entries); err != nil || len(entries) == 0 {
		return err
	}
	rows := make([]auditRow, len(entries))
	for i, e := range entries {
		rows[i] = rowOfEntry(e.Entry)
		rows[i].RelayID = &e.ID
	}
	err := s.db.Transact(audit.Without(ctx), func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error
	})
	if err != nil {
		return fmt.Errorf("store %d audit entries of another process: %w", len(entries), err)
	}
	return nil
}

// Entries returns entries, newest first.
func (s *Store) Entries(ctx context.Context, q auth.AuditQuery) ([]auth.NumberedEntry, error) {
	find := s.db.Read.WithContext(ctx).Order("number DESC").Limit(q.Limit)
	for column, value := range map[string]string{"actor": q.Actor, "action": q.Action, "target": q.Target} {
		if value != "" {
			find = find.Where(column+" = ?", value)
		}
	}
	if !q.From.IsZero() {
		find = find.Where("at >= ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		find = find.Where("at < ?", q.To.UnixMilli())
	}
	if q.Before > 0 {
		find = find.Where("number < ?", q.Before)
	}
	var rows []auditRow
	if err := find.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the audit: %w", err)
	}
	entries := make([]auth.NumberedEntry, len(rows))
	for i, r := range rows {
		entries[i] = auth.NumberedEntry{Number: r.Number, Entry: r.entry()}
	}
	return entries, nil
}

// deleteBatch bounds the rows that one transaction deletes: on SQLite all other writers wait for it.
const deleteBatch = 5000

// ForgetStrangers deletes entries of refused requests that have no actor and are older than before.
func (s *Store) ForgetStrangers(ctx context.Context, before time.Time) error {
	for {
		var dropped int64
		err := s.db.Transact(ctx, func(tx *gorm.DB) error {
			deleted := tx.Exec(`DELETE FROM auth_audit WHERE number IN
				(SELECT number FROM auth_audit WHERE refused AND actor = '' AND at < ? ORDER BY at LIMIT ?)`, before.UnixMilli(), deleteBatch)
			dropped = deleted.RowsAffected
			return deleted.Error
		})
		if err != nil {
			return fmt.Errorf("delete audit entries of refused requests: %w", err)
		}
		if dropped < deleteBatch {
			return nil
		}
	}
}
