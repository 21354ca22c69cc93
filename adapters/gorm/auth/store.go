// Package gormauth stores users, sessions, keys and the audit in SQLite or PostgreSQL.
package gormauth

import (
	"embed"
	"io/fs"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the module's schema, to be applied before a Store is used.
func Migrations() fs.FS { return database.MigrationsIn(migrations) }

// Store implements the storage ports of the auth module.
type Store struct{ db *database.Database }

// New returns a store on a database.
func New(db *database.Database) *Store { return &Store{db: db} }

var (
	_ auth.Users    = (*Store)(nil)
	_ auth.Families = (*Store)(nil)
	_ auth.Throttle = (*Store)(nil)
	_ auth.KeyStore = (*Store)(nil)
	_ auth.Resets   = (*Store)(nil)
	_ auth.Audit    = (*Store)(nil)
	_ auth.Scopes   = (*Store)(nil)
	_ auth.Sweeper  = (*Store)(nil)

	_ auth.UntestedPasswords = (*Store)(nil)
	_ auth.Links             = (*Store)(nil)
	_ auth.SignOnCodes       = (*Store)(nil)
	_ auth.ChangeRecord      = (*Store)(nil)
	_ auth.FactorStore       = (*Store)(nil)
	_ auth.PersonStore       = (*Store)(nil)
)

func fromMs(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
