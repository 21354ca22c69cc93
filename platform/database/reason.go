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

// Reason returns, for the operator, why the database cannot be used and what to do. It contains neither the URL nor its
// password.
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

// postgresReason returns the message of PostgreSQL, and what to do if the message does not say it.
func postgresReason(err *pgconn.PgError) string {
	switch err.Code {
	case "53300":
		return "PostgreSQL accepts no more connections (" + err.Message + "): raise max_connections, or let fewer programs share it"
	case "53100":
		return "the disk of PostgreSQL is full: " + err.Message
	case "25006":
		return "PostgreSQL is read-only, as a standby is (" + err.Message + "): set the primary in DB_URL"
	}
	if strings.HasPrefix(err.Message, "unsupported startup parameter") { // PgBouncer's words
		return "DB_URL is a connection pooler (" + err.Message + "): set the address of PostgreSQL itself in DIRECT_DB_URL"
	}
	return err.Message
}

// sqliteReason returns what is wrong with the SQLite file, and what the operator can do.
func sqliteReason(err *sqlite.Error) string {
	switch err.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return "the disk of the database file is full: free some space; HoloTwin then continues by itself"
	case sqlite3.SQLITE_READONLY:
		return "the database file or its folder is not writable: give it to the user that runs HoloTwin, which then continues by itself"
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return "the database file cannot be opened: the file, its -wal and -shm files, and their folder must belong to the user that runs HoloTwin"
	case sqlite3.SQLITE_IOERR:
		return "the disk of the database file fails: " + err.Error()
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return "the file is damaged or not a SQLite database: restore a backup, or set another file in DB_URL"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "the database file is locked by another program"
	}
	return err.Error()
}

// connectionReason returns why there is no connection to a server.
func connectionReason(err error) string {
	if reason, ok := certificate.Reason(err); ok {
		return reason
	}
	var network *net.OpError
	switch {
	case errors.As(err, &network):
		return network.Err.Error()
	case errors.Is(err, context.DeadlineExceeded), pgconn.Timeout(err):
		return "the server did not answer in time"
	case err != nil && strings.Contains(err.Error(), "server refused TLS connection"):
		return "the server does not support TLS: set ssl = on there, or sslmode=disable in DB_URL"
	}
	return "no connection"
}
