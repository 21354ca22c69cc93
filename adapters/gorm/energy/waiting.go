package gormenergy

import (
	"context"

	"github.com/holotwin/holotwin/platform/database"
)

// Waiting returns how many readings are in the journal, and what is the first of them.
func (s *Store) Waiting(ctx context.Context) (rows int64, first string, err error) {
	if s.db.Dialect != database.Postgres {
		return 0, "", nil
	}
	err = s.db.Read.WithContext(ctx).Raw(`SELECT (SELECT count(*) FROM energy_journal),
		coalesce((SELECT concat_ws(' ', ctid, device_id, at) FROM energy_journal LIMIT 1), '')`).Row().Scan(&rows, &first)
	return rows, first, err
}
