package oidc

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/sync/singleflight"

	"github.com/holotwin/holotwin/modules/auth"
)

// discovered is the provider's discovery document, with its keys and signing algorithms.
type discovered struct {
	provider   *oidc.Provider
	keys       oidc.KeySet
	algorithms []string
}

// lookup fetches the discovery document once for all waiting calls. It holds no lock while it fetches.
type lookup struct {
	running singleflight.Group

	mu       sync.Mutex
	found    *discovered
	failed   error
	failedAt time.Time
}

// failureLife is how long a failed lookup is not repeated.
const failureLife = 5 * time.Second

// discover returns the discovery document, which is fetched once. A caller stops waiting at its own deadline; the fetch goes on
// for later callers. Errors: auth.ErrUnavailable.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	if found, err := p.lookup.cached(p.clock.Now()); found != nil || err != nil {
		return found, err
	}
	// The fetch belongs to no single caller, so it has no caller's deadline. The client's answerTime ends it.
	looking := oidc.ClientContext(context.Background(), p.client)
	result := p.lookup.running.DoChan("", func() (any, error) {
		if found, err := p.lookup.cached(p.clock.Now()); found != nil || err != nil {
			return found, err
		}
		found, err := fetchProvider(looking, p.settings.Issuer)
		return found, p.lookup.store(found, err, p.clock.Now())
	})
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: OIDC_ISSUER has not answered yet", auth.ErrUnavailable)
	case r := <-result:
		found, _ := r.Val.(*discovered)
		return found, r.Err
	}
}

// cached returns the document, or the error of a recent failure.
func (l *lookup) cached(now time.Time) (*discovered, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if age := now.Sub(l.failedAt); l.failed != nil && age >= 0 && age < failureLife {
		return nil, l.failed
	}
	return l.found, nil
}

func (l *lookup) store(found *discovered, err error, now time.Time) error {
	if err != nil {
		err = unavailable("OIDC_ISSUER cannot be read", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.found, l.failed, l.failedAt = found, err, now
	return err
}

func fetchProvider(ctx context.Context, issuer string) (*discovered, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, err
	}
	var document struct {
		Keys       string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	if err := provider.Claims(&document); err != nil {
		return nil, err
	}
	// Only signatures by the provider's keys are accepted: neither "none" nor HMAC with the client secret.
	signing := []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}
	document.Algorithms = slices.DeleteFunc(document.Algorithms, func(a string) bool { return !slices.Contains(signing, a) })
	return &discovered{provider: provider, keys: oidc.NewRemoteKeySet(ctx, document.Keys), algorithms: document.Algorithms}, nil
}
