package authtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// invitations stores an invited user with their link and both audit entries, or nothing.
func invitations(t *testing.T, store Store) {
	ctx := context.Background()
	user := auth.User{ID: "us_inv", Email: "inv@usc.edu.co", Role: auth.Manager, Space: "sp_a", Login: auth.ByPassword, Created: begun}
	added, given := auth.Entry{At: begun, Actor: "us_inviter", Action: auth.UserAdded}, auth.Entry{At: begun, Actor: "us_inviter", Action: auth.ResetGiven}
	until := begun.Add(time.Hour)
	require.NoError(t, store.AddInvited(ctx, user, []byte("invitation"), until, added, given))
	whose, found, err := store.ResetOf(ctx, []byte("invitation"), until.Add(-time.Millisecond))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, user, whose)
	require.True(t, whose.IsInvited())
	_, found, err = store.ResetOf(ctx, []byte("invitation"), until)
	require.NoError(t, err)
	require.False(t, found)

	twin := user
	twin.ID = "us_inv_2"
	require.ErrorIs(t, store.AddInvited(ctx, twin, []byte("second"), until, added), auth.ErrTaken)
	_, found, err = store.User(ctx, twin.ID)
	require.NoError(t, err)
	require.False(t, found)
	_, found, err = store.ResetOf(ctx, []byte("second"), begun)
	require.NoError(t, err)
	require.False(t, found)
	noted, err := store.Entries(ctx, auth.AuditQuery{Actor: "us_inviter", Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []auth.Entry{given, added}, []auth.Entry{noted[0].Entry, noted[1].Entry})
	require.Len(t, noted, 2)

	c := newFixture(store)
	_, err = c.sessions.Login(ctx, auth.LoginForm{Email: user.Email, Password: firstPassword}, auth.Actor{})
	require.ErrorIs(t, err, auth.ErrCredentials)
	again := c.resetLink(t, user.ID)
	_, found, err = store.ResetOf(ctx, []byte("invitation"), begun)
	require.NoError(t, err)
	require.False(t, found, "another link replaces it")
	require.NoError(t, c.accounts.Reset(ctx, auth.Actor{}, again, firstPassword))
	granted, err := c.sessions.Login(ctx, auth.LoginForm{Email: user.Email, Password: firstPassword}, auth.Actor{})
	require.NoError(t, err)
	require.False(t, granted.User.IsInvited())
	require.NoError(t, store.RemoveUser(ctx, user.ID, acceptAll))
}
