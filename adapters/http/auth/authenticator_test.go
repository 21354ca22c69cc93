package httpauth_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// fixedCredentials return the same for each token and key.
type fixedCredentials struct{ err error }

func (c fixedCredentials) Holder(context.Context, string) (auth.Holder, error) {
	return auth.Holder{User: auth.User{ID: "us_1", Role: auth.Manager, Space: "sp_1"}, Family: "fm_1", TokenID: "tk_1"}, c.err
}

func (c fixedCredentials) KeyHolder(context.Context, string) (auth.Key, error) {
	return auth.Key{ID: "key_1", Space: "sp_1", Devices: []string{"ac-1"}}, c.err
}

func TestAuthenticator(t *testing.T) {
	ctx := context.Background()
	given := httpauth.Authenticator{Credentials: fixedCredentials{}}
	principal, err := given.Authenticate(ctx, "token", "")
	require.NoError(t, err)
	require.Equal(t, httpserver.Principal{Subject: "us_1", Role: httpserver.Manager, Space: "sp_1", TokenID: "tk_1", Family: "fm_1"}, principal)
	principal, err = given.Authenticate(ctx, "", "key")
	require.NoError(t, err)
	require.Equal(t, httpserver.Principal{Subject: "key_1", Role: httpserver.Device, IsKey: true, Space: "sp_1", Devices: []string{"ac-1"}}, principal)
	asToken, err := given.Authenticate(ctx, "htk_key", "")
	require.NoError(t, err)
	require.Equal(t, principal, asToken, "a key in place of a token")

	unexpected := errors.New("unexpected")
	for _, s := range []struct {
		err   error
		code  problem.Code
		after int
	}{
		{auth.ErrToken, problem.Unauthenticated, 0},
		{standing.ErrUndecided, problem.ModuleAway, 2},
		{fmt.Errorf("%w: %w", standing.ErrUndecided, errors.New("refused")), problem.ModuleAway, 2},
		{unexpected, "", 0},
	} {
		for _, credential := range [][2]string{{"token", ""}, {"", "key"}} {
			_, err := httpauth.Authenticator{Credentials: fixedCredentials{s.err}}.Authenticate(ctx, credential[0], credential[1])
			if s.code == "" {
				require.Equal(t, unexpected, err)
				continue
			}
			refused := new(problem.Problem)
			require.ErrorAs(t, err, &refused)
			require.Equal(t, []any{s.code, s.after}, []any{refused.Code, refused.RetryAfter})
		}
	}
}
