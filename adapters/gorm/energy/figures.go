package gormenergy

import (
	"context"
	"fmt"

	"github.com/holotwin/holotwin/platform/database"
)

// Figures are how much waits in the store: for the totals, for a person, or for a registration.
type Figures struct {
	// Journalled readings are stored and not yet in the totals. It is 0 on SQLite, which has no journal.
	Journalled int64
	// Quarantined readings wait for a person.
	Quarantined int64
	// Unregistered devices wait for a registration, with Buffered measurements.
	Unregistered, Buffered int64
	// RejectedMessages are those that were kept for a person.
	RejectedMessages int64
}

// maxCounted bounds what is counted one by one: beyond it, the number says only that it is too large.
const maxCounted = 100_000

// Figures counts what waits. It reads no more than maxCounted rows of a table.
func (s *Store) Figures(ctx context.Context) (f Figures, err error) {
	counts := []struct {
		into *int64
		rows string
	}{
		{&f.Quarantined, "SELECT 1 FROM energy_readings WHERE verdict = 9"},
		{&f.RejectedMessages, "SELECT 1 FROM energy_letters"},
	}
	if s.db.Dialect == database.Postgres {
		counts = append(counts, struct {
			into *int64
			rows string
		}{&f.Journalled, "SELECT 1 FROM energy_journal"})
	}
	read := s.db.Read.WithContext(ctx)
	for _, c := range counts {
		if err := read.Raw("SELECT count(*) FROM ("+c.rows+" LIMIT ?) AS counted", maxCounted).Row().Scan(c.into); err != nil {
			return Figures{}, fmt.Errorf("count what waits: %w", err)
		}
	}
	err = read.Raw("SELECT count(*), coalesce(sum(held), 0) FROM energy_inbox").Row().Scan(&f.Unregistered, &f.Buffered)
	return f, err
}
