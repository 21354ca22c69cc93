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

// answers tells of everybody what a test set last.
type answers struct{ now atomic.Pointer[told] }

type told struct {
	principal Principal
	err       error
}

func (a *answers) Authenticate(context.Context, string, string) (Principal, error) {
	now := a.now.Load()
	return now.principal, now.err
}

// TestRightsAreAskedForAgain ends what was begun with rights that are gone or others, and nothing because nobody can tell.
func TestRightsAreAskedForAgain(t *testing.T) {
	viewer := Principal{Subject: "us_1", Role: Viewer, Space: "sp_1", Devices: []string{"d"}, TokenID: "tk_1"}
	renamed, promoted, moved, other, fewer := viewer, viewer, viewer, viewer, viewer
	renamed.Email, renamed.TokenID = "b@usc.edu.co", "tk_2"
	promoted.Role, moved.Space, other.Subject, fewer.Devices = Admin, "", "us_2", nil
	for name, c := range map[string]struct {
		now  told
		ends problem.Code
	}{
		"as they were":      {told{principal: viewer}, ""},
		"another address":   {told{principal: renamed}, ""},
		"nobody can tell":   {told{err: errors.New("the database is away")}, ""},
		"logged out":        {told{err: problem.New(problem.Unauthenticated)}, problem.Unauthenticated},
		"another role":      {told{principal: promoted}, problem.RightsChanged},
		"no space any more": {told{principal: moved}, problem.RightsChanged},
		"another user":      {told{principal: other}, problem.RightsChanged},
		"fewer devices":     {told{principal: fewer}, problem.RightsChanged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := &answers{}
			asked.now.Store(&c.now)
			r := (&API{authenticator: asked, log: zap.NewNop()}).newRights(viewer, "Bearer x", "")
			ctx := context.WithValue(t.Context(), rightsKey, r)
			first := r.checkedAt
			if err := CheckRights(ctx); r.checkedAt.Equal(first) { // else the machine was so busy that it was asked again
				require.NoError(t, err, "it was asked a moment ago")
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
	require.NoError(t, CheckRights(t.Context()), "what began without a caller has none to lose")
}
