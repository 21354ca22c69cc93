package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// connector makes connections to PostgreSQL.
type connector struct {
	driver.Connector
	settings string // what each transaction begins with; empty without a pooler
	enclose  bool   // single statements need the settings
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	own, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("connection is a %T, not pgx's", conn), conn.Close())
	}
	return &postgresConn{Conn: own, settings: c.settings, enclose: c.enclose}, nil
}

// postgresConn returns the error of a commit that was lost (citus.go). Behind a pooler it begins each transaction with the settings, which
// end with it. A single statement is bounded by its context and needs none of the limits; if the settings have a schema, it gets a
// transaction of its own.
type postgresConn struct {
	*stdlib.Conn
	settings string
	enclose  bool
	within   bool // a transaction was begun
}

// BeginTx implements driver.ConnBeginTx.
func (c *postgresConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	if c.settings != "" {
		if err := c.send(ctx, c.settings); err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
	}
	c.within = true
	return &postgresTx{tx, c}, nil
}

type postgresTx struct {
	driver.Tx
	conn *postgresConn
}

// Commit implements driver.Tx.
func (t *postgresTx) Commit() error {
	t.conn.within = false
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return t.conn.lostCommit()
}

// Rollback implements driver.Tx.
func (t *postgresTx) Rollback() error {
	t.conn.within = false
	return t.Tx.Rollback()
}

// ExecContext implements driver.ExecerContext.
func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	end, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	result, err := c.Conn.ExecContext(ctx, query, args)
	if err == nil && !c.within {
		err = c.lostCommit()
	}
	return result, end(err)
}

// QueryContext implements driver.QueryerContext.
func (c *postgresConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	end, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.Conn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, end(err)
	}
	own, ok := rows.(*stdlib.Rows)
	if !ok {
		return rows, nil
	}
	return &enclosedRows{Rows: own, end: end}, nil
}

// begin begins the transaction of a single statement if it needs one. end commits it, or rolls it back if there was an error.
func (c *postgresConn) begin(ctx context.Context) (end func(error) error, err error) {
	if c.within || !c.enclose {
		return func(err error) error { return err }, nil
	}
	if err := c.send(ctx, "BEGIN; "+c.settings); err != nil {
		return nil, errors.Join(err, c.endWith(ctx, "ROLLBACK"))
	}
	return func(err error) error {
		if err != nil {
			return errors.Join(err, c.endWith(ctx, "ROLLBACK"))
		}
		return errors.Join(c.endWith(ctx, "COMMIT"), c.lostCommit())
	}, nil
}

// endTime is the maximum time of the end of a single statement's transaction.
const endTime = 5 * time.Second

// endWith ends a transaction, also if the context of the statement has ended after it.
func (c *postgresConn) endWith(ctx context.Context, statement string) error {
	if c.Conn.Conn().IsClosed() {
		return nil // the error of the statement says why
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	return c.send(ctx, statement)
}

// send sends statements without parameters in one round trip.
func (c *postgresConn) send(ctx context.Context, statements string) error {
	_, err := c.Conn.Conn().PgConn().Exec(ctx, statements).ReadAll()
	return err
}

// enclosedRows end the transaction of their statement once they are read. A statement that also changes something is committed then, so an
// error of the commit is one of the last row.
type enclosedRows struct {
	*stdlib.Rows
	end func(error) error // nil after it was called
}

// Next implements driver.Rows.
func (r *enclosedRows) Next(values []driver.Value) error {
	err := r.Rows.Next(values)
	if !errors.Is(err, io.EOF) {
		return err
	}
	if failed := r.finish(nil); failed != nil {
		return failed
	}
	return err
}

// Close implements driver.Rows.
func (r *enclosedRows) Close() error { return r.finish(r.Rows.Close()) }

func (r *enclosedRows) finish(err error) error {
	end := r.end
	if end == nil {
		return err
	}
	r.end = nil
	return end(err)
}

// lostCommit returns the error of a transaction that was committed here and not on the worker with its rows.
func (c *postgresConn) lostCommit() error { return takeLostCommit(c.Conn.Conn().PgConn()) }
