package database

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// MigrationsIn returns the folder migrations of a package's embedded files.
func MigrationsIn(files embed.FS) fs.FS {
	folder, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the name is valid
	}
	return folder
}

// Migrate updates the tables of one module, in the schema of the URL, which it creates if it is missing. Each module has its own version table (goose_<module>), so a module can be removed
// with its tables. Several processes may start at the same time. On PostgreSQL one of them migrates under a session lock, and
// the others wait. A SQLite file has only one process.
//
// Files are NNNNN_name.sql for both databases, or NNNNN_name_postgres.sql and NNNNN_name_sqlite.sql if they differ.
func (d *Database) Migrate(ctx context.Context, module string, files fs.FS) error {
	provider, pool, err := d.provider(module, files)
	if err != nil {
		return fmt.Errorf("migrations of %s: %w", module, err)
	}
	defer d.closeDirect(pool)
	if err := d.createSchema(ctx, pool); err != nil {
		return fmt.Errorf("migrate %s: %w", module, err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate %s: %w", module, err)
	}
	return nil
}

// MigrateTo updates the tables of one module up to a version, for rows that are of that version; 0 removes them.
func (d *Database) MigrateTo(ctx context.Context, module string, files fs.FS, version int64) error {
	provider, pool, err := d.provider(module, files)
	if err != nil {
		return fmt.Errorf("migrations of %s: %w", module, err)
	}
	defer d.closeDirect(pool)
	if err := d.createSchema(ctx, pool); err != nil {
		return fmt.Errorf("migrate %s: %w", module, err)
	}
	if version == 0 {
		_, err = provider.DownTo(ctx, 0)
	} else {
		_, err = provider.UpTo(ctx, version)
	}
	if err != nil {
		return fmt.Errorf("migrate %s to version %d: %w", module, version, err)
	}
	return nil
}

// VersionTable is the table with the version of a module's tables.
func VersionTable(module string) string { return "goose_" + module }

// NewestVersion returns the highest version of a module's migrations, of both kinds of database.
func NewestVersion(files fs.FS) (newest int64, err error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		version, err := goose.NumericComponent(e.Name())
		if err != nil {
			return 0, err
		}
		newest = max(newest, version)
	}
	return newest, nil
}

// Pending returns true if there are migrations that have not run.
func (d *Database) Pending(ctx context.Context, module string, files fs.FS) (bool, error) {
	provider, pool, err := d.provider(module, files)
	if err != nil {
		return false, err
	}
	defer d.closeDirect(pool)
	// Without the schema, the tables of another one would be looked at.
	if made, err := d.hasSchema(ctx, pool); err != nil || !made {
		return true, err
	}
	return provider.HasPending(ctx)
}

// provider returns the migrations of a module, and the pool that they use. closeDirect closes the pool.
func (d *Database) provider(module string, files fs.FS) (*goose.Provider, *sql.DB, error) {
	own := dialectFiles{files: files, excluded: "_" + string(otherDialect(d.Dialect)) + ".sql"}
	options := []goose.ProviderOption{goose.WithTableName(VersionTable(module)), goose.WithDisableGlobalRegistry(true)}
	if d.Dialect == SQLite {
		pool, err := d.Write.DB()
		if err != nil {
			return nil, nil, err
		}
		p, err := goose.NewProvider(goose.DialectSQLite3, pool, own, options...)
		return p, pool, err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(d.Lock(lock.DefaultLockID)))
	if err != nil {
		return nil, nil, err
	}
	pool := stdlib.OpenDB(*d.direct)
	p, err := goose.NewProvider(goose.DialectPostgres, pool, own, append(options, goose.WithSessionLocker(locker))...)
	if err != nil {
		return nil, nil, errors.Join(err, pool.Close())
	}
	return p, pool, nil
}

// closeDirect closes the pool of migrations on PostgreSQL. SQLite has only one pool for writing.
func (d *Database) closeDirect(pool *sql.DB) {
	if d.Dialect == Postgres {
		_ = pool.Close()
	}
}

func otherDialect(d Dialect) Dialect {
	if d == SQLite {
		return Postgres
	}
	return SQLite
}

// dialectFiles is a folder without the files of the other dialect.
type dialectFiles struct {
	files    fs.FS
	excluded string
}

func (o dialectFiles) Open(name string) (fs.File, error) { return o.files.Open(name) }

func (o dialectFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.files, name)
	if err != nil {
		return nil, err
	}
	kept := entries[:0]
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), o.excluded) {
			kept = append(kept, e)
		}
	}
	return kept, nil
}
