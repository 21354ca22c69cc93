// Package database opens the two databases that HoloTwin supports: SQLite in one file, and PostgreSQL. An adapter sees no
// difference except Dialect. It also updates the schema of each module.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/holotwin/holotwin/platform/audit"
)

// Dialect is the kind of the database.
type Dialect string

// The dialects.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options say how to open the database.
type Options struct {
	// URL is postgresql://… or sqlite:///path. Its search_path is the schema for all tables.
	URL string
	// DirectURL is the server's own URL if URL is a transaction pooler such as PgBouncer; else empty. It is used for migrations.
	DirectURL string
	// ReadURL is the URL of a standby of the server, which answers reports; empty means none. If URL is a pooler, it may be one too, in
	// front of one standby.
	ReadURL string
	// OnReplica, if set, is called when the condition of the standby has changed for more than a moment, with the reason in words.
	OnReplica func(condition Condition, reason string)
	// Connections is the maximum number of PostgreSQL connections; 0 means 16.
	Connections int
	// OnSilence, if set, is called with true when PostgreSQL stops answering, and with false when it answers again.
	OnSilence func(silent bool)
	// Traced makes a span of each statement that belongs to a trace.
	Traced bool
}

func (o Options) connections() int {
	if o.Connections == 0 {
		return defaultConnections
	}
	return o.Connections
}

// Database is an open database. On PostgreSQL, Write and Read are the same pool. On SQLite, Write is the only connection that
// writes, and Read is a pool that sees committed data. Reports are read by Snapshot and Report, which a read replica may answer.
type Database struct {
	Write   *gorm.DB
	Read    *gorm.DB
	Dialect Dialect
	// Schema is the PostgreSQL schema that the URL sets; empty if it sets none.
	Schema string
	// File is the path of the SQLite file; empty on PostgreSQL.
	File string
	// Exposed are SQLite files that other users of the machine can read, because their mode could not be changed.
	Exposed []string

	direct  *pgx.ConnConfig // of PostgreSQL itself
	close   func() error
	replica *replica // nil: there is none
	// writeEntry writes an audit entry; nil if this database has no audit.
	writeEntry func(tx *gorm.DB, e audit.Entry) error
	// audited is called after a commit that wrote an audit entry; nil if nothing waits for it.
	audited func()
}

// Audit makes every write transaction write the audit entry of its context before the commit. It must be called before the
// database is used.
func (d *Database) Audit(write func(tx *gorm.DB, e audit.Entry) error) { d.writeEntry = write }

// OnAudited sets a function that is called after each commit that wrote an audit entry. It must return at once. It must be set
// before the database is used.
func (d *Database) OnAudited(do func()) { d.audited = do }

// ErrInUse is the error for a SQLite file that another process has open for writing.
var ErrInUse = errors.New("the database file is in use by another process")

// Open connects to the database. If PostgreSQL is still starting, it waits for up to 30 s, or until ctx ends.
func Open(ctx context.Context, o Options) (*Database, error) {
	if strings.HasPrefix(o.URL, "sqlite:") {
		return openSQLite(ctx, sqlitePath(o.URL), o.Traced)
	}
	return openPostgres(ctx, o)
}

// Check checks the addresses without a connection, and reads the files that they name, such as certificates. Its error joins all faults.
func Check(o Options) error {
	switch {
	case strings.HasPrefix(o.URL, "sqlite:"):
		return checkSQLite(sqlitePath(o.URL))
	case !strings.HasPrefix(o.URL, "postgres"):
		return nil
	}
	config, err := postgresConfig("DB_URL", o.URL)
	if err != nil {
		return err
	}
	schema, err := schemaOf(config, "DB_URL")
	all := []error{err}
	if o.DirectURL != "" {
		_, err = directConfig(o.DirectURL, schema)
		all = append(all, err)
	}
	if o.ReadURL != "" {
		_, err = replicaConfig(o.ReadURL, schema)
		all = append(all, err)
	}
	return errors.Join(all...)
}

// Pools returns the pools of connections by name.
func (d *Database) Pools() (map[string]*sql.DB, error) {
	all := map[string]*gorm.DB{"database": d.Write}
	if d.Dialect == SQLite {
		all = map[string]*gorm.DB{"write": d.Write, "read": d.Read}
	}
	if d.replica != nil {
		all["replica"] = d.replica.db
	}
	pools := make(map[string]*sql.DB, len(all))
	for name, db := range all {
		pool, err := db.DB()
		if err != nil {
			return nil, err
		}
		pools[name] = pool
	}
	return pools, nil
}

// Close closes every connection.
func (d *Database) Close() error { return d.close() }

// Ping returns an error if the database does not answer.
func (d *Database) Ping(ctx context.Context) error {
	pool, err := d.Read.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
}

// transactionTime bounds a write transaction whose context has no deadline. SQLite has one write connection, so a transaction
// that never ends would block every writer.
const transactionTime = 30 * time.Second

type noWritesKey struct{}

// WithoutWrites returns a context whose transactions fail, for a request that must change nothing.
func WithoutWrites(ctx context.Context) context.Context {
	return context.WithValue(ctx, noWritesKey{}, true)
}

var errNoWrites = errors.New("a request that must change nothing began to write")

// Transact runs fn in one write transaction: either all of it is committed and synced to disk, or nothing. fn must use only tx:
// on SQLite, using Write inside fn would wait for itself. The transaction also writes the pending audit entry of ctx. If the
// audit cannot be written, nothing is changed.
func (d *Database) Transact(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if ctx.Value(noWritesKey{}) != nil {
		return errNoWrites
	}
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
			return fmt.Errorf("cannot write the audit entry, so nothing was changed: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	entry.SetWritten()
	if d.audited != nil {
		d.audited()
	}
	return nil
}

// Note writes an audit entry in a transaction, beside the one of its context: for a change that has several.
func (d *Database) Note(tx *gorm.DB, e audit.Entry) error {
	if d.writeEntry == nil {
		return nil
	}
	if err := d.writeEntry(tx, e); err != nil {
		return fmt.Errorf("cannot write the audit entry, so nothing was changed: %w", err)
	}
	return nil
}

// TryLock takes an advisory lock of this campus, in a transaction that stays open and only holds the lock. So the lock ends with the
// connection: a process that dies leaves no lock, and a connection pooler cannot give the connection to another client. It is only for
// PostgreSQL; a SQLite file has one process.
func (d *Database) TryLock(ctx context.Context, number int64) (release func(), mine bool, err error) {
	tx := d.Write.WithContext(context.WithoutCancel(ctx)).Begin()
	release = func() { tx.Rollback() }
	if tx.Error == nil {
		err = tx.Exec("SET LOCAL idle_in_transaction_session_timeout = 0").Error
	}
	if err = errors.Join(tx.Error, err); err == nil {
		err = tx.Raw("SELECT pg_try_advisory_xact_lock(?)", d.Lock(number)).Scan(&mine).Error
	}
	if err != nil || !mine {
		release()
		return func() {}, false, err
	}
	return release, true, nil
}

// gormConfig: GORM adds no transaction to a single statement, goose owns the schema, and the caller logs an error once.
func gormConfig() *gorm.Config {
	return &gorm.Config{
		// A statement names its columns. SELECT *, once prepared, fails when a migration of the next version adds one.
		QueryFields:            true,
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
