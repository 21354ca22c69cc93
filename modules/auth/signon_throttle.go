package auth

import "context"

// takeNetwork takes a try of a network's sign-ons, where no account is named. They are counted by themselves: who signs on wrongly
// keeps nobody from logging in by password.
func (t *loginThrottle) takeNetwork(ctx context.Context, client string) error {
	wait, err := t.store.Take(ctx, networkKey(client), t.limit*networkFactor, t.clock.Now())
	if err == nil && wait > 0 {
		err = ErrThrottled{RetryAfter: wait}
	}
	return err
}

func (t *loginThrottle) giveBackNetwork(ctx context.Context, client string) error {
	return t.store.GiveBack(ctx, networkKey(client), t.limit*networkFactor, t.clock.Now())
}

func networkKey(client string) string { return "sign-on " + network(client) }
