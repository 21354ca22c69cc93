package database

import (
	"sync"
	"sync/atomic"
	"time"
)

// Condition is whether the read replica answers, and if not, why.
type Condition string

// The conditions.
const (
	Following Condition = "following"
	Behind    Condition = "behind"  // it has not replayed what the primary has committed
	Away      Condition = "away"    // it does not answer
	Refused   Condition = "refused" // it is no standby of the primary
)

// Answer is who answered a read that the replica may answer, and if it was the primary, why.
type Answer struct {
	ByReplica bool
	// Reason is the replica's condition; or "busy", if all of its connections were in use; or "failed", if it began to answer and did not end.
	Reason string
}

var (
	answered = Answer{true, string(Following)}
	busy     = Answer{false, "busy"}
	failed   = Answer{false, "failed"}
)

func newReads() map[Answer]*atomic.Uint64 {
	reads := make(map[Answer]*atomic.Uint64)
	for _, a := range []Answer{answered, busy, failed, {false, string(Behind)}, {false, string(Away)}, {false, string(Refused)}} {
		reads[a] = new(atomic.Uint64)
	}
	return reads
}

// ReplicaState is what is known of the read replica.
type ReplicaState struct {
	Condition Condition
	// LagBytes is how much of the log it had not replayed when it was last seen, LagTime the time since it had replayed all.
	LagBytes int64
	LagTime  time.Duration
	Reads    map[Answer]uint64 // since the start of the process
}

// Replica returns the state of the read replica; ok is false if there is none.
func (d *Database) Replica() (state ReplicaState, ok bool) {
	r := d.replica
	if r == nil {
		return state, false
	}
	state.Condition = r.condition.Load().(Condition)
	state.LagBytes, state.LagTime = r.lag.now()
	if state.Condition == Following && state.LagBytes == 0 {
		state.LagTime = 0
	}
	state.Reads = make(map[Answer]uint64, len(r.reads))
	for answer, n := range r.reads {
		state.Reads[answer] = n.Load()
	}
	return state, true
}

// lag is how far the replica was behind at the last look.
type lag struct {
	mu    sync.Mutex
	bytes int64
	// passed are positions of the primary that the replica may not have replayed, the oldest first, each with the time when it was read. The
	// first of them is the last one that it had replayed.
	passed []passedPosition
}

type passedPosition struct {
	wal int64
	at  time.Time
}

// maxPassed bounds the positions: some minutes of looks.
const maxPassed = 1000

// note notes a position of the primary, read just now, and one of the replica.
func (l *lag) note(primary, replayed int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bytes = max(0, primary-replayed)
	if n := len(l.passed); n == 0 || (primary > l.passed[n-1].wal && n < maxPassed) || primary <= replayed {
		l.passed = append(l.passed, passedPosition{primary, time.Now()})
	}
	for len(l.passed) > 1 && l.passed[1].wal <= replayed {
		l.passed = l.passed[1:]
	}
}

// now returns the lag. The time is since the replica was last seen to have replayed all that the primary had.
func (l *lag) now() (int64, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.passed) == 0 {
		return l.bytes, 0
	}
	return l.bytes, time.Since(l.passed[0].at)
}
