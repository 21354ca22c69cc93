package doctor

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/holotwin/holotwin/platform/database"
)

// maxRelayAge is how long audit entries may wait for the process of auth.
const maxRelayAge = 5 * time.Minute

// Queues looks at what waits in the database: events, and audit entries for another process.
func Queues(db *database.Database, relays bool, now func() time.Time) Check {
	return Check{Name: "queues", Look: func(ctx context.Context) []Finding {
		var events int64
		if err := db.Read.WithContext(ctx).Raw("SELECT count(*) FROM events_outbox").Row().Scan(&events); err != nil {
			return []Finding{Failed(err)}
		}
		values := map[string]any{"events": events}
		if !relays {
			return []Finding{fine("queues.ok", values)}
		}
		var entries int64
		var oldest sql.NullInt64
		if err := db.Read.WithContext(ctx).Raw("SELECT count(*), min(at) FROM relay_entries").Row().Scan(&entries, &oldest); err != nil {
			return []Finding{Failed(err)}
		}
		if age := now().Sub(time.UnixMilli(oldest.Int64)); oldest.Valid && age > maxRelayAge {
			return []Finding{warn("queues.relay", map[string]any{"entries": entries, "age": age})}
		}
		return []Finding{fine("queues.ok", values)}
	}}
}

// Journal looks whether the readings in the journal are moved into the totals, as a server does every half second. waiting returns how many
// wait, and what is the first of them: as long as it stays the first, nothing is moved. It is a finding after most.
func Journal(waiting func(ctx context.Context) (rows int64, first string, err error), now func() time.Time, most time.Duration) Check {
	j := &journalWatch{waiting: waiting, now: now, most: most}
	return Check{Name: "journal", Look: func(ctx context.Context) []Finding { return []Finding{j.look(ctx)} }}
}

type journalWatch struct {
	waiting func(ctx context.Context) (int64, string, error)
	now     func() time.Time
	most    time.Duration

	mu    sync.Mutex
	first string
	since time.Time
}

func (j *journalWatch) look(ctx context.Context) Finding {
	rows, first, err := j.waiting(ctx)
	if err != nil {
		return Failed(err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if first != j.first || j.since.IsZero() {
		j.first, j.since = first, j.now()
	}
	age := j.now().Sub(j.since)
	if rows > 0 && age > j.most {
		return warn("journal.stuck", map[string]any{"rows": rows, "age": age})
	}
	return fine("journal.ok", map[string]any{"rows": rows})
}

// Broker looks whether a service answers.
func Broker(service, setting string, reach func(ctx context.Context) error) Check {
	return Check{Name: "broker", Look: func(ctx context.Context) []Finding {
		values := map[string]any{"service": Plain(service), "setting": Plain(setting)}
		if err := reach(ctx); err != nil {
			values["reason"] = database.Reason(err)
			return []Finding{warn("broker.unreachable", values)}
		}
		return []Finding{fine("broker.ok", values)}
	}}
}
