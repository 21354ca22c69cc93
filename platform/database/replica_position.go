package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// identity is which database a connection leads to. It stays the same as long as the connection.
type identity struct {
	cluster  int64 // the system identifier, which a cluster gets when it is made and shares with its copies
	database int64
}

const identityQuery = `SELECT system_identifier, (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) FROM pg_control_system()`

// position is how far a server is in the log of its cluster.
type position struct {
	cluster  int64 // of a primary only
	timeline int64 // increases at each promotion
	schema   string
	wal      int64 // bytes of the log
}

// On the primary, all that was committed is in the log up to here. A commit is written to disk before any other transaction sees it, except
// where an operator turned synchronous_commit off.
const primaryPosition = `SELECT system_identifier, ('x' || substr(pg_walfile_name(wal), 1, 8))::bit(32)::bigint, coalesce(current_schema(), ''),
		pg_wal_lsn_diff(wal, '0/0')::bigint, true
	FROM (SELECT CASE WHEN current_setting('synchronous_commit') = 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END AS wal) AS written,
		pg_control_system()`

// On a standby, a query that begins now sees all that is in the log up to here. received_tli is null while no log is received, and for most
// users. The other two timelines are later, so that after a promotion they may only say too little.
const standbyPosition = `SELECT 0, coalesce((SELECT received_tli FROM pg_stat_wal_receiver),
			(SELECT greatest(timeline_id, min_recovery_end_timeline) FROM pg_control_checkpoint(), pg_control_recovery()))::bigint,
		coalesce(current_schema(), ''), coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'), 0)::bigint, pg_is_in_recovery()`

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// readPosition runs one of the two queries. follows is false for a server that should be a standby and is none. Errors: errRefused if the
// server answers that it has no position, such as a standby that is asked as a primary.
func readPosition(ctx context.Context, on querier, query string) (p position, follows bool, err error) {
	err = on.QueryRowContext(ctx, query).Scan(&p.cluster, &p.timeline, &p.schema, &p.wal, &follows)
	return p, follows, refusal(err)
}

// refusal is errRefused for an answer of a server that it cannot be asked this, and else err.
func refusal(err error) error {
	var answered *pgconn.PgError
	if errors.As(err, &answered) && !isTransient(answered.Code) {
		return errRefused{"a server does not say how far its log is: " + answered.Message, false}
	}
	return err
}

// isCitus returns true if the tables of a database are spread over other servers.
func isCitus(ctx context.Context, on querier) (citus bool, err error) {
	err = on.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')").Scan(&citus)
	return citus, err
}

// errRefused is why a server may not answer in the primary's place, in words for the operator.
type errRefused struct {
	reason string
	// forGood is true if it never was a copy of the primary, so that READ_DB_URL is wrong.
	forGood bool
}

func (e errRefused) Error() string { return e.reason }

// requireCopy returns errRefused if a server is no copy of the primary.
func requireCopy(primary, other identity) error {
	switch {
	case primary.cluster != other.cluster:
		return errRefused{fmt.Sprintf("it is no copy of DB_URL's server: its system identifier is %d, that of DB_URL is %d", other.cluster, primary.cluster), true}
	case primary.database != other.database:
		return errRefused{"it names another database than DB_URL", true}
	}
	return nil
}

// refuse returns errRefused if a standby's position cannot be compared with the primary's.
func refuse(primary, standby position, follows bool) error {
	switch {
	case !follows:
		return errRefused{"it is not a standby; if it was promoted, let READ_DB_URL name a standby of the new primary", false}
	case primary.timeline != standby.timeline:
		return errRefused{fmt.Sprintf("it is on timeline %d, and DB_URL's server is on timeline %d: it does not follow that server since a promotion", standby.timeline, primary.timeline), false}
	case primary.schema != standby.schema:
		return errRefused{fmt.Sprintf("its search_path leads to the schema %q, that of DB_URL to %q", standby.schema, primary.schema), false}
	}
	return nil
}
