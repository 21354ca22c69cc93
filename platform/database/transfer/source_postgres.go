package transfer

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/database"
)

// postgresSource is a transaction on a connection of its own: all of its statements see one instant.
type postgresSource struct {
	conn *pgx.Conn
	tx   pgx.Tx
}

func openPostgres(ctx context.Context, db *database.Database) (source, error) {
	conn, err := db.Direct(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err == nil {
		_, err = tx.Exec(ctx, "SELECT 1") // the instant
	}
	if err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return &postgresSource{conn, tx}, nil
}

func (s *postgresSource) close() { _ = s.conn.Close(context.Background()) }

func (s *postgresSource) version(ctx context.Context, part string) (int64, error) {
	return postgresVersion(ctx, s.tx, part)
}

func postgresVersion(ctx context.Context, tx pgx.Tx, part string) (version int64, err error) {
	err = tx.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM "+quoted(database.VersionTable(part))+" WHERE is_applied").Scan(&version)
	return version, err
}

func (s *postgresSource) tables(ctx context.Context, want func(string) bool) ([]found, error) {
	return postgresTables(ctx, s.tx, want)
}

// postgresTables returns the tables of the schema. A partition belongs to its table.
func postgresTables(ctx context.Context, tx pgx.Tx, want func(string) bool) ([]found, error) {
	rows, err := tx.Query(ctx, `SELECT c.relname::text, ARRAY(SELECT o.relname::text FROM pg_constraint f JOIN pg_class o ON o.oid = f.confrelid
			WHERE f.conrelid = c.oid AND f.contype = 'f')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t found, err error) {
		err = row.Scan(&t.Name, &t.needs)
		return t, err
	})
	if err != nil || want == nil {
		return all, err
	}
	for i := range all {
		if want(all[i].Name) {
			if err := postgresColumns(ctx, tx, &all[i]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func postgresColumns(ctx context.Context, tx pgx.Tx, t *found) error {
	rows, err := tx.Query(ctx, `SELECT a.attname::text, format_type(a.atttypid, NULL), a.attidentity <> ''
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relname = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`, t.Name)
	if err != nil {
		return err
	}
	var name, declared string
	var identity bool
	_, err = pgx.ForEachRow(rows, []any{&name, &declared, &identity}, func() error {
		kind, err := typeOf(t.Name, name, declared)
		if identity {
			t.numbers = name
		}
		t.Columns, t.declared = append(t.Columns, backup.Column{Name: name, Type: kind}), append(t.declared, declared)
		return err
	})
	return err
}

func (s *postgresSource) rows(ctx context.Context, t found, batch func() *backup.Batch, pass func(*backup.Batch) error) error {
	in := &copyReader{table: t, batch: batch, pass: pass}
	if _, err := s.conn.PgConn().CopyTo(ctx, in, "COPY (SELECT "+columnList(t.Columns)+" FROM "+quoted(t.Name)+") TO STDOUT (FORMAT binary)"); err != nil {
		return err
	}
	return in.end()
}

func (s *postgresSource) lastNumber(ctx context.Context, t found) (last int64, err error) {
	var sequence string
	if err := s.tx.QueryRow(ctx, "SELECT pg_get_serial_sequence($1, $2)", quoted(t.Name), t.numbers).Scan(&sequence); err != nil {
		return 0, err
	}
	err = s.tx.QueryRow(ctx, "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM "+sequence).Scan(&last)
	return last, err
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

func columnList(columns []backup.Column) (list string) {
	for i, c := range columns {
		if i > 0 {
			list += ", "
		}
		list += quoted(c.Name)
	}
	return list
}

// indexOf returns the place of a column; -1 if there is none.
func indexOf(columns []backup.Column, name string) int {
	return slices.IndexFunc(columns, func(c backup.Column) bool { return c.Name == name })
}
