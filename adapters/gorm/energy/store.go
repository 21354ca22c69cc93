// Package gormenergy stores the energy module's books in SQLite or PostgreSQL. A subject has the file name that it has in
// the module: catalog.go, quarantine.go, tariffs.go. What only a store has is apart: append*.go and readings*.go store the ledger,
// journal.go and outbox.go what follows from it. What only reports and histories read asks the database's Snapshot or Report, which a read
// replica may answer; what decides about a write asks Read. The differences between the two databases are in *_postgres.go and
// *_sqlite.go, behind the same methods.
package gormenergy

import (
	"embed"
	"io/fs"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/books"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the module's schema, to be applied before a Store is used.
func Migrations() fs.FS { return database.MigrationsIn(migrations) }

// Store implements the storage ports of the energy module.
type Store struct {
	db     *database.Database
	clock  energy.Clock
	outbox *events.Outbox // nil: no events are stored
	months sync.Map       // months of PostgreSQL's readings that are known to have a table
	// checking is the lock of checks and repairs of the books, on SQLite.
	checking sync.Mutex
}

// New returns a store; the clock separates the past from the present.
func New(db *database.Database, clock energy.Clock) *Store {
	return &Store{db: db, clock: clock}
}

var (
	_ ledger.Readings            = (*Store)(nil)
	_ books.Store                = (*Store)(nil)
	_ campus.CatalogStore        = (*Store)(nil)
	_ rulebook.Rulebook          = (*Store)(nil)
	_ conditions.States          = (*Store)(nil)
	_ conditions.AmbientReadings = (*Store)(nil)
	_ conditions.LatestValues    = (*Store)(nil)
	_ intake.Inbox               = (*Store)(nil)
	_ intake.Deliveries          = (*Store)(nil)
	_ intake.Heartbeats          = (*Store)(nil)
	_ conditions.WeatherRecords  = (*Store)(nil)
)
