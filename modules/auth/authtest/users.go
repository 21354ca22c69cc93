package authtest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

func users(t *testing.T, store Store) {
	ctx := context.Background()
	first := somebody(t, store)
	second := auth.User{ID: "us_x", Email: "x@usc.edu.co", Role: auth.Admin, Login: auth.ByPassword, PasswordHash: "h", Created: begun}
	require.NoError(t, store.AddUser(ctx, second, noted))
	require.ErrorIs(t, store.AddUser(ctx, auth.User{ID: "us_y", Email: second.Email, Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "h"}, noted), auth.ErrTaken)
	list, err := store.ListUsers(ctx, first.ID, 10)
	require.NoError(t, err)
	require.Equal(t, []auth.User{second}, list)

	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_x", User: "us_x", Begun: begun, Used: begun}, []byte("fm_x"), noted))
	second.Space = "sp_1"
	require.NoError(t, store.ChangeUser(ctx, second, noted))
	family, now, _, err := store.Standing(ctx, "fm_x")
	require.NoError(t, err)
	require.Equal(t, []any{false, "sp_1"}, []any{family.Ended, now.Space}, "another space ends no session")
	second.PasswordHash = "other"
	require.NoError(t, store.ChangeUser(ctx, second, noted))
	family, _, _, err = store.Standing(ctx, "fm_x")
	require.NoError(t, err)
	require.True(t, family.Ended, "another password does")
	require.ErrorIs(t, store.ChangeUser(ctx, auth.User{ID: "us_z", Email: "z@z", Role: auth.Viewer}, noted), auth.ErrNotFound)
	taken := second
	taken.Email = first.Email
	require.ErrorIs(t, store.ChangeUser(ctx, taken, noted), auth.ErrTaken)

	require.ErrorIs(t, store.RemoveUser(ctx, first.ID, noted), auth.ErrLastAdmin, "one of a space is not enough")
	second.Space = ""
	require.NoError(t, store.ChangeUser(ctx, second, noted))
	demoteAtOnce(t, store, first, second)
	require.NoError(t, store.RemoveUser(ctx, "us_x", noted))
	require.ErrorIs(t, store.RemoveUser(ctx, "us_x", noted), auth.ErrNotFound)
}

