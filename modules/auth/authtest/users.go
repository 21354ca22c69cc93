package authtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

func users(t *testing.T, store Store) {
	ctx := context.Background()
	first := firstAdmin(t, store)
	second := auth.User{ID: "us_x", Email: "x@usc.edu.co", Role: auth.Admin, Login: auth.ByPassword, PasswordHash: "h", InitialPassword: true, Created: begun}
	require.NoError(t, store.AddUser(ctx, second, testEntry))
	require.ErrorIs(t, store.AddUser(ctx, auth.User{ID: "us_y", Email: second.Email, Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "h"}, testEntry), auth.ErrTaken)
	list, err := store.ListUsers(ctx, first.ID, 10)
	require.NoError(t, err)
	require.Equal(t, []auth.User{second}, list)

	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_x", User: "us_x", Begun: begun, Used: begun}, []byte("fm_x"), acceptAll))
	require.NoError(t, edit(store, "us_x", func(u *auth.User) { u.Space = "sp_1" }))
	family, now, _, err := store.Standing(ctx, "fm_x")
	require.NoError(t, err)
	require.Equal(t, []any{false, "sp_1"}, []any{family.Ended, now.Space}, "another space ends no session")
	require.True(t, now.InitialPassword)
	require.NoError(t, edit(store, "us_x", func(u *auth.User) { u.PasswordHash, u.InitialPassword = "other", false }))
	family, now, _, err = store.Standing(ctx, "fm_x")
	require.NoError(t, err)
	require.True(t, family.Ended, "another password does")
	require.False(t, now.InitialPassword)
	require.ErrorIs(t, edit(store, "us_z", func(*auth.User) {}), auth.ErrNotFound)
	require.ErrorIs(t, edit(store, "us_x", func(u *auth.User) { u.Email = first.Email }), auth.ErrTaken)

	require.ErrorIs(t, store.RemoveUser(ctx, first.ID, acceptAll), auth.ErrLastAdmin, "an administrator of a space is not enough")
	require.NoError(t, edit(store, "us_x", func(u *auth.User) { u.Space = "" }))
	demoteAtOnce(t, store, first.ID, "us_x")
	refused := errors.New("refused")
	require.ErrorIs(t, store.RemoveUser(ctx, "us_x", func(auth.User) (auth.Entry, error) { return auth.Entry{}, refused }), refused)
	require.NoError(t, store.RemoveUser(ctx, "us_x", acceptAll))
	require.ErrorIs(t, store.RemoveUser(ctx, "us_x", acceptAll), auth.ErrNotFound)
	require.ErrorIs(t, store.Begin(ctx, auth.Family{ID: "fm_z", User: "us_x", Begun: begun, Used: begun}, []byte("fm_z"), acceptAll), auth.ErrNotFound)
}

// edit changes a user through ChangeUser.
func edit(store Store, id string, change func(*auth.User)) error {
	_, err := store.ChangeUser(context.Background(), id, "", func(u *auth.User) (auth.Entry, error) {
		change(u)
		return testEntry, nil
	})
	return err
}

