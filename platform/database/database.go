// Package database opens the two databases that HoloTwin keeps its books in, SQLite in one file and PostgreSQL,
// so that an adapter sees no difference but its Dialect, and brings each module's schema up to date.
package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/holotwin/holotwin/platform/audit"
)

// Dialect is which database it is.
type Dialect string

// The dialects.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options say which database and how much of it.
type Options struct {
	// URL is postgresql://… or sqlite:///path.
	URL string
	// DirectURL is used for migrations and session locks where URL is a transaction pooler such as PgBouncer.
	DirectURL string
	// Connections bounds PostgreSQL's pool; 0 means 16.
	Connections int
	// OnSilence, where it is set, is told when PostgreSQL stops answering, and when it answers again.
	OnSilence func(silent bool)
}

// Database is an open database. Write and Read are one pool on PostgreSQL; on SQLite Write is the single
// writer's connection and Read a pool that sees what is committed.
type Database struct {
	Write   *gorm.DB
	Read    *gorm.DB
	Dialect Dialect
	// File is SQLite's; empty on PostgreSQL.
	File string
	// Exposed are files of SQLite's that other users of the machine can read, since they could not be taken from them.
	Exposed []string

	directURL string
	close     func() error
	// writeEntry writes an entry of the audit; nil where this database takes none.
	writeEntry func(tx *gorm.DB, e audit.Entry) error
}

// Audit makes every write transaction write the audit entry that its context holds, before it is committed. It is called before
// the database is used.
func (d *Database) Audit(write func(tx *gorm.DB, e audit.Entry) error) { d.writeEntry = write }

// ErrInUse is a SQLite file that another process has open for writing.
var ErrInUse = errors.New("the database file is in use by another process")

// Open connects, and waits until ctx ends for a PostgreSQL that is not up yet.
func Open(ctx context.Context, o Options) (*Database, error) {
	if strings.HasPrefix(o.URL, "sqlite:") {
		return openSQLite(ctx, sqlitePath(o.URL))
	}
	return openPostgres(ctx, o)
}

// Close ends every connection.
func (d *Database) Close() error { return d.close() }

// Ping tells whether the database answers.
func (d *Database) Ping(ctx context.Context) error {
	pool, err := d.Read.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
}

// transactionTime bounds a write transaction whose context has no deadline of its own: on SQLite's one
// connection, one that hangs would stop every writer.
const transactionTime = 30 * time.Second

// Transact runs fn in one write transaction: all of it is committed and synced to disk, or none. fn must use tx
// alone; on SQLite, Write inside it would wait for itself. The audit entry that waits in ctx is written in it: where the audit
// cannot be written, nothing is changed.
func (d *Database) Transact(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, transactionTime)
		defer cancel()
	}
	entry := audit.PendingOf(ctx)
	if entry == nil || d.writeEntry == nil {
		return d.Write.WithContext(ctx).Transaction(fn)
	}
	err := d.Write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := fn(tx); err != nil {
			return err
		}
		if err := d.writeEntry(tx, entry.Entry); err != nil {
			return fmt.Errorf("write the audit, without which nothing is changed: %w", err)
		}
		return nil
	})
	if err == nil {
		entry.SetWritten()
	}
	return err
}

// gormConfig: one statement is its own transaction already, the schema is goose's, and errors are logged once,
// by whoever handles them.
func gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard,
	}
}

func openGorm(dialector gorm.Dialector) (*gorm.DB, error) {
	db, err := gorm.Open(dialector, gormConfig())
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return db, nil
}
