package database

import (
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Citus commits on the worker first. If the worker is lost just then, it only warns, and reports to the client that the transaction was
// committed; but the rows are not there unless the worker had received the commit. So the warning is taken for the error that it is: the
// caller gets 503 and sends again, and what is stored already is recognized.

// lostCommitKey is where a connection notes the warning.
const lostCommitKey = "lost commit"

// commitWarning is the beginning of the warning, which Citus does not translate.
const commitWarning = "failed to commit transaction on "

// transactionResolutionUnknown is the SQLSTATE for a commit that may or may not have taken place.
const transactionResolutionUnknown = "08007"

// noteLostCommit notes that a worker may not have committed.
func noteLostCommit(conn *pgconn.PgConn, notice *pgconn.Notice) {
	if strings.HasPrefix(notice.Message, commitWarning) {
		conn.CustomData()[lostCommitKey] = &pgconn.PgError{Severity: "ERROR", Code: transactionResolutionUnknown, Message: notice.Message}
	}
}

// takeLostCommit returns the error that was noted for a connection, once.
func takeLostCommit(conn *pgconn.PgConn) error {
	err, lost := conn.CustomData()[lostCommitKey].(*pgconn.PgError)
	if !lost {
		return nil
	}
	delete(conn.CustomData(), lostCommitKey)
	return err
}

// isLostWorker returns true for the error that Citus reports, as an internal one, for a worker that ended during a statement.
func isLostWorker(err *pgconn.PgError) bool {
	return err.Code == "XX000" && strings.HasPrefix(err.Message, "server closed the connection unexpectedly")
}
