package standing

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// InProcess is the Source where the module auth runs: what it answers to other processes.
type InProcess struct {
	Log  *auth.ChangeLog
	Keys *auth.Keys
}

var _ Source = InProcess{}

// Changes returns what changed.
func (p InProcess) Changes(ctx context.Context, since time.Time) (auth.Changes, error) {
	return p.Log.Since(ctx, since)
}

// UseKeys returns the valid keys among some.
func (p InProcess) UseKeys(ctx context.Context, digests []auth.KeyDigest) (map[auth.KeyDigest]auth.Key, error) {
	return p.Keys.Use(ctx, digests)
}
