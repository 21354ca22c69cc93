package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// IsUnique returns true if a statement failed because of a duplicate key.
func IsUnique(err error) bool {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	return errors.Is(sqliteDialector{}.Translate(err), gorm.ErrDuplicatedKey)
}

// IsUnavailable returns true if the database could not be reached, or gave up under load. The same request may succeed a little
// later, so the caller should get 503 and not 500.
func IsUnavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return isTransient(pg.Code) || isLostWorker(pg)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	var lite *sqlite.Error
	switch {
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, driver.ErrBadConn), pgconn.Timeout(err):
		return true
	case errors.Is(err, context.DeadlineExceeded):
		return true
	case errors.As(err, &lite):
		return slices.Contains(transientSQLiteErrors, lite.Code()&0xff)
	}
	// pgx reports a connection that the server closed in the middle of a statement as plain text only.
	text := ""
	if err != nil {
		text = err.Error()
	}
	return strings.Contains(text, "unexpected EOF") || strings.Contains(text, "conn closed")
}

// IsRolledBack returns true if PostgreSQL rolled back a transaction because of another one (a deadlock, a serialization
// failure). Nothing of it is stored, and it can be retried at once.
func IsRolledBack(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// transientSQLiteErrors end when the operator frees space, gives the file to the right user or repairs the disk.
var transientSQLiteErrors = []int{
	sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
	sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
}

// isTransient returns true for an SQLSTATE of a temporary condition: connection, resources, shutdown, deadlock, timeout, disk,
// or a standby that is not the primary yet.
func isTransient(code string) bool {
	class := code[:min(2, len(code))]
	return class == "08" || class == "53" || class == "57" || class == "40" || class == "58" || code == "55P03" || code == "25006"
}
