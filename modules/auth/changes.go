package auth

import (
	"context"
	"time"
)

// Changes are what changed of sessions, users and keys: what a process must know that verifies tokens and keys without this module. They
// can be applied in any order and more than once.
type Changes struct {
	// Now is when they were read, by the clock of this module. It is the next call's since.
	Now time.Time
	// Complete is set if they are all changes since the asked instant. Otherwise the record no longer reaches back to it: they are the
	// changes of the last ChangeLife, and keys read before may have changed.
	Complete bool
	// RecordedFrom is when the record began in a database of an earlier version; zero if it was always there. It is not known which
	// sessions ended before.
	RecordedFrom time.Time
	// Families are the ids of sessions that ended.
	Families []string
	Users    []UserState
	Keys     []KeyState
}

// UserState is what the changed user of a token may do now.
type UserState struct {
	ID    string
	Role  Role
	Space string
	// Barred is set if the user is disabled or was removed.
	Barred bool
}

// KeyState is a changed key as it is now.
type KeyState struct {
	// ID is the key's id; Key is empty if the key was removed.
	ID      string
	Key     Key
	Removed bool
}

// ChangeLife is how long a change is recorded: as long as a token lives that was signed before it, and some minutes.
const ChangeLife = AccessLife + 10*time.Minute

// changeOverlap is how much further back each answer reaches. A change gets its time before it is committed, at most 30 seconds (the
// bound of a transaction), and the clocks of replicas differ by up to a minute.
const changeOverlap = 2 * time.Minute

// ChangeRecord reads what the storage ports of this module recorded, each change in the transaction that made it: the end of a session, a
// user's other role, space or state, a key's other name or expiry, and the removal of a user or key.
type ChangeRecord interface {
	// ChangedSince returns what changed at or after an instant, with the present state of users and keys, and RecordedFrom. It sets
	// neither Now nor Complete.
	ChangedSince(ctx context.Context, from time.Time) (Changes, error)
}

// ChangeLog answers what changed.
type ChangeLog struct {
	record ChangeRecord
	clock  Clock
}

// NewChangeLog returns the use case on a record.
func NewChangeLog(record ChangeRecord, clock Clock) *ChangeLog {
	return &ChangeLog{record: record, clock: clock}
}

// Since returns what changed since an instant, which is the Now of an earlier answer or zero. Changes near that instant are repeated.
func (l *ChangeLog) Since(ctx context.Context, since time.Time) (Changes, error) {
	now := l.clock.Now()
	from := since.Add(-changeOverlap)
	reaches := now.Add(-ChangeLife)
	// An instant of the future was read before the clock was set back.
	complete := !from.Before(reaches) && !since.After(now)
	if !complete {
		from = reaches
	}
	changes, err := l.record.ChangedSince(ctx, from)
	changes.Now, changes.Complete = now, complete
	return changes, err
}
