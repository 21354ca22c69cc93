package authtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// accesses counts what a user has: open sessions, and no ended or expired ones.
func accesses(t *testing.T, store Store) {
	ctx := context.Background()
	of := func(id string) auth.Access {
		t.Helper()
		access, found, err := store.AccessOf(ctx, id, begun.Add(-auth.SessionLife), begun.Add(-auth.IdleLife))
		require.NoError(t, err)
		require.True(t, found)
		return access
	}
	for _, id := range []string{"us_few", "us_many"} {
		require.NoError(t, store.AddUser(ctx, auth.User{
			ID: id, Email: id + "@usc.edu.co", Role: auth.Admin, Space: "sp_a", Login: auth.ByPassword, PasswordHash: "h", Created: begun,
		}, testEntry))
	}
	require.Zero(t, of("us_few"))
	late := time.Millisecond
	for i, f := range []struct{ begun, used time.Time }{
		{begun, begun},
		{begun.Add(-auth.SessionLife), begun.Add(-auth.IdleLife)},
		{begun.Add(-auth.SessionLife - late), begun},
		{begun.Add(-auth.IdleLife - late), begun.Add(-auth.IdleLife - late)},
		{begun, begun}, // ended below
	} {
		id := fmt.Sprintf("fm_many_%d", i)
		require.NoError(t, store.Begin(ctx, auth.Family{ID: id, User: "us_many", Begun: f.begun, Used: f.used}, []byte(id), acceptAll))
	}
	require.NoError(t, store.End(ctx, "fm_many_4", testEntry))
	require.NoError(t, store.AddReset(ctx, "us_many", []byte("of many"), begun.Add(time.Hour), acceptAll))
	_, err := store.Admit(ctx, auth.Account{Issuer: "https://many", Subject: "1"}, "us_many@usc.edu.co", func(known auth.Candidates) (auth.Admission, error) {
		return auth.Admission{User: *known.Holder, Link: true, At: begun}, nil
	})
	require.NoError(t, err)
	require.Equal(t, auth.Access{Sessions: 2, Links: 1, ResetLinks: 1}, of("us_many"))
	require.Zero(t, of("us_few"))
	lastAdmins(t, store, of)

	require.NoError(t, store.RemoveUser(ctx, "us_many", acceptAll))
	require.NoError(t, store.RemoveUser(ctx, "us_few", acceptAll))
	_, found, err := store.AccessOf(ctx, "us_many", begun, begun)
	require.NoError(t, err)
	require.False(t, found)
}

// lastAdmins agrees with RemoveUser: an administrator of a space or a disabled one does not count.
func lastAdmins(t *testing.T, store Store, of func(id string) auth.Access) {
	list, err := store.ListUsers(context.Background(), "", 1000)
	require.NoError(t, err)
	var campusAdmins []string
	for _, u := range list {
		if u.Role == auth.Admin && u.Space == "" && !u.Disabled {
			campusAdmins = append(campusAdmins, u.ID)
		}
	}
	require.Len(t, campusAdmins, 1)
	require.True(t, of(campusAdmins[0]).LastAdmin)
	require.NoError(t, edit(store, "us_few", func(u *auth.User) { u.Space = "" }))
	require.False(t, of(campusAdmins[0]).LastAdmin)
	require.False(t, of("us_few").LastAdmin)
	require.NoError(t, edit(store, "us_few", func(u *auth.User) { u.Disabled = true }))
	require.True(t, of(campusAdmins[0]).LastAdmin)
	require.False(t, of("us_few").LastAdmin)
}
