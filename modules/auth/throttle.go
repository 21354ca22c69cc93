package auth

import (
	"context"
	"net/netip"
	"time"
)

// Factors on the limit of one account from one network. A network may fail more, since a campus is behind few addresses; an
// account may fail a little more, since its user is in few networks.
const (
	networkFactor = 10
	accountFactor = 3
)

// Allowance is how often something may be tried: a burst of PerMinute, then PerMinute tries per minute.
type Allowance struct {
	Key       string
	PerMinute int
}

// Throttle counts failed tries.
type Throttle interface {
	// Take takes one try of every allowance, or none at all if one of them is used up. Then wait is the time until the first
	// used-up allowance, in their order, has a try again.
	Take(ctx context.Context, now time.Time, allowances ...Allowance) (wait time.Duration, err error)
	// GiveBack returns tries that did not fail.
	GiveBack(ctx context.Context, allowances ...Allowance) error
	// RememberNetwork stores a successful login to an account from a network. It keeps the last MaxNetworks of an account.
	RememberNetwork(ctx context.Context, account, network string, now time.Time) error
	// KnowsNetwork reports whether there was such a login at or after since.
	KnowsNetwork(ctx context.Context, account, network string, since time.Time) (bool, error)
}

// Bounds of the stored networks of an account.
const (
	MaxNetworks = 20
	// NetworkLife is how long a network is stored after the last login from it.
	NetworkLife = 90 * 24 * time.Hour
)

// loginThrottle slows down password guessing, for existing and unknown accounts: per network, per account and network, and
// per account from all unknown networks. It never blocks for good: a try becomes available every few seconds. An attacker
// cannot block others: failures from one network do not count for another network, and failures from unknown networks do
// not count for a network with an earlier successful login to the account.
type loginThrottle struct {
	store Throttle
	limit int
	clock Clock
}

// loginTry is a try that was taken.
type loginTry struct {
	store      Throttle
	allowances []Allowance
	// caller is the key of its place in the login queue: the network for a stranger, account and network otherwise.
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
	try, err := t.takeAll(ctx, allowances...)
	try.caller, try.stranger = caller, !known
	return try, err
}

func (t *loginThrottle) takeAll(ctx context.Context, allowances ...Allowance) (loginTry, error) {
	wait, err := t.store.Take(ctx, t.clock.Now(), allowances...)
	if err != nil {
		return loginTry{}, err
	}
	if wait > 0 {
		return loginTry{}, ErrThrottled{RetryAfter: wait}
	}
	return loginTry{store: t.store, allowances: allowances}, nil
}

// giveBack returns a try that did not fail.
func (t loginTry) giveBack(ctx context.Context) error {
	return t.store.GiveBack(ctx, t.allowances...)
}

// remember stores the network of a successful login.
func (t *loginThrottle) remember(ctx context.Context, email, client string) error {
	from := network(client)
	if from == unknownNetwork {
		return nil
	}
	return t.store.RememberNetwork(ctx, email, from, t.clock.Now())
}

// unknownNetwork is the network of a client without an address.
const unknownNetwork = "unknown"

// network returns the IPv4 address, or the /64 of an IPv6 address, since one client has a whole /64.
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