// demoteAtOnce demotes the two last administrators at the same time: one stays. At the end the first is an administrator
// again.
func demoteAtOnce(t *testing.T, store Store, administrators ...string) {
	var kept atomic.Int32
	var wait sync.WaitGroup
	for _, id := range administrators {
		wait.Go(func() {
			switch err := edit(store, id, func(u *auth.User) { u.Role = auth.Viewer }); {
			case errors.Is(err, auth.ErrLastAdmin):
				kept.Add(1)
			case err != nil:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, kept.Load())
	require.NoError(t, edit(store, administrators[0], func(u *auth.User) { u.Role = auth.Admin }))
}

func resets(t *testing.T, store Store) {
	ctx := context.Background()
	user := auth.User{ID: "us_r", Email: "r@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "h", Created: begun}
	require.NoError(t, store.AddUser(ctx, user, testEntry))
	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_r", User: "us_r", Begun: begun, Used: begun}, []byte("fm_r"), acceptAll))
	require.NoError(t, store.AddReset(ctx, "us_r", []byte("first"), begun.Add(time.Hour), acceptAll))
	require.NoError(t, store.AddReset(ctx, "us_r", []byte("second"), begun.Add(time.Hour), acceptAll))
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
			won, err := store.Reset(ctx, []byte("second"), begun, "us_r", func(u *auth.User) (auth.Entry, error) {
				u.PasswordHash = "new"
				return testEntry, nil
			})
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
	require.NoError(t, store.RemoveUser(ctx, "us_r", acceptAll))
}

func keys(t *testing.T, store Store) {
	ctx := context.Background()
	devices := auth.Key{ID: "key_1", Name: "Sala", Role: auth.Device, Devices: []string{"ac-1", "tv-1"}, Created: begun}
	space := auth.Key{ID: "key_2", Name: "Bloque", Role: auth.Viewer, Devices: []string{}, Space: "sp_1", Created: begun}
	require.NoError(t, store.AddKey(ctx, devices, []byte("secret 1"), testEntry))
	require.NoError(t, store.AddKey(ctx, space, []byte("secret 2"), testEntry))
	list, err := store.ListKeys(ctx, "", 10)
	require.NoError(t, err)
	require.Equal(t, []auth.Key{devices, space}, list)
	list, err = store.ListKeys(ctx, "key_1", 10)
	require.NoError(t, err)
	require.Equal(t, []auth.Key{space}, list)
	for i := range 3 {
		used := auth.Entry{At: begun, Action: auth.KeyFirstUsed, Target: "key_2", Detail: fmt.Sprint(i)}
		require.NoError(t, store.UseKey(ctx, "key_2", begun.Add(time.Hour), used))
	}
	first, err := store.Entries(ctx, auth.AuditQuery{Action: auth.KeyFirstUsed, Limit: 9})
	require.NoError(t, err)
	require.Len(t, first, 1)
	require.Equal(t, "0", first[0].Detail)
	key, found, err := store.KeyByDigest(ctx, []byte("secret 2"))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, begun.Add(time.Hour), key.LastUsed)
	_, found, err = store.KeyByDigest(ctx, []byte("secret 3"))
	require.NoError(t, err)
	require.False(t, found)
	expiriesAreNoted(t, store)
	changesOfKeys(t, store, devices)
	require.NoError(t, store.RemoveKey(ctx, "key_2", testEntry))
	require.ErrorIs(t, store.RemoveKey(ctx, "key_2", testEntry), auth.ErrNotFound)
	_, found, err = store.Key(ctx, "key_2")
	require.NoError(t, err)
	require.False(t, found)
}

// expiriesAreNoted lets keys expire: each expiry has one entry, also if several processes look for it.
func expiriesAreNoted(t *testing.T, store Store) {
	t.Helper()
	ctx, until := context.Background(), begun.Add(time.Hour)
	for i, expires := range []time.Time{until, until, {}, until.Add(time.Second)} {
		key := auth.Key{ID: fmt.Sprintf("key_exp_%d", i), Name: "x", Role: auth.Viewer, Created: begun, Expires: expires}
		require.NoError(t, store.AddKey(ctx, key, []byte(key.ID), testEntry))
	}
	note := func(k auth.Key) auth.Entry { return auth.Entry{At: begun, Action: auth.KeyExpired, Target: k.ID} }
	expired := func(now time.Time) (targets []string) {
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				for noted := 1; noted > 0; {
					var err error
					if noted, err = store.NoteExpired(ctx, now, 1, note); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wait.Wait()
		entries, err := store.Entries(ctx, auth.AuditQuery{Action: auth.KeyExpired, Limit: 99})
		require.NoError(t, err)
		for _, e := range entries {
			targets = append(targets, e.Target)
		}
		slices.Sort(targets)
		return targets
	}
	require.Empty(t, expired(until.Add(-time.Millisecond)))
	require.Equal(t, []string{"key_exp_0", "key_exp_1"}, expired(until))
	_, err := store.ChangeKey(ctx, "key_exp_0", func(k *auth.Key) auth.Entry {
		k.Expires = until.Add(time.Minute)
		return testEntry
	})
	require.NoError(t, err)
	require.Equal(t, []string{"key_exp_0", "key_exp_0", "key_exp_1", "key_exp_3"}, expired(until.Add(time.Minute)))
	for i := range 4 {
		require.NoError(t, store.RemoveKey(ctx, fmt.Sprintf("key_exp_%d", i), testEntry))
	}
}

// changesOfKeys changes a key's name and expiry, and nothing else.
func changesOfKeys(t *testing.T, store Store, key auth.Key) {
	ctx := context.Background()
	until := begun.Add(36*time.Hour + 7*time.Millisecond)
	for _, s := range []struct {
		name    string
		expires time.Time
	}{{"Sala 2", until}, {"Sala 2", time.Time{}}, {"Sala 3", until}} {
		note := auth.Entry{At: begun, Actor: "us_keys", Action: auth.KeyChanged, Target: key.ID, Detail: s.name}
		changed, err := store.ChangeKey(ctx, key.ID, func(k *auth.Key) auth.Entry {
			require.Equal(t, key, *k)
			k.Name, k.Expires = s.name, s.expires
			return note
		})
		require.NoError(t, err)
		key.Name, key.Expires = s.name, s.expires
		require.Equal(t, key, changed)
		for _, read := range []func() (auth.Key, bool, error){
			func() (auth.Key, bool, error) { return store.Key(ctx, key.ID) },
			func() (auth.Key, bool, error) { return store.KeyByDigest(ctx, []byte("secret 1")) },
		} {
			is, found, err := read()
			require.NoError(t, err)
			require.True(t, found)
			require.Equal(t, key, is)
		}
		noted, err := store.Entries(ctx, auth.AuditQuery{Actor: "us_keys", Limit: 1})
		require.NoError(t, err)
		require.Equal(t, note, noted[0].Entry)
	}
	_, err := store.ChangeKey(ctx, "key_none", func(*auth.Key) auth.Entry { return testEntry })
	require.ErrorIs(t, err, auth.ErrNotFound)
	fleeting := auth.Key{ID: "key_4", Name: "Prestada", Role: auth.Device, Devices: []string{"ac-1"}, Created: begun, Expires: until}
	require.NoError(t, store.AddKey(ctx, fleeting, []byte("secret 4"), testEntry))
	is, _, err := store.Key(ctx, "key_4")
	require.NoError(t, err)
	require.Equal(t, fleeting, is)
	require.NoError(t, store.RemoveKey(ctx, "key_4", testEntry))
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
	require.NoError(t, store.Note(ctx, auth.Entry{At: at, Action: "GET /texts", Target: "/x/\x00\xff"}), "a path that a database refuses")
	found, err = store.Entries(ctx, auth.AuditQuery{Target: "/x/\uFFFD\uFFFD", Limit: 2})
	require.NoError(t, err)
	require.Len(t, found, 1)
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
