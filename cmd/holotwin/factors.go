package main

import (
	"context"

	"go.uber.org/zap"
)

// sealFactors seals the secrets of second factors with the present key, and warns of those that it cannot open, because the secret was
// replaced from which their key is derived.
func (w jobServices) sealFactors(ctx context.Context) error {
	resealed, err := w.Factors.Reseal(ctx)
	if resealed > 0 {
		w.Log.Info("encrypted the secrets of second factors again, with the present SERVICE_SECRET", zap.Int("users", resealed))
	}
	if err != nil {
		return err
	}
	unreadable, err := w.Factors.Unreadable(ctx)
	if unreadable > 0 {
		w.Log.Warn("the codes of some second factors cannot be checked, because JWT_SECRET or SERVICE_SECRET is another one than when they were set up. "+
			"Their users log in with a recovery code, or an administrator removes the factor (holotwin user remove-second-factor EMAIL); or set the former secret again",
			zap.Int("users", unreadable))
	}
	return err
}
