package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A transaction pooler, such as PgBouncer, gives a client another connection to PostgreSQL for each transaction. So nothing may rest on
// the connection: no statement that was prepared under a name, no setting of its start, and no lock of a session. DirectURL says that
// there is a pooler.

// bearPooler makes a configuration fit for a transaction pooler, and returns the statement that sets its limits. Statements are described
// once and then sent without a name. The limits, which PgBouncer refuses at the start of a connection, are left to boundedPool.
func bearPooler(config *pgx.ConnConfig) *limitStatement {
	if config.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement { // unless the URL chooses another mode
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	set := &limitStatement{}
	var calls []string
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		set.values = append(set.values, name, config.RuntimeParams[name])
		calls = append(calls, fmt.Sprintf("set_config($%d, $%d, true)", len(set.values)-1, len(set.values)))
		delete(config.RuntimeParams, name)
	}
	set.text = "SELECT " + strings.Join(calls, ", ")
	return set
}

// limitStatement sets the limits of a transaction.
type limitStatement struct {
	text   string
	values []any
}

// boundedPool sets the limits in each transaction, since the connection does not have them. They end with the transaction. A single
// statement is bounded by its context.
type boundedPool struct {
	*sql.DB
	limits limitStatement
}

// BeginTx implements gorm.TxBeginner.
func (p boundedPool) BeginTx(ctx context.Context, options *sql.TxOptions) (*sql.Tx, error) {
	tx, err := p.DB.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, p.limits.text, p.limits.values...); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// GetDBConn implements gorm.GetDBConnector.
func (p boundedPool) GetDBConn() (*sql.DB, error) { return p.DB, nil }
