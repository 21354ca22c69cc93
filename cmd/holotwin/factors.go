package main

import (
	"context"

	"go.uber.org/zap"
)

// reportUnreadableFactors warns if the secret was changed from which the key of second factors is derived.
func (w jobServices) reportUnreadableFactors(ctx context.Context) error {
	unreadable, err := w.Factors.Unreadable(ctx)
	if unreadable > 0 {
		w.Log.Warn("the codes of some second factors cannot be checked, because JWT_SECRET or SERVICE_SECRET is another one than when they were set up. "+
			"Their users log in with a recovery code, or an administrator removes the factor (holotwin user remove-second-factor EMAIL); or set the former secret again",
			zap.Int("users", unreadable))
	}
	return err
}
