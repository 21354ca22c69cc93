package auth

import "context"

// takeNetwork takes a sign-on try of a network; a sign-on names no account. Sign-ons have their own count: failed ones do
// not block logins by password.
func (t *loginThrottle) takeNetwork(ctx context.Context, client string) error {
	_, err := t.takeAll(ctx, t.signOnAllowance(client))
	return err
}

func (t *loginThrottle) giveBackNetwork(ctx context.Context, client string) error {
	return t.store.GiveBack(ctx, t.signOnAllowance(client))
}

func (t *loginThrottle) signOnAllowance(client string) Allowance {
	return Allowance{"sign-on " + network(client), t.limit * networkFactor}
}
