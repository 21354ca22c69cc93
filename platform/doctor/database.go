package doctor

import (
	"context"
	"io/fs"
	"strings"
	"time"

	"github.com/holotwin/holotwin/platform/database"
)

// Database looks at the version and the size of the database.
func Database(db *database.Database) Check {
	return Check{Name: "database", Look: func(ctx context.Context) []Finding {
		facts, err := db.Facts(ctx)
		if err != nil {
			return []Finding{Unreachable(err)}
		}
		return []Finding{fine("database.ok", map[string]any{"version": Plain(facts.Version), "bytes": Bytes(facts.Bytes)})}
	}}
}

// Unreachable is the finding of a database that does not answer.
func Unreachable(err error) Finding {
	return Finding{Check: "database", Level: Fault, Code: "database.unreachable", Values: map[string]any{"reason": database.Reason(err)}}
}

// Failed is the finding of a check that could not look.
func Failed(err error) Finding { return warn("failed", map[string]any{"reason": database.Reason(err)}) }

// Schema is a module and its migrations.
type Schema struct {
	Module string
	Files  fs.FS
}

// Migrations looks whether the tables are of the version that this program knows.
func Migrations(db *database.Database, schemas []Schema) Check {
	return Check{Name: "migrations", Look: func(ctx context.Context) []Finding {
		var pending, newer []string
		for _, s := range schemas {
			v, err := db.SchemaVersion(ctx, s.Module, s.Files)
			switch {
			case err != nil:
				return []Finding{Failed(err)}
			case v.Stored < v.Newest:
				pending = append(pending, s.Module)
			case v.Stored > v.Newest:
				newer = append(newer, s.Module)
			}
		}
		var found []Finding
		if len(pending) > 0 {
			found = append(found, fault("migrations.pending", map[string]any{"modules": Plain(strings.Join(pending, ", "))}))
		}
		if len(newer) > 0 {
			found = append(found, warn("migrations.newer", map[string]any{"modules": Plain(strings.Join(newer, ", "))}))
		}
		if len(found) == 0 {
			found = append(found, fine("migrations.ok", nil))
		}
		return found
	}}
}

// Differences between the clocks that are a finding. Tokens allow a minute.
const (
	clockWarning = 2 * time.Second
	clockFault   = time.Minute
)

// firstYear is before this program was written.
const firstYear = 2025

// Clock compares the clock of this machine with that of the database.
func Clock(db *database.Database, now func() time.Time) Check {
	return Check{Name: "clock", Look: func(ctx context.Context) []Finding {
		if at := now(); at.Year() < firstYear {
			return []Finding{fault("clock.impossible", map[string]any{"now": at})}
		}
		before := now()
		facts, err := db.Facts(ctx)
		if err != nil {
			return []Finding{Failed(err)}
		}
		return []Finding{clockFinding(before, facts.Now, now())}
	}}
}

// clockFinding judges the clock of the database by those of this machine before and after it was read.
func clockFinding(before, at, after time.Time) Finding {
	var off time.Duration
	switch {
	case at.Before(before.Add(-time.Millisecond)):
		off = before.Sub(at)
	case at.After(after):
		off = at.Sub(after)
	}
	values := map[string]any{"ms": off.Milliseconds()}
	switch {
	case off > clockFault:
		return fault("clock.off", values)
	case off > clockWarning:
		return warn("clock.off", values)
	}
	return fine("clock.ok", values)
}

// Replica looks at the read replica.
func Replica(db *database.Database) Check {
	return Check{Name: "replica", Look: func(context.Context) []Finding {
		state, ok := db.Replica()
		if !ok {
			return nil
		}
		return []Finding{replicaFinding(state)}
	}}
}

// maxReplicaLag is how far a replica may be behind: a moment of much writing is no finding.
const maxReplicaLag = time.Minute

func replicaFinding(state database.ReplicaState) Finding {
	if state.Condition == database.Following || (state.Condition == database.Behind && state.LagTime < maxReplicaLag) {
		return fine("replica.ok", map[string]any{"ms": state.LagTime.Milliseconds()})
	}
	return warn("replica.other", map[string]any{"condition": Plain(state.Condition)})
}

// Opened is the finding of a database that could not be opened. The error says why.
func Opened(err error) Finding {
	return Finding{Check: "database", Level: Fault, Code: "database.unreachable", Values: map[string]any{"reason": err.Error()}}
}
