package authtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// storedEdit is one way in which a user is changed.
type storedEdit struct {
	name  string
	apply func(store Store, id string) error
	// holds reports whether the change is still there.
	holds func(auth.User) bool
}

// storedEdits are all ways to change a user.
var storedEdits = []storedEdit{
	editOf("email", func(u *auth.User) { u.Email = "other-" + u.ID + "@usc.edu.co" }, func(u auth.User) bool { return u.Email == "other-"+u.ID+"@usc.edu.co" }),
	editOf("role", func(u *auth.User) { u.Role = auth.Manager }, func(u auth.User) bool { return u.Role == auth.Manager }),
	editOf("space", func(u *auth.User) { u.Space = "sp_1" }, func(u auth.User) bool { return u.Space == "sp_1" }),
	editOf("disabled", func(u *auth.User) { u.Disabled = true }, func(u auth.User) bool { return u.Disabled }),
	editOf("password", func(u *auth.User) { u.PasswordHash = "given" }, hasAnotherHash),
	{"rehash", func(store Store, id string) error {
		_, err := store.Rehash(context.Background(), id, "h", "rehashed")
		return err
	}, hasAnotherHash},
	{"reset", func(store Store, id string) error {
		_, err := store.Reset(context.Background(), []byte(id), begun, id, func(u *auth.User) (auth.Entry, error) {
			u.PasswordHash = "reset"
			return testEntry, nil
		})
		return err
	}, func(u auth.User) bool { return hasAnotherHash(u) || u.Disabled }}, // disabling a user deletes the link
}

func editOf(name string, change func(*auth.User), holds func(auth.User) bool) storedEdit {
	return storedEdit{name, func(store Store, id string) error { return edit(store, id, change) }, holds}
}

func hasAnotherHash(u auth.User) bool { return u.PasswordHash != "h" }

// editsAtOnce makes each pair of edits at the same time: no edit undoes the other.
func editsAtOnce(t *testing.T, store Store) {
	ctx := context.Background()
	const rounds = 3
	for i, one := range storedEdits {
		for j, other := range storedEdits[i+1:] {
			for round := range rounds {
				id := fmt.Sprintf("us_once_%d_%d_%d", i, j, round)
				require.NoError(t, store.AddUser(ctx, auth.User{
					ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "h", Created: begun,
				}, testEntry))
				require.NoError(t, store.AddReset(ctx, id, []byte(id), begun.Add(time.Hour), acceptAll))
				var wait sync.WaitGroup
				together := make(chan struct{})
				for _, e := range []storedEdit{one, other} {
					wait.Go(func() {
						<-together
						if err := e.apply(store, id); err != nil {
							t.Errorf("%s: %v", e.name, err)
						}
					})
				}
				close(together)
				wait.Wait()
				user, found, err := store.User(ctx, id)
				require.NoError(t, err)
				require.True(t, found)
				require.True(t, one.holds(user) && other.holds(user), "%s and %s: %+v", one.name, other.name, user)
				require.NoError(t, store.RemoveUser(ctx, id, acceptAll))
			}
		}
	}
}
