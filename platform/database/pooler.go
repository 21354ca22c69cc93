package database

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A transaction pooler, such as PgBouncer, gives a client another connection to PostgreSQL for each transaction. So nothing may rest on
// the connection: no statement that was prepared under a name, no setting of its start, and no lock of a session. DirectURL says that
// there is a pooler.

// bearPooler makes a configuration fit for a transaction pooler, and returns the settings that each transaction begins with. Statements are
// described once and then sent without a name. PgBouncer refuses the limits and the schema at the start of a connection, or ignores them.
func bearPooler(config *pgx.ConnConfig) (settings string) {
	if config.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement { // unless the URL chooses another mode
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	var calls []string
	for _, name := range append(slices.Sorted(maps.Keys(limits)), searchPath) {
		if value, set := config.RuntimeParams[name]; set {
			calls = append(calls, fmt.Sprintf("set_config('%s', '%s', true)", name, strings.ReplaceAll(value, "'", "''")))
			delete(config.RuntimeParams, name)
		}
	}
	return "SELECT " + strings.Join(calls, ", ")
}
