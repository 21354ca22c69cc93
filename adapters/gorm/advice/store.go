// Package gormadvice keeps recommendations, what became of them, and when each target was last analysed, in SQLite
// or PostgreSQL.
package gormadvice

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the module's schema, to be applied before a Store is used.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return files
}

// Store answers the storing ports of the advice module.
type Store struct {
	db     *database.Database
	outbox *events.Outbox // nil tells nobody
	// jobs is the lock of a process that has the database to itself.
	jobs sync.Mutex
	// outcomes are those of analyses as they were last read, by target.
	outcomes sync.Map
}

// New makes a store.
func New(db *database.Database) *Store { return &Store{db: db} }

var (
	_ advice.Recommendations = (*Store)(nil)
	_ advice.Analyses        = (*Store)(nil)
	_ advice.DayAnswers      = (*Store)(nil)
	_ advice.Archive         = (*Store)(nil)
	_ advice.Scenarios       = (*Store)(nil)
	_ advice.Runs            = (*Store)(nil)
	_ advice.Jobs            = (*Store)(nil)
	_ advice.Wordings        = (*Store)(nil)
)

// locked lets nobody else change the rows that are read until the transaction ends. SQLite has one writer anyway.
func (s *Store) locked(tx *gorm.DB) *gorm.DB {
	if s.db.Dialect == database.SQLite {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: "UPDATE"})
}

func fromMs(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// asText is a value as JSON; its numbers come back to the last digit.
func asText(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write advice: %w", err)
	}
	return string(b), nil
}

func read(s string, v any) error {
	if err := json.Unmarshal([]byte(s), v); err != nil {
		return fmt.Errorf("read advice: %w", err)
	}
	return nil
}
