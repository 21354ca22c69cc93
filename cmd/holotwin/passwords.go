package main

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/auth"
)

// checkPasswordsFor is how long a start waits for old passwords to be checked. If there are more than about 200, the rest is
// checked while the server serves; until then, they are not accepted.
const checkPasswordsFor = 30 * time.Second

// checkPasswords removes published passwords before the server serves; the job of the same name goes on after a failure.
func (w jobServices) checkPasswords(ctx context.Context) error {
	if w.Accounts == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkPasswordsFor)
	defer cancel()
	if err := w.removePublishedPasswords(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errNothingDue) {
		w.Log.Error("could not check old passwords for published ones; will retry", zap.Error(err))
	}
	return nil
}

// removePublishedPasswords removes the password that old versions' source contains from the users who have it. Too many logins
// at once are not a failure: the job continues later.
func (w jobServices) removePublishedPasswords(ctx context.Context) error {
	removed, err := w.Accounts.RemovePublishedPasswords(ctx)
	if removed > 0 {
		w.Log.Warn("removed a published password from users of the university's sign-on and ended their sessions; see password.removed in the audit",
			zap.Int("users", removed))
	}
	if errors.Is(err, auth.ErrBusy) {
		return errNothingDue
	}
	return err
}
