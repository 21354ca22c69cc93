package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// TestALostAnswerIsRepeated asks again for a refresh whose answer was lost: the same refresh token comes, and the session goes on.
func TestALostAnswerIsRepeated(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	granted, err := c.login()
	require.NoError(t, err)
	lost, err := c.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
	require.NoError(t, err)
	_, err = c.sessions.Holder(ctx, granted.Access)
	require.NoError(t, err, "the former access token is still used meanwhile")
	c.now = c.now.Add(auth.RepeatLife)
	c.begin(plainSealer{name: "key"}) // another replica answers
	again, err := c.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
	require.NoError(t, err)
	require.Equal(t, lost.Refresh, again.Refresh)
	require.NotEqual(t, lost.Access, again.Access)
	_, err = c.sessions.Holder(ctx, again.Access)
	require.NoError(t, err)
	_, err = c.sessions.Refresh(ctx, again.Refresh, auth.Actor{})
	require.NoError(t, err)
}

// TestASpentTokenEndsItsSession sends a spent token too late, or after its answer was used in one of two ways.
func TestASpentTokenEndsItsSession(t *testing.T) {
	ctx := context.Background()
	for name, use := range map[string]func(c *campus, next auth.Grant) error{
		"half a minute passed": func(c *campus, _ auth.Grant) error {
			c.now = c.now.Add(auth.RepeatLife + time.Millisecond)
			return nil
		},
		"the new access token was used": func(c *campus, next auth.Grant) error {
			_, err := c.sessions.Holder(ctx, next.Access)
			return err
		},
		"the new refresh token was used": func(c *campus, next auth.Grant) error {
			_, err := c.sessions.Refresh(ctx, next.Refresh, auth.Actor{})
			return err
		},
	} {
		c := newCampus()
		granted, err := c.login()
		require.NoError(t, err)
		next, err := c.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
		require.NoError(t, err)
		require.NoError(t, use(c, next), name)
		_, err = c.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
		require.ErrorIs(t, err, auth.ErrTokenReused, name)
		_, err = c.sessions.Holder(ctx, next.Access)
		require.ErrorIs(t, err, auth.ErrToken, name)
	}
}

// TestADisabledUserRepeatsNothing disables the user after a refresh whose answer was lost.
func TestADisabledUserRepeatsNothing(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	email, given := "eva@usc.edu.co", password
	eva, err := c.accounts.Add(ctx, anaActor, auth.UserEdit{Email: &email, Password: &given})
	require.NoError(t, err)
	granted, err := c.sessions.Login(ctx, auth.LoginForm{Email: email, Password: password}, auth.Actor{})
	require.NoError(t, err)
	_, err = c.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
	require.NoError(t, err)
	disabled := true
	_, err = c.accounts.Change(ctx, anaActor, eva.ID, auth.UserEdit{Disabled: &disabled})
	require.NoError(t, err)
	_, err = c.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
	require.ErrorIs(t, err, auth.ErrToken)
}
