package auth

import (
	"context"
	"time"
)

// Bounds of what the sessions of one user leave.
const (
	// MaxFamilies is how many sessions a user may have; one more ends the one that was used least lately.
	MaxFamilies = 100
	// MaxSpentTokens is how many spent refresh tokens of a session are known for such. One that is older lets in no more
	// than any text.
	MaxSpentTokens = 100
)

// Expired says what may be forgotten: what was over at these instants.
type Expired struct {
	// Throttles and Resets expired until then.
	Throttles, Resets time.Time
	// Families were begun or last used before then.
	FamiliesBegun, FamiliesUsed time.Time
	// Networks were last logged in from before then.
	Networks time.Time
}

// Sweeper forgets.
type Sweeper interface {
	// Sweep forgets what has expired and the sessions that have ended with their tokens, some limit of each kind, and tells
	// how many rows that were. Many may do so at once.
	Sweep(ctx context.Context, expired Expired, limit int) (swept int, err error)
}

// sweepAtOnce is how many rows of a kind are forgotten in one transaction, so that none is long.
const sweepAtOnce = 500

// Sweep forgets what has expired: tries that have come back, sessions that are over, links that are not good any more,
// networks that nobody logs in from. It goes on while there is as much as it does at once, and ends with ctx.
func (s *Sessions) Sweep(ctx context.Context) error {
	for {
		now := s.clock.Now()
		swept, err := s.sweeper.Sweep(ctx, Expired{
			Throttles: now, Resets: now, Networks: now.Add(-NetworkLife),
			FamiliesBegun: now.Add(-SessionLife), FamiliesUsed: now.Add(-IdleLife),
		}, sweepAtOnce)
		if err != nil || swept < sweepAtOnce {
			return err
		}
	}
}
