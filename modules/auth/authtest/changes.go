package authtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// changedFrom is later than what the other tests change.
var changedFrom = begun.Add(90 * 24 * time.Hour)

// changeFixture changes one user, who has some sessions, and one key. Each change has its own second.
type changeFixture struct {
	Store
	from    time.Time
	at      time.Time
	session int
}

// entry is an audit entry of the present second.
func (c *changeFixture) entry() auth.Entry { return auth.Entry{At: c.at, Action: "test"} }

func (c *changeFixture) accept(auth.User) (auth.Entry, error) { return c.entry(), nil }

// edit edits the user and keeps one session.
func (c *changeFixture) edit(keep string, edit func(*auth.User)) error {
	_, err := c.ChangeUser(context.Background(), "us_change", keep, func(u *auth.User) (auth.Entry, error) {
		edit(u)
		return c.entry(), nil
	})
	return err
}

// begin begins two sessions.
func (c *changeFixture) begin(t *testing.T) (first, second string) {
	t.Helper()
	for range 2 {
		c.session++
		first, second = second, fmt.Sprintf("fm_change_%d_%03d", c.from.Unix(), c.session)
		require.NoError(t, c.Begin(context.Background(), auth.Family{ID: second, User: "us_change", Begun: c.at, Used: c.at.Add(time.Duration(c.session))}, []byte(second), c.accept))
	}
	return first, second
}

// requireChanges requires what changed in the present second, and nothing else.
func (c *changeFixture) requireChanges(t *testing.T, name string, want auth.Changes) {
	t.Helper()
	got, err := c.ChangedSince(context.Background(), c.at)
	require.NoError(t, err)
	require.Equal(t, want, got, name)
}

func newChangeFixture(t *testing.T, store Store, from time.Time) *changeFixture {
	t.Helper()
	c := &changeFixture{Store: store, from: from, at: from}
	require.NoError(t, store.AddUser(context.Background(), auth.User{
		ID: "us_change", Email: "change@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "h", Created: begun,
	}, testEntry))
	return c
}

// changeStep is a change of the user, who has two sessions.
type changeStep struct {
	name string
	do   func(first, second string) error
	// first and second are set if that session ends.
	first, second bool
	users         []auth.UserState
}

// changes checks that each way to end a session, and to change or remove a user or a key, is recorded with its time.
func changes(t *testing.T, store Store) {
	c := newChangeFixture(t, store, changedFrom)
	for _, s := range append(c.edits(), c.others(t)...) {
		first, second := c.begin(t)
		c.at = c.at.Add(time.Second)
		require.NoError(t, s.do(first, second), s.name)
		want := auth.Changes{Users: s.users}
		if s.first {
			want.Families = append(want.Families, first)
		}
		if s.second {
			want.Families = append(want.Families, second)
		}
		c.requireChanges(t, s.name, want)
		for _, id := range []string{first, second} {
			require.NoError(t, store.End(context.Background(), id, testEntry))
		}
	}
	familiesBeyond(t, c)
	changedKeys(t, c)
}

// changed is the state of the user.
func changed(role auth.Role, space string) []auth.UserState {
	return []auth.UserState{{ID: "us_change", Role: role, Space: space}}
}

// edits are changes by ChangeUser. At their end the user is a manager of sp_a.
func (c *changeFixture) edits() []changeStep {
	edit := func(edit func(*auth.User)) func(string, string) error {
		return func(string, string) error { return c.edit("", edit) }
	}
	return []changeStep{
		{"a new session", func(string, string) error { return nil }, false, false, nil},
		{"a logout", func(first, _ string) error { return c.End(context.Background(), first, c.entry()) }, true, false, nil},
		{"another address", edit(func(u *auth.User) { u.Email = "changed@usc.edu.co" }), false, false, nil},
		{"the former address", edit(func(u *auth.User) { u.Email = "change@usc.edu.co" }), false, false, nil},
		{"another role", edit(func(u *auth.User) { u.Role = auth.Admin }), false, false, changed(auth.Admin, "")},
		{"another space", edit(func(u *auth.User) { u.Space = "sp_a" }), false, false, changed(auth.Admin, "sp_a")},
		{"an own password", func(_, second string) error { return c.edit(second, func(u *auth.User) { u.PasswordHash = "h2" }) }, true, false, nil},
		{
			"disabled", edit(func(u *auth.User) { u.Disabled = true }), true, true,
			[]auth.UserState{{ID: "us_change", Role: auth.Admin, Space: "sp_a", Barred: true}},
		},
		{"enabled", edit(func(u *auth.User) { u.Role, u.Disabled = auth.Manager, false }), false, false, changed(auth.Manager, "sp_a")},
	}
}

