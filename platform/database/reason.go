package database

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/holotwin/holotwin/platform/certificate"
)

// Reason is why a database cannot be used and what to do, in words for the operator: without the URL and its password.
func Reason(err error) string {
	var refused *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.Is(err, errSilent):
		return errSilent.Error()
	case errors.As(err, &refused):
		return postgresReason(refused)
	case errors.As(err, &lite):
		return sqliteReason(lite)
	}
	return connectionReason(err)
}

// postgresReason is what PostgreSQL said, and what to do where it does not say so.
func postgresReason(err *pgconn.PgError) string {
	switch err.Code {
	case "53300":
		return "PostgreSQL takes no more connections (" + err.Message + "): raise max_connections, or let fewer programs share it"
	case "53100":
		return "the disk of PostgreSQL is full: " + err.Message
	case "25006":
		return "PostgreSQL is read-only, as a standby is (" + err.Message + "): name the primary in DB_URL"
	}
	return err.Message
}

// sqliteReason says what is wrong with SQLite's file, as far as the operator can mend it.
func sqliteReason(err *sqlite.Error) string {
	switch err.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return "the disk of the database file is full: free some space; it goes on by itself"
	case sqlite3.SQLITE_READONLY:
		return "the database file, or its folder, may not be written: give it to the user that runs the program; it goes on by itself"
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return "the database file cannot be opened: it, its -wal and -shm, and their folder must belong to the user that runs the program"
	case sqlite3.SQLITE_IOERR:
		return "the disk of the database file fails: " + err.Error()
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return "the file is no sound SQLite database: restore a backup, or name another file in DB_URL"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "the database file is locked by another program"
	}
	return err.Error()
}

// connectionReason says why a server cannot be talked with.
func connectionReason(err error) string {
	if reason, is := certificate.Reason(err); is {
		return reason
	}
	var network *net.OpError
	switch {
	case errors.As(err, &network):
		return network.Err.Error()
	case errors.Is(err, context.DeadlineExceeded), pgconn.Timeout(err):
		return "it did not answer in time"
	case err != nil && strings.Contains(err.Error(), "server refused TLS connection"):
		return "the server does not speak TLS: set ssl = on there, or sslmode=disable in DB_URL"
	}
	return "no connection"
}
