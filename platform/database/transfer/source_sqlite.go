package transfer

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/database"
)

// sqliteSource is a transaction on a connection of its own: its statements see one instant while the writer goes on.
type sqliteSource struct{ conn *sql.Conn }

func openSQLite(ctx context.Context, db *database.Database) (source, error) {
	pool, err := db.Read.DB()
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &sqliteSource{conn}
	if _, err = conn.ExecContext(ctx, "BEGIN DEFERRED"); err == nil {
		var n int
		err = conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n) // the instant
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *sqliteSource) close() {
	_, _ = s.conn.ExecContext(context.Background(), "ROLLBACK")
	_ = s.conn.Close()
}

func (s *sqliteSource) version(ctx context.Context, part string) (version int64, err error) {
	err = s.conn.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+quoted(database.VersionTable(part))+" WHERE is_applied").Scan(&version)
	return version, err
}

func (s *sqliteSource) tables(ctx context.Context, want func(string) bool) ([]found, error) {
	return sqliteTables(ctx, s.conn, want)
}

// queryer is a connection or a pool.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func sqliteTables(ctx context.Context, from queryer, want func(string) bool) (all []found, err error) {
	err = each(ctx, from, func(scan func(...any) error) error {
		var t found
		var text string
		err := scan(&t.Name, &text)
		if strings.Contains(strings.ToUpper(text), "AUTOINCREMENT") {
			t.numbers = "rowid"
		}
		all = append(all, t)
		return err
	}, "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
	if err != nil || want == nil {
		return all, err
	}
	for i := range all {
		t := &all[i]
		if !want(t.Name) {
			continue
		}
		err := each(ctx, from, func(scan func(...any) error) error {
			var name, declared string
			if err := scan(&name, &declared); err != nil {
				return err
			}
			kind, err := typeOf(t.Name, name, declared)
			t.Columns, t.declared = append(t.Columns, backup.Column{Name: name, Type: kind}), append(t.declared, declared)
			return err
		}, "SELECT name, type FROM pragma_table_info(?) ORDER BY cid", t.Name)
		if err != nil {
			return nil, err
		}
		err = each(ctx, from, func(scan func(...any) error) error {
			var other string
			err := scan(&other)
			t.needs = append(t.needs, other)
			return err
		}, `SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)`, t.Name)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// each calls do for each row of a query.
func each(ctx context.Context, from queryer, do func(scan func(...any) error) error, query string, args ...any) (err error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := do(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// rows asks the driver itself: database/sql would copy each value twice.
func (s *sqliteSource) rows(ctx context.Context, t found, batch func() *backup.Batch, pass func(*backup.Batch) error) error {
	return s.conn.Raw(func(conn any) (err error) {
		queries, ok := conn.(driver.QueryerContext)
		if !ok {
			return fmt.Errorf("connection is a %T", conn)
		}
		// A context that can end would cost a goroutine for each row.
		rows, err := queries.QueryContext(context.WithoutCancel(ctx), "SELECT "+columnList(t.Columns)+" FROM "+quoted(t.Name), nil)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		now, values := batch(), make([]driver.Value, len(t.Columns))
		for {
			if err := rows.Next(values); errors.Is(err, io.EOF) {
				return pass(now)
			} else if err != nil {
				return err
			}
			if now.Full() {
				if err := errors.Join(ctx.Err(), pass(now)); err != nil {
					return err
				}
				now = batch()
			}
			for i, value := range values {
				if !appendSQLite(&now.Columns[i], value) {
					return fmt.Errorf("the column %s has a %T in place of the type %s", t.Columns[i].Name, value, t.Columns[i].Type)
				}
			}
			now.Rows++
		}
	})
}

// appendSQLite adds a value of the driver. SQLite stores in a column what it is given, so it returns false for a value of another type.
func appendSQLite(to *backup.Values, value driver.Value) (fits bool) {
	switch v := value.(type) {
	case nil:
		to.AppendNull()
		return true
	case int64:
		switch to.Type {
		case backup.Integer, backup.Boolean:
			to.AppendNumber(v)
			return to.Type == backup.Integer || v == 0 || v == 1
		case backup.Float:
			to.AppendNumber(int64(math.Float64bits(float64(v))))
			return isExact(v)
		}
	case float64:
		to.AppendNumber(int64(math.Float64bits(v)))
		return to.Type == backup.Float
	case string:
		to.AppendText(v)
		return to.Type == backup.Text
	case []byte:
		to.AppendBytes(v)
		return to.Type == backup.Bytes
	}
	return false
}

// isExact reports whether a float can be an integer.
func isExact(n int64) bool {
	const most = 1 << 53
	return n >= -most && n <= most
}

func (s *sqliteSource) lastNumber(ctx context.Context, t found) (last int64, err error) {
	err = s.conn.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?", t.Name).Scan(&last)
	return last, err
}

// hasColumns reports whether a table has all columns of another.
func hasColumns(t found, columns []backup.Column) bool {
	return !slices.ContainsFunc(columns, func(c backup.Column) bool { return indexOf(t.Columns, c.Name) < 0 })
}
