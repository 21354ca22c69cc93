package database

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// A transaction pooler, such as PgBouncer, gives a client another connection to PostgreSQL for each transaction. So nothing may rest on
// the connection: no statement that was prepared under a name, no setting of its start, and no lock of a session. DirectURL says that
// there is a pooler.

// bearPooler makes a configuration fit for a transaction pooler. Statements are described once and then sent without a name, and the
// limits, which PgBouncer refuses at the start of a connection, are left to boundedPool.
func bearPooler(config *pgx.ConnConfig) {
	if config.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement { // unless the URL chooses another mode
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	for name := range limits {
		delete(config.RuntimeParams, name)
	}
}

// connPool returns the pool that GORM uses.
func connPool(pool *sql.DB, isPooled bool) gorm.ConnPool {
	if !isPooled {
		return pool
	}
	return boundedPool{pool}
}

// boundedPool sets the limits in each transaction, since the connection does not have them. They end with the transaction. A single
// statement is bounded by its context.
type boundedPool struct{ *sql.DB }

var setLimits = func() string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		words = append(words, "set_config('"+name+"', '"+limits[name]+"', true)")
	}
	return "SELECT " + strings.Join(words, ", ")
}()

// BeginTx implements gorm.TxBeginner.
func (p boundedPool) BeginTx(ctx context.Context, options *sql.TxOptions) (*sql.Tx, error) {
	tx, err := p.DB.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, setLimits); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// GetDBConn implements gorm.GetDBConnector.
func (p boundedPool) GetDBConn() (*sql.DB, error) { return p.DB, nil }
