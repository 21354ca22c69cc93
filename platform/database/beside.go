package database

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// OpenBeside opens a database that a running server may be using, for a command that reads. A write must be short: on SQLite it waits for
// the server's, and the server waits for it. The SQLite file must exist.
func OpenBeside(ctx context.Context, o Options) (*Database, error) {
	if !strings.HasPrefix(o.URL, "sqlite:") {
		return openPostgres(ctx, o)
	}
	path := sqlitePath(o.URL)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("DB_URL: %s cannot be read: %s", path, pathReason(err))
	}
	writer, err := sqlitePool(ctx, sqliteDSN(path, "rw", "immediate"), 1)
	if err != nil {
		return nil, fmt.Errorf("DB_URL: %s cannot be opened as a SQLite database: %s", path, Reason(err))
	}
	reader, err := sqlitePool(ctx, sqliteDSN(path, "ro", "deferred"), sqliteReaders)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("DB_URL: %s cannot be read: %s", path, Reason(err)), writer.Close())
	}
	closeAll := func() error { return errors.Join(reader.Close(), writer.Close()) }
	write, err := openGorm(sqliteDialector{pool: writer})
	if err != nil {
		return nil, errors.Join(err, closeAll())
	}
	read, err := openGorm(sqliteDialector{pool: reader})
	if err != nil {
		return nil, errors.Join(err, closeAll())
	}
	return &Database{Write: write, Read: read, Dialect: SQLite, File: path, close: closeAll}, nil
}
