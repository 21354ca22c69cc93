package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/holotwin/holotwin/platform/tracing"
)

// tracedSQLitePool opens a pool whose statements are spans of the traces that they belong to. It is used only while traces are recorded.
func tracedSQLitePool(ctx context.Context, dsn string, connections int) (*sql.DB, error) {
	plain, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	if err := plain.Close(); err != nil {
		return nil, err
	}
	return readyPool(ctx, sql.OpenDB(tracedConnector{dsn, plain.Driver()}), connections)
}

type tracedConnector struct {
	dsn    string
	driver driver.Driver
}

// Connect implements driver.Connector.
func (c tracedConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	own, ok := conn.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("connection is a %T, which cannot be traced: %w", conn, conn.Close())
	}
	return &tracedConn{own}, nil
}

// Driver implements driver.Connector.
func (c tracedConnector) Driver() driver.Driver { return c.driver }

// sqliteConn is what database/sql uses of a connection to SQLite.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type tracedConn struct{ sqliteConn }

// ExecContext implements driver.ExecerContext.
func (c *tracedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ctx, span := tracing.Statement(ctx, string(SQLite), query)
	result, err := c.sqliteConn.ExecContext(ctx, query, args)
	span.End(err)
	return result, err
}

// QueryContext implements driver.QueryerContext.
func (c *tracedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ctx, span := tracing.Statement(ctx, string(SQLite), query)
	rows, err := c.sqliteConn.QueryContext(ctx, query, args)
	return tracedRows(rows, span, err)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *tracedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	prepared, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	own, ok := prepared.(sqliteStmt)
	if !ok {
		return prepared, nil
	}
	return &tracedStmt{own, query}, nil
}

// sqliteStmt is what database/sql uses of a prepared statement.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type tracedStmt struct {
	sqliteStmt
	query string
}

// ExecContext implements driver.StmtExecContext.
func (s *tracedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	ctx, span := tracing.Statement(ctx, string(SQLite), s.query)
	result, err := s.sqliteStmt.ExecContext(ctx, args)
	span.End(err)
	return result, err
}

// QueryContext implements driver.StmtQueryContext.
func (s *tracedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	ctx, span := tracing.Statement(ctx, string(SQLite), s.query)
	rows, err := s.sqliteStmt.QueryContext(ctx, args)
	return tracedRows(rows, span, err)
}

// sqliteRows is what database/sql uses of rows.
type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// readRows end the span of their statement once they are read.
type readRows struct {
	sqliteRows
	span tracing.Span
	err  error
}

func tracedRows(rows driver.Rows, span tracing.Span, err error) (driver.Rows, error) {
	own, ok := rows.(sqliteRows)
	if err != nil || !ok || !span.Recorded() {
		span.End(err)
		return rows, err
	}
	return &readRows{sqliteRows: own, span: span}, nil
}

// Next implements driver.Rows.
func (r *readRows) Next(values []driver.Value) error {
	err := r.sqliteRows.Next(values)
	if err != nil {
		r.err = err
	}
	return err
}

// Close implements driver.Rows.
func (r *readRows) Close() error {
	err := r.sqliteRows.Close()
	if r.err == nil {
		r.err = err
	}
	r.span.End(r.err)
	return err
}
