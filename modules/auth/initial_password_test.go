package auth_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/memory/auth"
	"github.com/holotwin/holotwin/modules/auth"
)

// TestTheInitialPasswordIsKnown reports the password of the first start until it is changed, in any way, and not in a demo.
func TestTheInitialPasswordIsKnown(t *testing.T) {
	ctx := context.Background()
	const other = "otra frase larga y propia"
	root := auth.Actor{ID: "us_1", Role: auth.Admin}
	given := other
	for name, change := range map[string]func(c *campus, family string) error{
		"own": func(c *campus, family string) error {
			requireFlaw(t, c.sessions.ChangePassword(ctx, root, family, password, password), "new", "differs")
			return c.sessions.ChangePassword(ctx, root, family, password, other)
		},
		"given": func(c *campus, _ string) error {
			_, err := c.accounts.Change(ctx, root, "us_1", auth.UserEdit{Password: &given})
			return err
		},
		"link": func(c *campus, _ string) error {
			token, _, err := c.accounts.ResetToken(ctx, root, "us_1")
			require.NoError(t, err)
			return c.accounts.Reset(ctx, auth.Actor{}, token, other)
		},
	} {
		c := newCampus()
		granted, err := c.login()
		require.NoError(t, err, name)
		require.True(t, granted.User.InitialPassword, name)
		holder, err := c.sessions.Holder(ctx, granted.Access)
		require.NoError(t, err, name)
		me, err := c.sessions.UserOf(ctx, holder.Family)
		require.NoError(t, err, name)
		require.True(t, me.InitialPassword, name)
		role := auth.Admin
		_, err = c.accounts.Change(ctx, root, "us_1", auth.UserEdit{Role: &role})
		require.NoError(t, err, name)
		granted, err = c.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
		require.NoError(t, err, name)
		require.True(t, granted.User.InitialPassword, name)

		require.NoError(t, change(c, holder.Family), name)
		granted, err = c.sessions.Login(ctx, auth.LoginForm{Email: "ana@usc.edu.co", Password: other}, auth.Actor{})
		require.NoError(t, err, name)
		require.False(t, granted.User.InitialPassword, name)
	}

	c := newCampus()
	c.store = memoryauth.New()
	accounts := auth.NewAccounts(auth.AccountsNeed{Users: c.store, Hasher: plainHasher{}, Clock: c, NewID: c.newID, Random: c.random})
	_, err := accounts.Bootstrap(ctx, "demo@usc.edu.co", "", auth.ForDemo)
	require.NoError(t, err)
	demo, err := accounts.ByEmail(ctx, "demo@usc.edu.co")
	require.NoError(t, err)
	require.False(t, demo.InitialPassword)
}
