package transfer

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/database"
)

// SaveOptions are those of Save.
type SaveOptions struct {
	// Program is the version of the program.
	Program string
	Now     func() time.Time
	// Progress, if set, is called with the number of rows that were read.
	Progress func(table string, rows int64)
}

// Saved is what Save wrote.
type Saved struct {
	At    time.Time
	Rows  int64
	Bytes int64
}

// source reads a database as of one instant.
type source interface {
	// tables returns the tables with the columns of those that want selects; nil selects none.
	tables(ctx context.Context, want func(table string) bool) ([]found, error)
	// version returns the version of a part's tables.
	version(ctx context.Context, part string) (int64, error)
	// rows passes all rows of a table on, in batches that batch returns.
	rows(ctx context.Context, t found, batch func() *backup.Batch, pass func(*backup.Batch) error) error
	// lastNumber returns the last number that a table gave to a row.
	lastNumber(ctx context.Context, t found) (int64, error)
	close()
}

// open begins to read a database at the present instant, while others write.
func open(ctx context.Context, db *database.Database) (source, error) {
	if db.Dialect == database.SQLite {
		return openSQLite(ctx, db)
	}
	return openPostgres(ctx, db)
}

// Save writes all tables of the parts, as of the present instant. Others may write meanwhile.
func Save(ctx context.Context, db *database.Database, parts []Part, to io.Writer, o SaveOptions) (Saved, error) {
	from, err := open(ctx, db)
	if err != nil {
		return Saved{}, fmt.Errorf("read the database: %w", err)
	}
	defer from.close()
	m := backup.Manifest{CreatedAt: o.Now().UnixMilli(), Program: o.Program, Database: string(db.Dialect)}
	tables, err := contents(ctx, from, parts, &m)
	if err != nil {
		return Saved{}, fmt.Errorf("read the database: %w", err)
	}
	w, err := backup.NewWriter(to, m)
	if err != nil {
		return Saved{}, err
	}
	defer w.Abort()
	var rows int64
	for i, t := range tables {
		err := from.rows(ctx, t, func() *backup.Batch { return w.Batch(i) }, func(b *backup.Batch) error {
			rows += int64(b.Rows)
			if o.Progress != nil {
				o.Progress(t.Name, rows)
			}
			return w.Write(i, b)
		})
		if err != nil {
			return Saved{}, fmt.Errorf("back up %s: %w", t.Name, err)
		}
		if t.numbers == "" {
			continue
		}
		last, err := from.lastNumber(ctx, t)
		if err != nil {
			return Saved{}, fmt.Errorf("back up %s: %w", t.Name, err)
		}
		w.SetNumber(t.Name, last)
	}
	summary, bytes, err := w.Close()
	return Saved{time.UnixMilli(m.CreatedAt), summary.Total(), bytes}, err
}

// contents adds the schema versions and tables of a database to the manifest.
func contents(ctx context.Context, from source, parts []Part, m *backup.Manifest) ([]found, error) {
	all, err := from.tables(ctx, func(table string) bool { return kept(parts, table) })
	if err != nil {
		return nil, err
	}
	if m.Schemas, err = versions(ctx, from, parts, all); err != nil {
		return nil, err
	}
	if len(m.Schemas) == 0 {
		return nil, fmt.Errorf("the database has no tables of this program")
	}
	tables, err := selected(parts, all)
	for _, t := range tables {
		m.Tables = append(m.Tables, t.Table)
	}
	return tables, err
}

// versions returns the schema versions of the parts that a database has.
func versions(ctx context.Context, from source, parts []Part, all []found) (map[string]int64, error) {
	there := map[string]bool{}
	for _, t := range all {
		there[t.Name] = true
		if err := requireKnown(parts, all, t.Name); err != nil {
			return nil, err
		}
	}
	versions := map[string]int64{}
	for _, p := range parts {
		if !there[database.VersionTable(p.Name)] {
			continue
		}
		version, err := from.version(ctx, p.Name)
		if err != nil {
			return nil, err
		}
		newest, err := database.NewestVersion(p.Schema)
		if err != nil {
			return nil, err
		}
		if version > newest {
			return nil, fmt.Errorf("the tables of %s are of version %d, and this program knows up to %d: use the version of the program that made them", p.Name, version, newest)
		}
		if version > 0 {
			versions[p.Name] = version
		}
	}
	return versions, nil
}

// requireKnown returns an error for the version table of a part that a later program added: its tables would be forgotten.
func requireKnown(parts []Part, all []found, table string) error {
	name, is := strings.CutPrefix(table, database.VersionTable(""))
	if !is || slices.ContainsFunc(parts, func(p Part) bool { return p.Name == name }) {
		return nil
	}
	if slices.ContainsFunc(all, func(t found) bool { return strings.HasPrefix(t.Name, name+"_") }) {
		return fmt.Errorf("this program does not know the tables of %q: use the version of the program that made them", name)
	}
	return nil // of another program
}
