package remote

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/platform/peer"
)

// Both may be repeated: a key that is used twice was used.
var (
	authChangesCall = peer.Call[time.Time, auth.Changes]{Module: ofAuth, Name: "changes"}
	// useKeysCall answers the keys for writing: a process of the version before lets every key write.
	useKeysCall     = peer.Call[[]auth.KeyDigest, map[auth.KeyDigest]auth.Key]{Module: ofAuth, Name: "use-keys"}
	useReadKeysCall = peer.Call[[]auth.KeyDigest, map[auth.KeyDigest]auth.Key]{Module: ofAuth, Name: "use-read-keys"}
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
	found, err := ask(ctx, s.Client, useKeysCall, digests)
	if err != nil || len(found) == len(digests) {
		return found, err
	}
	others := slices.DeleteFunc(slices.Clone(digests), func(sum auth.KeyDigest) bool {
		_, known := found[sum]
		return known
	})
	forReading, err := ask(ctx, s.Client, useReadKeysCall, others)
	if peer.IsUnknownCall(err) { // auth is of the version before, which has none
		return found, nil
	}
	if found == nil { // gob omits an empty map
		return forReading, err
	}
	maps.Copy(found, forReading)
	return found, err
}

// keysOf returns the keys among some that are for reading, or not.
func keysOf(source standing.Source, reads bool) func(context.Context, []auth.KeyDigest) (map[auth.KeyDigest]auth.Key, error) {
	return func(ctx context.Context, digests []auth.KeyDigest) (map[auth.KeyDigest]auth.Key, error) {
		found, err := source.UseKeys(ctx, digests)
		maps.DeleteFunc(found, func(_ auth.KeyDigest, key auth.Key) bool { return key.Reads() != reads })
		return found, err
	}
}

// AnswerStanding makes a server answer with what auth knows.
func AnswerStanding(s *peer.Server, source standing.Source) {
	authChangesCall.Answer(s, source.Changes)
	useKeysCall.Answer(s, keysOf(source, false))
	useReadKeysCall.Answer(s, keysOf(source, true))
}
