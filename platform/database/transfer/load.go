package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/database"
)

// Errors of a database that cannot be filled.
var (
	ErrNotEmpty = errors.New("the database is not empty")
	errMisfit   = errors.New("the backup does not fit the database")
)

// LoadOptions are those of Load.
type LoadOptions struct {
	// Progress, if set, is called with the number of rows that were written.
	Progress func(table string, rows int64)
}

// Loaded is what Load wrote.
type Loaded struct {
	Manifest backup.Manifest
	Rows     int64
}

// target is an empty database that is being filled.
type target interface {
	// begin prepares for the rows of the file's tables.
	begin(ctx context.Context, tables []backup.Table) error
	// write writes rows of a table, by its number.
	write(ctx context.Context, table int, b *backup.Batch) error
	// setNumber makes a table continue to count after a number.
	setNumber(ctx context.Context, table int, last int64) error
	// commit makes all of it stay.
	commit(ctx context.Context) error
}

// Load fills the empty database at a URL from a file, all of it or nothing. Errors: those of package backup, ErrNotEmpty,
// database.ErrInUse.
func Load(ctx context.Context, at database.Options, parts []Part, from io.Reader, o LoadOptions) (Loaded, error) {
	r, err := backup.NewReader(from)
	if err != nil {
		return Loaded{}, err
	}
	defer r.Close()
	if err := checkSchemas(parts, r.Manifest); err != nil {
		return Loaded{}, err
	}
	l := loading{Reader: r, parts: parts, LoadOptions: o}
	if path, is := database.IsSQLite(at.URL); is {
		err = l.intoSQLite(ctx, path)
	} else {
		err = l.intoPostgres(ctx, at)
	}
	return Loaded{r.Manifest, l.rows}, err
}

// checkSchemas returns an error if a file has tables that are newer than the program.
func checkSchemas(parts []Part, m backup.Manifest) error {
	for name, version := range m.Schemas {
		at := slices.IndexFunc(parts, func(p Part) bool { return p.Name == name })
		if at < 0 {
			return fmt.Errorf("%w: it has tables of %q, which this program does not know; restore it with version %s or a later one", backup.ErrNewer, name, m.Program)
		}
		newest, err := database.NewestVersion(parts[at].Schema)
		if err != nil {
			return err
		}
		if version > newest {
			return fmt.Errorf("%w: its tables of %s are of version %d, this program knows up to %d; restore it with version %s or a later one",
				backup.ErrNewer, name, version, newest, m.Program)
		}
		if version < 1 {
			return fmt.Errorf("%w: its tables of %s have no version", backup.ErrDamaged, name)
		}
	}
	for _, t := range m.Tables {
		part, is := ours(parts, t.Name)
		if _, has := m.Schemas[part.Name]; !is || !has {
			return fmt.Errorf("%w: the table %s belongs to no part", backup.ErrDamaged, t.Name)
		}
	}
	return nil
}

// loading is a restore under way.
type loading struct {
	*backup.Reader
	LoadOptions
	parts []Part
	rows  int64
}