// demoteAtOnce takes the role of the two last administrators at the same time: one keeps it. The first has it back at
// the end, whoever that was.
func demoteAtOnce(t *testing.T, store Store, administrators ...auth.User) {
	ctx := context.Background()
	var kept atomic.Int32
	var wait sync.WaitGroup
	for _, user := range administrators {
		user.Role = auth.Viewer
		wait.Go(func() {
			switch err := store.ChangeUser(ctx, user, noted); {
			case errors.Is(err, auth.ErrLastAdmin):
				kept.Add(1)
			case err != nil:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, kept.Load())
	require.NoError(t, store.ChangeUser(ctx, administrators[0], noted))
}

func resets(t *testing.T, store Store) {
	ctx := context.Background()
	user := auth.User{ID: "us_r", Email: "r@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "h", Created: begun}
	require.NoError(t, store.AddUser(ctx, user, noted))
	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_r", User: "us_r", Begun: begun, Used: begun}, []byte("fm_r"), noted))
	require.NoError(t, store.AddReset(ctx, "us_r", []byte("first"), begun.Add(time.Hour), noted))
	require.NoError(t, store.AddReset(ctx, "us_r", []byte("second"), begun.Add(time.Hour), noted))
	for token, at := range map[string]time.Time{"first": begun, "second": begun.Add(time.Hour), "third": begun} {
		_, found, err := store.ResetOf(ctx, []byte(token), at)
		require.NoError(t, err)
		require.False(t, found, token)
	}
	whose, found, err := store.ResetOf(ctx, []byte("second"), begun)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, user, whose)
	var winners atomic.Int32
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			won, err := store.Reset(ctx, []byte("second"), begun, "us_r", "new", noted)
			if err != nil {
				t.Error(err)
			}
			if won {
				winners.Add(1)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, winners.Load())
	family, now, _, err := store.Standing(ctx, "fm_r")
	require.NoError(t, err)
	require.Equal(t, []any{true, "new"}, []any{family.Ended, now.PasswordHash})
	require.NoError(t, store.RemoveUser(ctx, "us_r", noted))
}

func keys(t *testing.T, store Store) {
	ctx := context.Background()
	devices := auth.Key{ID: "key_1", Name: "Sala", Devices: []string{"ac-1", "tv-1"}, Created: begun}
	space := auth.Key{ID: "key_2", Name: "Bloque", Devices: []string{}, Space: "sp_1", Created: begun}
	require.NoError(t, store.AddKey(ctx, devices, []byte("secret 1"), noted))
	require.NoError(t, store.AddKey(ctx, space, []byte("secret 2"), noted))
	list, err := store.ListKeys(ctx, "", 10)
	require.NoError(t, err)
	require.Equal(t, []auth.Key{devices, space}, list)
	list, err = store.ListKeys(ctx, "key_1", 10)
	require.NoError(t, err)
	require.Equal(t, []auth.Key{space}, list)
	require.NoError(t, store.UseKey(ctx, "key_2", begun.Add(time.Hour)))
	key, found, err := store.KeyByDigest(ctx, []byte("secret 2"))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, begun.Add(time.Hour), key.LastUsed)
	_, found, err = store.KeyByDigest(ctx, []byte("secret 3"))
	require.NoError(t, err)
	require.False(t, found)
	require.NoError(t, store.RemoveKey(ctx, "key_2", noted))
	require.ErrorIs(t, store.RemoveKey(ctx, "key_2", noted), auth.ErrNotFound)
	_, found, err = store.Key(ctx, "key_2")
	require.NoError(t, err)
	require.False(t, found)
}

func audit(t *testing.T, store Store) {
	ctx := context.Background()
	at := begun.Add(24 * time.Hour)
	lines := []auth.Entry{
		{At: at, Actor: "us_a", Action: "x", Target: "1", Detail: "d", Client: "127.0.0.1", Request: "rq_1"},
		{At: at.Add(time.Hour), Actor: "us_b", Action: "x", Target: "2"},
		{At: at.Add(2 * time.Hour), Actor: "us_a", Action: "y", Target: "3"},
	}
	require.NoError(t, store.Note(ctx, lines...))
	targets := func(q auth.AuditQuery) (targets []string, last int64) {
		q.Limit = 2
		found, err := store.Entries(ctx, q)
		require.NoError(t, err)
		for _, e := range found {
			targets, last = append(targets, e.Target), e.Number
		}
		return targets, last
	}
	newest, last := targets(auth.AuditQuery{From: at})
	require.Equal(t, []string{"3", "2"}, newest)
	rest, _ := targets(auth.AuditQuery{From: at, Before: last})
	require.Equal(t, []string{"1"}, rest)
	of, _ := targets(auth.AuditQuery{Actor: "us_a", Action: "x", From: at, To: at.Add(time.Hour)})
	require.Equal(t, []string{"1"}, of)
	found, err := store.Entries(ctx, auth.AuditQuery{Target: "1", From: at, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, lines[0], found[0].Entry)
}

func strangers(t *testing.T, store Store) {
	ctx := context.Background()
	at := begun.Add(-time.Hour)
	require.NoError(t, store.Note(ctx,
		auth.Entry{At: at, Action: "GET /x", Target: "stranger", Refused: true},
		auth.Entry{At: at, Action: "GET /x", Target: "done"},
		auth.Entry{At: at, Actor: "us_a", Action: "GET /x", Target: "known", Refused: true},
		auth.Entry{At: begun, Action: "GET /x", Target: "new", Refused: true},
	))
	require.NoError(t, store.ForgetStrangers(ctx, begun))
	found, err := store.Entries(ctx, auth.AuditQuery{Action: "GET /x", Limit: 10})
	require.NoError(t, err)
	var left []string
	for _, e := range found {
		left = append(left, e.Target)
	}
	require.Equal(t, []string{"new", "known", "done"}, left)
}
