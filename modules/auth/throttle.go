package auth

import (
	"context"
	"net/netip"
	"time"
)

// networkFactor is how many more failures a network has than an account: a campus sits behind few addresses.
const networkFactor = 10

// loginThrottle slows down who guesses: by account, known or not, and by client network. It never locks out for
// good; a try comes back every few seconds.
type loginThrottle struct {
	store Throttle
	limit int
	clock Clock
}

func (t *loginThrottle) take(ctx context.Context, email, client string) error {
	now := t.clock.Now()
	var longest time.Duration
	for key, limit := range t.keys(email, client) {
		wait, err := t.store.Take(ctx, key, limit, now)
		if err != nil {
			return err
		}
		longest = max(longest, wait)
	}
	if longest > 0 {
		return ErrThrottled{RetryAfter: longest}
	}
	return nil
}

// giveBack returns the tries of a login that succeeded.
func (t *loginThrottle) giveBack(ctx context.Context, email, client string) error {
	for key, limit := range t.keys(email, client) {
		if err := t.store.GiveBack(ctx, key, limit, t.clock.Now()); err != nil {
			return err
		}
	}
	return nil
}

func (t *loginThrottle) keys(email, client string) map[string]int {
	return map[string]int{"account " + email: t.limit, "network " + network(client): t.limit * networkFactor}
}

// network is an address's: one IPv6 client has a whole /64 to come from.
func network(client string) string {
	address, err := netip.ParseAddr(client)
	if err != nil {
		return "unknown"
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	prefix, _ := address.Prefix(64)
	return prefix.String()
}
