package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// TestInvite creates a user without a password. They set one by a link, once, within its time.
func TestInvite(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	root := auth.Actor{ID: "us_1", Role: auth.Admin}
	email, role, space := "Eva@USC.edu.co", auth.Manager, "sp_1"
	edit := auth.UserEdit{Email: &email, Role: &role, Space: &space}
	_, _, err := c.accounts.Invite(ctx, auth.Actor{Role: auth.Manager}, edit)
	require.ErrorIs(t, err, auth.ErrForbidden)
	_, _, err = c.accounts.Invite(ctx, auth.Actor{Role: auth.Admin, Space: "sp_2"}, edit)
	requireFlaw(t, err, "space_id", "no_such")
	_, _, err = c.accounts.Invite(ctx, auth.Actor{Role: auth.Admin, Space: "sp_1"}, auth.UserEdit{Email: &email})
	requireFlaw(t, err, "space_id", "required")
	_, _, err = c.accounts.Invite(ctx, root, auth.UserEdit{})
	requireFlaw(t, err, "email", "required")
	_, err = c.accounts.Add(ctx, root, edit)
	requireFlaw(t, err, "password", "min_bytes")

	user, link, err := c.accounts.Invite(ctx, auth.Actor{ID: "us_2", Role: auth.Admin, Space: "sp_1"}, edit)
	require.NoError(t, err)
	require.True(t, user.IsInvited())
	require.Equal(t, c.now.Add(auth.InvitationLife), link.Expires)
	_, _, err = c.accounts.Invite(ctx, root, edit)
	require.ErrorIs(t, err, auth.ErrTaken)
	enter := func(password string) error {
		_, err := c.sessions.Login(ctx, auth.LoginForm{Email: email, Password: password}, auth.Actor{})
		return err
	}
	require.ErrorIs(t, enter(password), auth.ErrCredentials)
	require.ErrorIs(t, c.sessions.ChangePassword(ctx, auth.Actor{ID: user.ID}, "", password, password), auth.ErrCredentials)

	c.now = link.Expires
	require.ErrorIs(t, c.accounts.Reset(ctx, auth.Actor{}, link.Token, password), auth.ErrToken)
	token, expires, err := c.accounts.ResetToken(ctx, root, user.ID)
	require.NoError(t, err)
	require.Equal(t, c.now.Add(auth.InvitationLife), expires)
	requireFlaw(t, c.accounts.Reset(ctx, auth.Actor{}, token, "corta"), "new", "min_bytes")
	require.NoError(t, c.accounts.Reset(ctx, auth.Actor{}, token, password))
	require.ErrorIs(t, c.accounts.Reset(ctx, auth.Actor{}, token, password), auth.ErrToken)
	require.NoError(t, enter(password))
	is, err := c.accounts.Get(ctx, root, user.ID)
	require.NoError(t, err)
	require.False(t, is.IsInvited())
	_, expires, err = c.accounts.ResetToken(ctx, root, user.ID)
	require.NoError(t, err)
	require.Equal(t, 24*time.Hour, expires.Sub(c.now), "they have a password now")
}
