package transfer

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/private"
)

// intoSQLite fills a file of its own and then puts it in its place: until then the place is as it was.
func (l *loading) intoSQLite(ctx context.Context, path string) (err error) {
	unlock, err := database.LockSQLite(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := l.requireEmptyFile(ctx, path); err != nil {
		return err
	}
	folder := path + ".restoring"
	if err := os.RemoveAll(folder); err != nil { // of a restore that was killed
		return err
	}
	if err := os.Mkdir(folder, private.FolderMode); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	file := filepath.Join(folder, filepath.Base(path))
	if err := l.makeFile(ctx, file); err != nil {
		return err
	}
	return database.ReplaceSQLite(file, path)
}

// requireEmptyFile returns an error if there is a database with rows. Errors: ErrNotEmpty.
func (l *loading) requireEmptyFile(ctx context.Context, path string) (err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := database.OpenBeside(ctx, database.Options{URL: "sqlite://" + path})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	pool, err := db.Read.DB()
	if err != nil {
		return err
	}
	all, err := sqliteTables(ctx, pool, nil)
	if err != nil {
		return err
	}
	table, err := firstRow(l.parts, all, func(table string) (has bool, err error) {
		err = pool.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+quoted(table)+")").Scan(&has)
		return has, err
	})
	if err == nil && table != "" {
		err = notEmpty(table)
	}
	return err
}

// makeFile makes a database with all rows.
func (l *loading) makeFile(ctx context.Context, file string) error {
	if err := withSQLite(ctx, file, func(db *database.Database) error { return l.makeSchemas(ctx, db, nil) }); err != nil {
		return err
	}
	pool, err := database.OpenForLoad(ctx, file)
	if err != nil {
		return err
	}
	if err := errors.Join(l.fillSQLite(ctx, pool), pool.Close()); err != nil {
		return err
	}
	return withSQLite(ctx, file, func(db *database.Database) error { return l.finish(ctx, db) })
}

func withSQLite(ctx context.Context, file string, do func(*database.Database) error) error {
	db, err := database.Open(ctx, database.Options{URL: "sqlite://" + file})
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

func (l *loading) fillSQLite(ctx context.Context, pool *sql.DB) (err error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	into := &sqliteTarget{conn: conn, parts: l.parts, now: -1}
	return errors.Join(l.fill(ctx, into), into.close())
}

// sqliteTarget is one transaction on the only connection to a file.
type sqliteTarget struct {
	conn   *sql.Conn
	parts  []Part
	tables []found

	now        int // the table that the statements are of
	one, many  driver.Stmt
	values     []driver.NamedValue
	rowsAtOnce int
}

func (s *sqliteTarget) begin(ctx context.Context, file []backup.Table) error {
	if err := s.createForeign(ctx, file); err != nil {
		return err
	}
	all, err := sqliteTables(ctx, s.conn, func(table string) bool { return kept(s.parts, table) })
	if err != nil {
		return err
	}
	if s.tables, err = fitted(file, all); err != nil {
		return err
	}
	if _, err := s.conn.ExecContext(ctx, "BEGIN EXCLUSIVE"); err != nil {
		return err
	}
	for _, t := range s.tables { // what a migration put there
		if _, err := s.conn.ExecContext(ctx, "DELETE FROM "+quoted(t.Name)); err != nil {
			return err
		}
	}
	return nil
}

// createForeign creates the tables of the file that only PostgreSQL has.
func (s *sqliteTarget) createForeign(ctx context.Context, file []backup.Table) error {
	for _, t := range file {
		part, _ := ours(s.parts, t.Name)
		if !slices.Contains(part.Rules.OnlyPostgres, t.Name) {
			continue
		}
		var columns []string
		for _, c := range t.Columns {
			declared := map[backup.Type]string{backup.Float: "REAL", backup.Bytes: "BLOB"}[c.Type]
			if declared == "" {
				declared = strings.ToUpper(string(c.Type))
			}
			columns = append(columns, quoted(c.Name)+" "+declared)
		}
		if _, err := s.conn.ExecContext(ctx, "CREATE TABLE "+quoted(t.Name)+" ("+strings.Join(columns, ", ")+")"); err != nil {
			return err
		}
	}
	return nil
}

// valuesAtOnce is the maximum number of values of one statement. More make it no faster.
const valuesAtOnce = 500

// prepare makes the statements of a table: one for many rows, and one for a single row.
func (s *sqliteTarget) prepare(table int) error {
	if s.now == table {
		return nil
	}
	if err := s.closeStatements(); err != nil {
		return err
	}
	t := s.tables[table]
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(t.Columns)), ", ") + ")"
	insert := "INSERT INTO " + quoted(t.Name) + " (" + columnList(t.Columns) + ") VALUES "
	s.rowsAtOnce = max(1, valuesAtOnce/len(t.Columns))
	s.values = make([]driver.NamedValue, s.rowsAtOnce*len(t.Columns))
	for i := range s.values {
		s.values[i].Ordinal = i + 1
	}
	return s.conn.Raw(func(conn any) (err error) {
		on, ok := conn.(driver.Conn)
		if !ok {
			return fmt.Errorf("connection is a %T", conn)
		}
		if s.one, err = on.Prepare(insert + row); err == nil {
			s.many, err = on.Prepare(insert + strings.TrimSuffix(strings.Repeat(row+", ", s.rowsAtOnce), ", "))
		}
		s.now = table
		return err
	})
}

