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
	name string
	do   func(store Store, id string) error
	// holds tells whether it can still be seen.
	holds func(auth.User) bool
}

// storedEdits are all that there are.
var storedEdits = []storedEdit{
	edited("email", func(u *auth.User) { u.Email = "other-" + u.ID + "@usc.edu.co" }, func(u auth.User) bool { return u.Email == "other-"+u.ID+"@usc.edu.co" }),
	edited("role", func(u *auth.User) { u.Role = auth.Manager }, func(u auth.User) bool { return u.Role == auth.Manager }),
	edited("space", func(u *auth.User) { u.Space = "sp_1" }, func(u auth.User) bool { return u.Space == "sp_1" }),
	edited("disabled", func(u *auth.User) { u.Disabled = true }, func(u auth.User) bool { return u.Disabled }),
	edited("password", func(u *auth.User) { u.PasswordHash = "given" }, hasAnotherHash),
	{"rehash", func(store Store, id string) error {
		_, err := store.Rehash(context.Background(), id, "h", "rehashed")
		return err
	}, hasAnotherHash},
	{"reset", func(store Store, id string) error {
		_, err := store.Reset(context.Background(), []byte(id), begun, id, func(u *auth.User) (auth.Entry, error) {
			u.PasswordHash = "reset"
			return noted, nil
		})
		return err
	}, func(u auth.User) bool { return hasAnotherHash(u) || u.Disabled }}, // being disabled ends the link
}

func edited(name string, change func(*auth.User), holds func(auth.User) bool) storedEdit {
	return storedEdit{name, func(store Store, id string) error { return edit(store, id, change) }, holds}
}

func hasAnotherHash(u auth.User) bool { return u.PasswordHash != "h" }

// editsAtOnce does each pair of edits at the same time: none undoes the other.
func editsAtOnce(t *testing.T, store Store) {
	ctx := context.Background()
	const rounds = 3
	for i, one := range storedEdits {
		for j, other := range storedEdits[i+1:] {
			for round := range rounds {
				id := fmt.Sprintf("us_once_%d_%d_%d", i, j, round)
				require.NoError(t, store.AddUser(ctx, auth.User{
					ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "h", Created: begun,
				}, noted))
				require.NoError(t, store.AddReset(ctx, id, []byte(id), begun.Add(time.Hour), noting))
				var wait sync.WaitGroup
				together := make(chan struct{})
				for _, e := range []storedEdit{one, other} {
					wait.Go(func() {
						<-together
						if err := e.do(store, id); err != nil {
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
				require.NoError(t, store.RemoveUser(ctx, id, noting))
			}
		}
	}
}
