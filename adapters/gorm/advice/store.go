// Package gormadvice stores recommendations with their events, analyses, reports, scenarios and jobs in SQLite or PostgreSQL.
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
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/report"
	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the module's schema, to be applied before a Store is used.
func Migrations() fs.FS { return database.MigrationsIn(migrations) }

// Store implements the storage ports of the advice module.
type Store struct {
	db     *database.Database
	outbox *events.Outbox // nil: no events are stored
	// jobs is the lock of a process that has the database to itself.
	jobs sync.Mutex
	// outcomes caches decoded outcomes of analyses, by target.
	outcomes sync.Map
}

// New returns a store on a database.
func New(db *database.Database) *Store { return &Store{db: db} }

var (
	_ advice.Recommendations   = (*Store)(nil)
	_ advice.Analyses          = (*Store)(nil)
	_ questions.DayAnswers     = (*Store)(nil)
	_ report.Archive           = (*Store)(nil)
	_ scenario.Scenarios       = (*Store)(nil)
	_ scenario.Runs            = (*Store)(nil)
	_ schedule.Jobs            = (*Store)(nil)
	_ recommendations.Wordings = (*Store)(nil)
)

// locked locks the rows that are read until the transaction ends. SQLite has only one writer and needs no lock.
func (s *Store) locked(tx *gorm.DB) *gorm.DB {
	if s.db.Dialect == database.SQLite {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: "UPDATE"})
}

func fromMs(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// asText encodes a value as JSON; numbers are decoded to the same value.
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