// schemas are the parts that the file has, with their versions, in the order in which they are migrated.
func (l *loading) schemas(do func(p Part, version int64) error) error {
	for _, p := range l.parts {
		if version, has := l.Manifest.Schemas[p.Name]; has {
			if err := do(p, version); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill writes all rows of the file.
func (l *loading) fill(ctx context.Context, into target) error {
	tables := l.Manifest.Tables
	if err := into.begin(ctx, tables); err != nil {
		return err
	}
	for {
		i, b, err := l.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := errors.Join(ctx.Err(), into.write(ctx, i, b)); err != nil {
			return fmt.Errorf("restore %s: %w", tables[i].Name, err)
		}
		l.rows += int64(b.Rows)
		if l.Progress != nil {
			l.Progress(tables[i].Name, l.rows)
		}
	}
	summary, err := l.Summary()
	if err != nil {
		return err
	}
	for name, last := range summary.Numbers {
		i := slices.IndexFunc(tables, func(t backup.Table) bool { return t.Name == name })
		if i < 0 {
			return fmt.Errorf("%w: it counts rows of %s, which it does not have", backup.ErrDamaged, name)
		}
		if err := into.setNumber(ctx, i, last); err != nil {
			return fmt.Errorf("restore %s: %w", name, err)
		}
	}
	return into.commit(ctx)
}

// finish brings a filled database up to date.
func (l *loading) finish(ctx context.Context, db *database.Database) error {
	at := time.UnixMilli(l.Manifest.CreatedAt)
	for _, p := range l.parts {
		if _, has := l.Manifest.Schemas[p.Name]; has && p.Rules.Absorb != nil {
			if err := p.Rules.Absorb(ctx, db, at); err != nil {
				return fmt.Errorf("restore %s: %w", p.Name, err)
			}
		}
	}
	return l.schemas(func(p Part, _ int64) error { return db.Migrate(ctx, p.Name, p.Schema) })
}

// makeSchemas gives an empty database the tables of the file's versions. versions are those that it has.
func (l *loading) makeSchemas(ctx context.Context, db *database.Database, versions map[string]int64) error {
	for _, p := range slices.Backward(l.parts) {
		if wanted, has := l.Manifest.Schemas[p.Name]; has && versions[p.Name] != 0 && versions[p.Name] != wanted {
			if err := db.MigrateTo(ctx, p.Name, p.Schema, 0); err != nil {
				return err
			}
		}
	}
	return l.schemas(func(p Part, version int64) error { return db.MigrateTo(ctx, p.Name, p.Schema, version) })
}

// firstRow returns the name of a table with rows that no migration put there; empty if there is none.
func firstRow(parts []Part, all []found, hasRows func(table string) (bool, error)) (string, error) {
	for _, t := range all {
		part, _ := ours(parts, t.Name)
		if !kept(parts, t.Name) || slices.Contains(part.Rules.Filled, t.Name) {
			continue
		}
		if has, err := hasRows(t.Name); err != nil || has {
			return t.Name, err
		}
	}
	return "", nil
}

// notEmpty is the error of a database with rows in a table.
func notEmpty(table string) error {
	return fmt.Errorf("%w: it has rows in %s; restore into a new one, before a server has used it", ErrNotEmpty, table)
}

// fitted are the tables of a database that the rows of a file go into, with the columns in the order of the file.
func fitted(file []backup.Table, all []found) ([]found, error) {
	var tables []found
	for _, t := range file {
		at := slices.IndexFunc(all, func(f found) bool { return f.Name == t.Name })
		if at < 0 || !hasColumns(all[at], t.Columns) {
			return nil, fmt.Errorf("%w: this kind of database has no table %s with the columns of the file; restore it into the kind that it is from", errMisfit, t.Name)
		}
		have := all[at]
		fit := found{Table: backup.Table{Name: t.Name}, numbers: have.numbers}
		for _, c := range t.Columns {
			i := indexOf(have.Columns, c.Name)
			if !convertible(c.Type, have.Columns[i].Type) {
				return nil, fmt.Errorf("%w: the column %s of %s is %s there and %s here", errMisfit, c.Name, t.Name, c.Type, have.Columns[i].Type)
			}
			fit.Columns, fit.declared = append(fit.Columns, have.Columns[i]), append(fit.declared, have.declared[i])
		}
		tables = append(tables, fit)
	}
	return tables, nil
}

// convertible reports whether values of one type can be exactly those of another: SQLite has booleans that are declared as integers.
func convertible(from, to backup.Type) bool {
	return from == to || from == backup.Integer && to == backup.Boolean || from == backup.Boolean && to == backup.Integer
}

// convert makes the values of a batch those of a table's columns.
func convert(t found, b *backup.Batch) error {
	for i := range b.Columns {
		v := &b.Columns[i]
		if to := t.Columns[i].Type; v.Type != to {
			for row, n := range v.Numbers {
				if to == backup.Boolean && n != 0 && n != 1 {
					return fmt.Errorf("%w: the column %s has the value %d in row %d, which is no boolean", errMisfit, t.Columns[i].Name, n, row)
				}
			}
			v.Type = to
		}
	}
	return nil
}
