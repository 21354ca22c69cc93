// Package standing decides on access tokens and API keys in a process that does not run the module auth. A token is verified by its
// signature; what changed since it was signed (its session ended, its user has another role or was disabled) is pulled from auth about
// every second and stored in the process's own database. Keys are asked for once and then known. While auth is away, the process goes on
// with what it knows.
//
// Start reading at Verifier.
package standing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// ErrUndecided is a token or key that may be valid, but auth has not answered yet. The caller tries again a little later.
var ErrUndecided = errors.New("auth has not answered yet, so it is not known whether a token or key is valid")

// Source is the module auth, in another process.
type Source interface {
	// Changes is ChangeLog.Since.
	Changes(ctx context.Context, since time.Time) (auth.Changes, error)
	// UseKeys is Keys.Use.
	UseKeys(ctx context.Context, digests []auth.KeyDigest) (map[auth.KeyDigest]auth.Key, error)
}

// Tokens verifies the signature, the lifetime and the form of an access token; auth.ErrToken if any is wrong.
type Tokens interface {
	Verify(token string) (auth.Claims, error)
}

// Verifier decides on tokens and keys from memory. Load fills it, Pull keeps it up to date. It is safe for concurrent use.
type Verifier struct {
	tokens Tokens
	source Source
	store  Store
	clock  auth.Clock

	pulls pulls
	asks  chan struct{}

	mu sync.RWMutex
	// isCurrent is set once an answer of auth is known, of this process or of an earlier one, that is younger than any living token.
	isCurrent bool
	// isAnswered is set once any answer is known: keys are decided by one of any age.
	isAnswered   bool
	recordedFrom time.Time
	families     map[string]time.Time // ended sessions, until when they are known
	users        map[string]User      // changed users by id
	keys         map[auth.KeyDigest]*knownKey
	// refused are digests that no valid key has, and when auth answered so.
	refused map[auth.KeyDigest]time.Time
	// keyChanges counts the answers by which keys changed: what was read before such an answer is not kept after it.
	keyChanges int
}

// knownKey is a key that auth answered.
type knownKey struct {
	key auth.Key
	// asked is when auth answered last; used is set if the key was used since.
	asked time.Time
	used  atomic.Bool
	// stored is set if the store has the key as it is here.
	stored bool
}

// New returns a Verifier that knows nothing yet.
func New(tokens Tokens, source Source, store Store, clock auth.Clock) *Verifier {
	return &Verifier{
		tokens: tokens, source: source, store: store, clock: clock, asks: make(chan struct{}, maxAsks),
		families: make(map[string]time.Time), users: make(map[string]User),
		keys: make(map[auth.KeyDigest]*knownKey), refused: make(map[auth.KeyDigest]time.Time),
	}
}

// Ready returns ErrUndecided before the first pull ever, and then nil: a process that was started while auth had been away for long
// still takes the measurements of the keys that it knows.
func (v *Verifier) Ready(context.Context) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if !v.isAnswered {
		return ErrUndecided
	}
	return nil
}

// Holder returns the holder of an access token with the rights that they had at the last pull. Of the user it sets ID, Role and Space.
// Errors: auth.ErrToken, ErrUndecided before the first pull.
func (v *Verifier) Holder(_ context.Context, access string) (auth.Holder, error) {
	claims, err := v.tokens.Verify(access)
	if err != nil {
		return auth.Holder{}, err
	}
	user := auth.User{ID: claims.Subject, Role: claims.Role, Space: claims.Space}
	v.mu.RLock()
	defer v.mu.RUnlock()
	if !v.isCurrent {
		return auth.Holder{}, ErrUndecided
	}
	if _, ended := v.families[claims.Family]; ended || claims.Issued.Before(v.recordedFrom) {
		return auth.Holder{}, auth.ErrToken
	}
	if state, changed := v.users[claims.Subject]; changed {
		if state.Barred {
			return auth.Holder{}, auth.ErrToken
		}
		user.Role, user.Space = state.Role, state.Space
	}
	return auth.Holder{User: user, Family: claims.Family, TokenID: claims.ID}, nil
}

const (
	// askTime bounds a question to auth: a replica of it that hangs must not keep the next pull, or a request, from asking another.
	askTime = 2 * time.Second
	// refusedLife is how long a digest without a key is refused without asking again.
	refusedLife = 3 * time.Second
	// maxRefused bounds the memory; a full list is emptied.
	maxRefused = 20_000
	// maxAsks is how many unknown keys are asked for at the same time. It is less than the calls that a process may have open, so that
	// made-up keys do not keep Pull from asking.
	maxAsks = 32
)

// KeyHolder returns the key of a secret that has not expired. A key that is not known yet is asked for. LastUsed may be out of date.
// Errors: auth.ErrToken, ErrUndecided if an unknown key could not be asked for.
func (v *Verifier) KeyHolder(ctx context.Context, secret string) (auth.Key, error) {
	sum, ok := auth.DigestOfKey(secret)
	if !ok {
		return auth.Key{}, auth.ErrToken
	}
	now := v.clock.Now()
	key, known, refused, changes := v.keyOf(sum, now)
	if !known && !refused {
		var err error
		if key, known, err = v.ask(ctx, sum, now, changes); err != nil {
			return auth.Key{}, err
		}
	}
	if !known || key.IsExpired(now) {
		return auth.Key{}, auth.ErrToken
	}
	return key, nil
}

// keyOf returns what is known of a digest, and keyChanges.
func (v *Verifier) keyOf(sum auth.KeyDigest, now time.Time) (key auth.Key, known, refused bool, changes int) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if k, known := v.keys[sum]; known {
		if !k.used.Load() {
			k.used.Store(true)
		}
		return k.key, true, false, v.keyChanges
	}
	at, refused := v.refused[sum]
	return auth.Key{}, false, refused && now.Sub(at) < refusedLife, v.keyChanges
}

// ask asks auth for a key and keeps the answer, unless keys have changed meanwhile: then it holds for one request.
func (v *Verifier) ask(ctx context.Context, sum auth.KeyDigest, now time.Time, changes int) (key auth.Key, valid bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	select {
	case v.asks <- struct{}{}:
		defer func() { <-v.asks }()
	case <-ctx.Done():
		return auth.Key{}, false, fmt.Errorf("%w: %w", ErrUndecided, ctx.Err())
	}
	found, err := v.source.UseKeys(ctx, []auth.KeyDigest{sum})
	if err != nil {
		return auth.Key{}, false, fmt.Errorf("%w: %w", ErrUndecided, err)
	}
	key, valid = found[sum]
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case changes != v.keyChanges:
	case valid:
		v.keys[sum] = &knownKey{key: key, asked: now}
	default:
		if len(v.refused) >= maxRefused {
			clear(v.refused)
		}
		v.refused[sum] = now
	}
	return key, valid, nil
}