// others are changes by the other methods. At their end the user is removed.
func (c *changeFixture) others(t *testing.T) []changeStep {
	ctx, account := context.Background(), auth.Account{Issuer: "https://change", Subject: "1"}
	admit := func(role auth.Role, link bool) func(string, string) error {
		return func(string, string) error {
			_, err := c.Admit(ctx, account, "change@usc.edu.co", func(known auth.Candidates) (auth.Admission, error) {
				user := *known.Holder
				user.Role = role
				return auth.Admission{User: user, Link: link, At: c.at}, nil
			})
			return err
		}
	}
	reset := func(string, string) error {
		require.NoError(t, c.AddReset(ctx, "us_change", []byte("of change"), c.at.Add(time.Hour), c.accept))
		_, err := c.Reset(ctx, []byte("of change"), c.at, "us_change", func(u *auth.User) (auth.Entry, error) {
			u.PasswordHash = "h3"
			return c.entry(), nil
		})
		return err
	}
	leave := func(string, string) error {
		_, _, err := c.EndSessions(ctx, account, c.entry())
		return err
	}
	return []changeStep{
		{"the password by a link", reset, true, true, nil},
		{"a first sign-on with the same role", admit(auth.Manager, true), false, false, nil},
		{"a sign-on with another role", admit(auth.Viewer, false), false, false, changed(auth.Viewer, "sp_a")},
		{"no group any more", leave, true, true, nil},
		{"an unlinked account", func(string, string) error { return c.Unlink(ctx, "us_change", c.entry()) }, true, true, nil},
		{
			"removed", func(string, string) error { return c.RemoveUser(ctx, "us_change", c.accept) }, true, true,
			[]auth.UserState{{ID: "us_change", Barred: true}},
		},
	}
}

// familiesBeyond begins more sessions than a user may have.
func familiesBeyond(t *testing.T, c *changeFixture) {
	ctx := context.Background()
	require.NoError(t, c.AddUser(ctx, auth.User{ID: "us_change", Email: "change@usc.edu.co", Role: auth.Viewer, Login: auth.BySignOn, Created: begun}, testEntry))
	first, second := c.begin(t)
	for range (auth.MaxFamilies - 2) / 2 {
		c.begin(t)
	}
	c.at = c.at.Add(time.Second)
	c.requireChanges(t, "as many as may be", auth.Changes{})
	c.begin(t)
	c.requireChanges(t, "two more", auth.Changes{Families: []string{first, second}})
	require.NoError(t, c.RemoveUser(ctx, "us_change", c.accept))
	c.at = c.at.Add(time.Second)
}

// changedKeys changes a key's name and expiry, and removes it.
func changedKeys(t *testing.T, c *changeFixture) {
	ctx := context.Background()
	key := auth.Key{ID: "key_change", Role: auth.Device, Name: "Sala", Devices: []string{"ac-1"}, Created: begun}
	require.NoError(t, c.AddKey(ctx, key, []byte("secret change"), c.entry()))
	require.NoError(t, c.UseKey(ctx, key.ID, c.at, c.entry()))
	c.requireChanges(t, "added and used", auth.Changes{})
	c.at = c.at.Add(time.Second)
	key.Name, key.Expires, key.LastUsed = "Sala 2", c.at.Add(time.Hour), c.at.Add(-time.Second)
	_, err := c.ChangeKey(ctx, key.ID, func(k *auth.Key) auth.Entry {
		k.Name, k.Expires = key.Name, key.Expires
		return c.entry()
	})
	require.NoError(t, err)
	c.requireChanges(t, "changed", auth.Changes{Keys: []auth.KeyState{{ID: key.ID, Key: key}}})
	c.at = c.at.Add(time.Second)
	require.NoError(t, c.RemoveKey(ctx, key.ID, c.entry()))
	c.requireChanges(t, "removed", auth.Changes{Keys: []auth.KeyState{{ID: key.ID, Removed: true}}})
}

// undone checks that a change that is rolled back leaves no record.
func undone(t *testing.T, store Store) {
	c := newChangeFixture(t, store, changedFrom.Add(24*time.Hour))
	refused := errors.New("refused")
	c.begin(t)
	_, err := store.ChangeUser(context.Background(), "us_change", "", func(u *auth.User) (auth.Entry, error) {
		u.Disabled = true
		return auth.Entry{}, refused
	})
	require.ErrorIs(t, err, refused)
	require.ErrorIs(t, c.edit("", func(u *auth.User) { u.Role, u.Email = auth.Manager, firstAdmin(t, store).Email }), auth.ErrTaken)
	require.ErrorIs(t, store.RemoveKey(context.Background(), "key_none", c.entry()), auth.ErrNotFound)
	c.requireChanges(t, "nothing changed", auth.Changes{})
	require.NoError(t, store.RemoveUser(context.Background(), "us_change", c.accept))
}

// oldChanges deletes records that are older than an instant.
func oldChanges(t *testing.T, store Store) {
	ctx := context.Background()
	c := newChangeFixture(t, store, changedFrom.Add(48*time.Hour))
	require.NoError(t, c.edit("", func(u *auth.User) { u.Role = auth.Manager }))
	first, second := c.begin(t)
	require.NoError(t, store.End(ctx, first, c.entry()))
	c.at = c.at.Add(time.Millisecond)
	require.NoError(t, store.End(ctx, second, c.entry()))
	for swept := 1; swept > 0; {
		var err error
		swept, err = store.Sweep(ctx, auth.Expired{Changes: c.at}, 1)
		require.NoError(t, err)
	}
	got, err := store.ChangedSince(ctx, begun)
	require.NoError(t, err)
	require.Equal(t, auth.Changes{Families: []string{second}}, got)
	require.NoError(t, store.RemoveUser(ctx, "us_change", c.accept))
	_, err = store.Sweep(ctx, auth.Expired{Changes: c.at.Add(time.Hour)}, 100)
	require.NoError(t, err)
}
