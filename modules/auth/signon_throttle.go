package auth

import "context"

// takeNetwork takes a try of a network's sign-ons, where no account is named. They are counted by themselves: who signs on wrongly
// keeps nobody from logging in by password.
func (t *loginThrottle) takeNetwork(ctx context.Context, client string) error {
	_, err := t.takeOf(ctx, t.signOns(client))
	return err
}

func (t *loginThrottle) giveBackNetwork(ctx context.Context, client string) error {
	return t.store.GiveBack(ctx, t.signOns(client))
}

func (t *loginThrottle) signOns(client string) Allowance {
	return Allowance{"sign-on " + network(client), t.limit * networkFactor}
}
