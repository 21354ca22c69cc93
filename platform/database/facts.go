package database

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
)

// Facts are what a maintainer asks of a database first.
type Facts struct {
	Version string
	Bytes   int64
	// Now is the clock of the server; of SQLite it is that of this machine.
	Now time.Time
}

// Facts returns the version, size and clock of the database.
func (d *Database) Facts(ctx context.Context) (f Facts, err error) {
	var ms int64
	query := "SELECT 'SQLite ' || sqlite_version(), (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size()), CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
	if d.Dialect == Postgres {
		query = "SELECT 'PostgreSQL ' || current_setting('server_version'), pg_database_size(current_database()), CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
	}
	if err = d.Read.WithContext(ctx).Raw(query).Row().Scan(&f.Version, &f.Bytes, &ms); err != nil {
		return f, err
	}
	f.Now = time.UnixMilli(ms)
	return f, nil
}

// Table is the size of a table.
type Table struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	// Rows is an estimate; 0 if there is none.
	Rows int64 `json:"rows,omitempty"`
}

// Tables returns the tables of this campus with their sizes, the largest first. The months of a table are added up.
func (d *Database) Tables(ctx context.Context) (all []Table, err error) {
	query := "SELECT name, sum(pgsize), 0 FROM dbstat WHERE aggregate = TRUE GROUP BY name ORDER BY 2 DESC, 1"
	if d.Dialect == Postgres {
		query = `SELECT coalesce(p.relname, c.relname), CAST(sum(pg_total_relation_size(c.oid)) AS BIGINT), CAST(sum(greatest(c.reltuples, 0)) AS BIGINT)
			FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
			WHERE c.relkind IN ('r', 'p') AND c.relnamespace = CAST(current_schema() AS regnamespace) GROUP BY 1 ORDER BY 2 DESC, 1`
	}
	found, err := d.Read.WithContext(ctx).Raw(query).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		var t Table
		if err := found.Scan(&t.Name, &t.Bytes, &t.Rows); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, found.Err()
}

// SchemaVersion is the version of a module's tables, and the newest that this program knows.
type SchemaVersion struct {
	Module string `json:"module"`
	Stored int64  `json:"stored"`
	Newest int64  `json:"newest"`
}

// SchemaVersion returns the version of a module's tables; 0 if it has none.
func (d *Database) SchemaVersion(ctx context.Context, module string, files fs.FS) (v SchemaVersion, err error) {
	v.Module = module
	entries, err := fs.ReadDir(dialectFiles{files: files, excluded: "_" + string(otherDialect(d.Dialect)) + ".sql"}, ".")
	if err != nil {
		return v, err
	}
	for _, e := range entries {
		version, err := goose.NumericComponent(e.Name())
		if err != nil {
			return v, err
		}
		v.Newest = max(v.Newest, version)
	}
	has := "SELECT count(*) FROM sqlite_master WHERE name = ?"
	if d.Dialect == Postgres {
		has = "SELECT count(to_regclass(?))"
	}
	table := "goose_" + module
	var n int
	if err := d.Read.WithContext(ctx).Raw(has, table).Row().Scan(&n); err != nil || n == 0 {
		return v, err
	}
	var stored sql.NullInt64
	if err := d.Read.WithContext(ctx).Raw(`SELECT max(version_id) FROM "` + table + `"`).Row().Scan(&stored); err != nil {
		return v, fmt.Errorf("read the version of %s: %w", module, err)
	}
	v.Stored = stored.Int64
	return v, nil
}
