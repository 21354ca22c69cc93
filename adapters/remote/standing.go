package remote

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/platform/peer"
)

// Both may be repeated: a key that is used twice was used.
var (
	authChangesCall = peer.Call[time.Time, auth.Changes]{Module: ofAuth, Name: "changes"}
	useKeysCall     = peer.Call[[]auth.KeyDigest, map[auth.KeyDigest]auth.Key]{Module: ofAuth, Name: "use-keys"}
)

// Standing asks auth what a process must know that verifies tokens and keys by itself.
type Standing struct{ Client *peer.Client }

var _ standing.Source = Standing{}

// Changes returns what changed of sessions, users and keys since an instant.
func (s Standing) Changes(ctx context.Context, since time.Time) (auth.Changes, error) {
	return ask(ctx, s.Client, authChangesCall, since)
}

// UseKeys returns the valid keys among some, and stores that they are used.
func (s Standing) UseKeys(ctx context.Context, digests []auth.KeyDigest) (map[auth.KeyDigest]auth.Key, error) {
	return ask(ctx, s.Client, useKeysCall, digests)
}

// AnswerStanding makes a server answer with what auth knows.
func AnswerStanding(s *peer.Server, source standing.Source) {
	authChangesCall.Answer(s, source.Changes)
	useKeysCall.Answer(s, source.UseKeys)
}
