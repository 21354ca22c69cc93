package main

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/supervise"
)

const (
	// testPasswordsFor is how long a start waits for old passwords to be tested; of more than some 200, the rest is tested
	// while the server serves. None of them lets anybody in meanwhile.
	testPasswordsFor = 30 * time.Second
	// testPasswordsAgain is the pause after a failure, such as too many logins at once.
	testPasswordsAgain = 10 * time.Second
)

// removePublishedPasswords takes the password that stands in old versions' source from the users who have it.
func removePublishedPasswords(starting context.Context, log *zap.Logger, supervisor *supervise.Supervisor, accounts *auth.Accounts) {
	within, cancel := context.WithTimeout(starting, testPasswordsFor)
	defer cancel()
	if testPasswords(within, log, accounts) {
		return
	}
	supervisor.Run("untested passwords", func(ctx context.Context) {
		for !testPasswords(ctx, log, accounts) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(testPasswordsAgain):
			}
		}
	})
}

// testPasswords tells whether none is left.
func testPasswords(ctx context.Context, log *zap.Logger, accounts *auth.Accounts) (done bool) {
	removed, err := accounts.RemovePublishedPasswords(ctx)
	if removed > 0 {
		log.Warn("users of the university's sign-on had a published password; it was removed and their sessions ended: see password.removed in the audit",
			zap.Int("users", removed))
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, auth.ErrBusy) {
		log.Error("old passwords were not tested; it is tried again", zap.Error(err))
	}
	return err == nil
}
