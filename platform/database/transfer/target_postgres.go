package transfer

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/database"
)

// postgresTarget is one transaction: until it is committed, the database is empty.
type postgresTarget struct {
	conn   *pgx.Conn
	tx     pgx.Tx
	parts  []Part
	tables []found
	buffer []byte
}

func (l *loading) intoPostgres(ctx context.Context, o database.Options) error {
	db, err := database.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Direct(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	versions, err := l.requireEmpty(ctx, conn)
	if err != nil {
		return err
	}
	if err := l.makeSchemas(ctx, db, versions); err != nil {
		return err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if err := l.fill(ctx, &postgresTarget{conn: conn, tx: tx, parts: l.parts}); err != nil {
		return err
	}
	return l.finish(ctx, db)
}

// requireEmpty returns the versions of the parts that an empty database has. Errors: ErrNotEmpty.
func (l *loading) requireEmpty(ctx context.Context, conn *pgx.Conn) (map[string]int64, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	all, err := postgresTables(ctx, tx, nil)
	if err != nil {
		return nil, err
	}
	if err := emptyPostgres(ctx, tx, l.parts, all); err != nil {
		return nil, err
	}
	return versions(ctx, &postgresSource{conn, tx}, l.parts, all)
}

func emptyPostgres(ctx context.Context, tx pgx.Tx, parts []Part, all []found) error {
	table, err := firstRow(parts, all, func(table string) (has bool, err error) {
		err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+quoted(table)+")").Scan(&has)
		return has, err
	})
	if err == nil && table != "" {
		err = notEmpty(table)
	}
	return err
}

// begin locks all tables until the commit: a server that starts meanwhile can neither use nor migrate them.
func (p *postgresTarget) begin(ctx context.Context, file []backup.Table) error {
	all, err := postgresTables(ctx, p.tx, func(table string) bool { return kept(p.parts, table) })
	if err != nil {
		return err
	}
	for _, t := range all {
		if _, is := ours(p.parts, t.Name); !is && !isVersionTable(p.parts, t.Name) {
			continue
		}
		if _, err := p.tx.Exec(ctx, "LOCK TABLE "+quoted(t.Name)+" IN ACCESS EXCLUSIVE MODE"); err != nil {
			return fmt.Errorf("lock %s: %w", t.Name, err)
		}
	}
	if err := emptyPostgres(ctx, p.tx, p.parts, all); err != nil {
		return err
	}
	if p.tables, err = fitted(file, all); err != nil {
		return err
	}
	for _, t := range p.tables { // what a migration put there
		if _, err := p.tx.Exec(ctx, "DELETE FROM "+quoted(t.Name)); err != nil {
			return err
		}
	}
	return nil
}

func isVersionTable(parts []Part, table string) bool {
	for _, p := range parts {
		if table == database.VersionTable(p.Name) {
			return true
		}
	}
	return false
}

func (p *postgresTarget) write(ctx context.Context, table int, b *backup.Batch) (err error) {
	t := p.tables[table]
	if err := convert(t, b); err != nil {
		return err
	}
	if part, _ := ours(p.parts, t.Name); part.Rules.MakeRoom != nil {
		if err := part.Rules.MakeRoom(ctx, p.tx, t.Name, t.Columns, b); err != nil {
			return err
		}
	}
	if p.buffer, err = appendCopy(p.buffer[:0], t, b); err != nil {
		return err
	}
	_, err = p.conn.PgConn().CopyFrom(ctx, bytes.NewReader(p.buffer), "COPY "+quoted(t.Name)+" ("+columnList(t.Columns)+") FROM STDIN (FORMAT binary)")
	return err
}

func (p *postgresTarget) setNumber(ctx context.Context, table int, last int64) error {
	t := p.tables[table]
	if t.numbers == "" {
		return fmt.Errorf("%w: %s does not count its rows here", errMisfit, t.Name)
	}
	_, err := p.tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence($1, $2), greatest($3::bigint, 1), $3::bigint > 0)", quoted(t.Name), t.numbers, last)
	return err
}

func (p *postgresTarget) commit(ctx context.Context) error { return p.tx.Commit(ctx) }
