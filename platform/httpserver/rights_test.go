package httpserver

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/problem"
)

// fakeAuthenticator is an Authenticator that returns the last result that the test has set.
type fakeAuthenticator struct {
	now atomic.Pointer[authentication]
}

type authentication struct {
	principal Principal
	err       error
}

func (a *fakeAuthenticator) Authenticate(context.Context, string, string) (Principal, error) {
	now := a.now.Load()
	return now.principal, now.err
}

// TestRightsAreAskedForAgain checks that a request ends when the rights are lost or changed, and continues while they cannot be
// checked.
func TestRightsAreAskedForAgain(t *testing.T) {
	viewer := Principal{Subject: "us_1", Role: Viewer, Space: "sp_1", Devices: []string{"d"}, TokenID: "tk_1"}
	refreshed, promoted, moved, other, fewer := viewer, viewer, viewer, viewer, viewer
	refreshed.TokenID = "tk_2"
	promoted.Role, moved.Space, other.Subject, fewer.Devices = Admin, "", "us_2", nil
	for name, c := range map[string]struct {
		now  authentication
		ends problem.Code
	}{
		"as they were":      {authentication{principal: viewer}, ""},
		"another token":     {authentication{principal: refreshed}, ""},
		"no answer":         {authentication{err: errors.New("the database is unavailable")}, ""},
		"undecided":         {authentication{err: problem.New(problem.ModuleAway)}, ""},
		"logged out":        {authentication{err: problem.New(problem.Unauthenticated)}, problem.Unauthenticated},
		"another role":      {authentication{principal: promoted}, problem.RightsChanged},
		"no space any more": {authentication{principal: moved}, problem.RightsChanged},
		"another user":      {authentication{principal: other}, problem.RightsChanged},
		"fewer devices":     {authentication{principal: fewer}, problem.RightsChanged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authenticator := &fakeAuthenticator{}
			authenticator.now.Store(&c.now)
			r := (&API{authenticator: authenticator, log: zap.NewNop()}).newRights(viewer, "Bearer x", "")
			ctx := context.WithValue(t.Context(), rightsKey, r)
			first := r.checkedAt
			if err := CheckRights(ctx); r.checkedAt.Equal(first) { // on a busy machine the second may be over already
				require.NoError(t, err, "it was checked a moment ago")
			}
			ctx, end := context.WithCancel(ctx)
			defer end()
			r.watch(ctx, end)
			if c.ends == "" {
				require.Never(t, func() bool { return ctx.Err() != nil }, 2*recheckEvery, recheckEvery/10)
				require.NoError(t, CheckRights(ctx))
				return
			}
			require.Eventually(t, func() bool { return ctx.Err() != nil }, 5*time.Minute, recheckEvery/10)
			refused := new(problem.Problem)
			require.ErrorAs(t, CheckRights(ctx), &refused)
			require.Equal(t, c.ends, refused.Code)
		})
	}
	require.NoError(t, CheckRights(t.Context()), "a request without a caller has no rights to lose")
}