func (s *sqliteTarget) closeStatements() (err error) {
	if s.now < 0 {
		return nil
	}
	s.now = -1
	return s.conn.Raw(func(any) error {
		for _, statement := range []driver.Stmt{s.one, s.many} {
			if statement != nil {
				err = errors.Join(err, statement.Close())
			}
		}
		s.one, s.many = nil, nil
		return err
	})
}

// write uses the driver itself: database/sql would copy each value once more.
func (s *sqliteTarget) write(_ context.Context, table int, b *backup.Batch) error {
	t := s.tables[table]
	if err := convert(t, b); err != nil {
		return err
	}
	if err := s.prepare(table); err != nil {
		return err
	}
	return s.conn.Raw(func(any) error {
		for from := 0; from < b.Rows; {
			statement, n := s.one, 1
			if b.Rows-from >= s.rowsAtOnce {
				statement, n = s.many, s.rowsAtOnce
			}
			values := s.values[:n*len(t.Columns)]
			for row := range n {
				for i := range b.Columns {
					values[row*len(t.Columns)+i].Value = sqliteValue(&b.Columns[i], from+row)
				}
			}
			run, ok := statement.(driver.StmtExecContext)
			if !ok {
				return fmt.Errorf("statement is a %T", statement)
			}
			// A context that can end would cost a goroutine for each statement.
			if _, err := run.ExecContext(context.Background(), values); err != nil {
				return err
			}
			from += n
		}
		return nil
	})
}

func sqliteValue(v *backup.Values, row int) driver.Value {
	if v.IsNull(row) {
		return nil
	}
	switch v.Type {
	case backup.Text:
		return string(v.BytesAt(row))
	case backup.Bytes:
		return v.BytesAt(row)
	case backup.Float:
		return math.Float64frombits(uint64(v.Numbers[row]))
	}
	return v.Numbers[row]
}

func (s *sqliteTarget) setNumber(ctx context.Context, table int, last int64) error {
	t := s.tables[table]
	if t.numbers == "" {
		return fmt.Errorf("%w: %s does not count its rows here", errMisfit, t.Name)
	}
	if _, err := s.conn.ExecContext(ctx, "DELETE FROM sqlite_sequence WHERE name = ?", t.Name); err != nil {
		return err
	}
	_, err := s.conn.ExecContext(ctx, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", t.Name, last)
	return err
}

func (s *sqliteTarget) commit(ctx context.Context) error {
	if err := s.closeStatements(); err != nil {
		return err
	}
	if err := each(ctx, s.conn, func(scan func(...any) error) error {
		var table, other string
		var row sql.NullInt64
		var number int
		if err := scan(&table, &row, &other, &number); err != nil {
			return err
		}
		return fmt.Errorf("%w: a row of %s refers to a row of %s that is not there", errMisfit, table, other)
	}, "PRAGMA foreign_key_check"); err != nil {
		return err
	}
	_, err := s.conn.ExecContext(ctx, "COMMIT")
	return err
}

func (s *sqliteTarget) close() error { return s.closeStatements() }
