package auth

import (
	"context"
	"net/netip"
	"time"
)

// How much more than one account from one network may fail: a campus sits behind few addresses, and one account is tried
// from few networks.
const (
	networkFactor = 10
	accountFactor = 3
)

// Allowance is how often something may be tried: PerMinute at once, and as many again in a minute.
type Allowance struct {
	Key       string
	PerMinute int
}

// Throttle counts failures.
type Throttle interface {
	// Take takes a try of each allowance, in their order, or none of any; then it tells when the first that has none left
	// will have one.
	Take(ctx context.Context, now time.Time, allowances ...Allowance) (wait time.Duration, err error)
	// GiveBack returns tries that were none.
	GiveBack(ctx context.Context, allowances ...Allowance) error
	// RememberNetwork stores that somebody logged in to an account from a network. Of an account it keeps the last
	// MaxNetworks.
	RememberNetwork(ctx context.Context, account, network string, now time.Time) error
	// KnowsNetwork tells whether somebody did since an instant.
	KnowsNetwork(ctx context.Context, account, network string, since time.Time) (bool, error)
}

// Bounds of what is remembered of an account.
const (
	MaxNetworks = 20
	// NetworkLife is how long a network is remembered after the last login.
	NetworkLife = 90 * 24 * time.Hour
)

// loginThrottle slows down who guesses, at an account that is known or not: from one network, at one account from one
// network, and at one account from everywhere. It never shuts out for good: a try comes back every few seconds. And it
// lets nobody shut out others: what one network spends of an account is not the others', and all of them together do not
// keep out a network from which the account was logged in to before.
type loginThrottle struct {
	store Throttle
	limit int
	clock Clock
}

// loginTry is a try that was taken.
type loginTry struct {
	store      Throttle
	allowances []Allowance
	// caller is whom it is counted as while it is on its way: a stranger by the network, others by account and network.
	caller   string
	stranger bool
}

// take takes a try. Errors: ErrThrottled.
func (t *loginThrottle) take(ctx context.Context, email, client string) (loginTry, error) {
	from := network(client)
	known, err := t.store.KnowsNetwork(ctx, email, from, t.clock.Now().Add(-NetworkLife))
	if err != nil {
		return loginTry{}, err
	}
	allowances := []Allowance{
		{"network " + from, t.limit * networkFactor},
		{"account " + email + " from " + from, t.limit},
	}
	caller := allowances[1].Key
	if !known {
		caller = allowances[0].Key
		allowances = append(allowances, Allowance{"account " + email, t.limit * accountFactor})
	}
	try, err := t.takeOf(ctx, allowances...)
	try.caller, try.stranger = caller, !known
	return try, err
}

func (t *loginThrottle) takeOf(ctx context.Context, allowances ...Allowance) (loginTry, error) {
	wait, err := t.store.Take(ctx, t.clock.Now(), allowances...)
	if err != nil {
		return loginTry{}, err
	}
	if wait > 0 {
		return loginTry{}, ErrThrottled{RetryAfter: wait}
	}
	return loginTry{store: t.store, allowances: allowances}, nil
}

// giveBack returns a try that was no failure.
func (t loginTry) giveBack(ctx context.Context) error {
	return t.store.GiveBack(ctx, t.allowances...)
}

// remember keeps in mind from where an account was logged in to.
func (t *loginThrottle) remember(ctx context.Context, email, client string) error {
	from := network(client)
	if from == unknownNetwork {
		return nil
	}
	return t.store.RememberNetwork(ctx, email, from, t.clock.Now())
}

// unknownNetwork is that of a client without an address.
const unknownNetwork = "unknown"

// network is an address's: one IPv6 client has a whole /64 to come from.
func network(client string) string {
	address, err := netip.ParseAddr(client)
	if err != nil {
		return unknownNetwork
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	prefix, _ := address.Prefix(64)
	return prefix.String()
}
