package database

import (
	"context"
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
	return openSQLitePools(ctx, path, "rw", sqlitePool, func() error { return nil })
}
