package auth

import (
	"context"
	"time"
)

// Bounds of the rows that the sessions of one user leave.
const (
	// MaxFamilies is the maximum of open sessions per user; one more ends the session with the oldest use.
	MaxFamilies = 100
	// MaxSpentTokens is how many used refresh tokens of a session are stored, so that reuse is detected. Older ones are
	// rejected like any unknown token.
	MaxSpentTokens = 100
)

// Expired says what may be deleted: rows that expired before these instants.
type Expired struct {
	// Throttles and Resets: expired at or before.
	Throttles, Resets time.Time
	// FamiliesBegun and FamiliesUsed: families begun, or last used, before.
	FamiliesBegun, FamiliesUsed time.Time
	// Networks: last login before.
	Networks time.Time
	// Changes: recorded before.
	Changes time.Time
}

// Sweeper deletes expired rows.
type Sweeper interface {
	// Sweep deletes expired rows, and ended sessions with their tokens, about limit of each kind, and returns the number of
	// deleted rows. Several processes may call it at once.
	Sweep(ctx context.Context, expired Expired, limit int) (swept int, err error)
}

// sweepBatch is how many rows of a kind one transaction deletes, so that no transaction is long.
const sweepBatch = 500

// Sweep deletes what has expired: throttle counters that are back to zero, ended sessions, expired reset links, networks
// without a recent login, old records of changes. It repeats until less than a full batch is left or ctx ends.
func (s *Sessions) Sweep(ctx context.Context) error {
	for {
		now := s.clock.Now()
		swept, err := s.sweeper.Sweep(ctx, Expired{
			Throttles: now, Resets: now, Networks: now.Add(-NetworkLife),
			FamiliesBegun: now.Add(-SessionLife), FamiliesUsed: now.Add(-IdleLife), Changes: now.Add(-ChangeLife - changeOverlap),
		}, sweepBatch)
		if err != nil || swept < sweepBatch {
			return err
		}
	}
}
