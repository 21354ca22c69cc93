package authtest

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// campus is a store with the use cases on it, whose hasher does something else in the middle of its work.
type campus struct {
	Store
	accounts *auth.Accounts
	sessions *auth.Sessions
	hasher   *slowHasher
	ids      atomic.Int64
	// begun are the families that began since they were looked at.
	begun []string
}

// Begin remembers what began.
func (c *campus) Begin(ctx context.Context, family auth.Family, token []byte, check auth.UserCheck) error {
	err := c.Store.Begin(ctx, family, token, check)
	if err == nil {
		c.begun = append(c.begun, family.ID)
	}
	return err
}

// living counts the sessions that began and let in still.
func (c *campus) living(t *testing.T) (n int) {
	t.Helper()
	for _, id := range c.begun {
		family, _, found, err := c.Standing(context.Background(), id)
		require.NoError(t, err)
		if found && !family.Ended {
			n++
		}
	}
	c.begun = nil
	return n
}

// link gives a user a link to another password.
func (c *campus) link(t *testing.T, id string) string {
	t.Helper()
	token, _, err := c.accounts.ResetToken(context.Background(), root, id)
	require.NoError(t, err)
	return token
}

// slowHasher's hash of a password is the password, with a sign before it.
type slowHasher struct{ during func() }

func (h *slowHasher) busy() {
	if during := h.during; during != nil {
		h.during = nil
		during()
	}
}

func (h *slowHasher) Hash(_ context.Context, password string) (string, error) {
	h.busy()
	return "#" + password, nil
}

// Matches takes a hash with two signs for one that should be made anew.
func (h *slowHasher) Matches(_ context.Context, hash, password string) (ok, stale bool, err error) {
	h.busy()
	return strings.TrimLeft(hash, "#") == password, strings.HasPrefix(hash, "##"), nil
}

// plainTokens are signed by nobody.
type plainTokens struct{}

func (plainTokens) Sign(c auth.Claims) (string, error) { return c.Family, nil }
func (plainTokens) Verify(family string) (auth.Claims, error) {
	return auth.Claims{Family: family}, nil
}

// rooms are two buildings, sp_a and sp_b.
type rooms struct{}

func (rooms) Within(_ context.Context, outer, inner string) (bool, error) {
	return (inner == "sp_a" || inner == "sp_b") && (outer == "" || outer == inner), nil
}

func (rooms) Unknown(_ context.Context, _ string, devices []string) ([]string, error) {
	return devices, nil
}

type stopped struct{}

func (stopped) Now() time.Time { return begun }

func newCampus(store Store) *campus {
	c := &campus{Store: store, hasher: &slowHasher{}}
	newID := func(prefix string) string { return fmt.Sprintf("%s_campus_%d", prefix, c.ids.Add(1)) }
	random := func(n int) []byte { return fmt.Appendf(nil, "%0*d", n, c.ids.Add(1)) }
	c.sessions = auth.NewSessions(auth.SessionsNeed{
		Users: store, Families: c, Hasher: c.hasher, Tokens: plainTokens{}, Throttle: store, Sweeper: store, Refusals: auth.NewRefusals(store, stopped{}), LoginLimit: 1000,
		Clock: stopped{}, NewID: newID, Random: random,
	})
	c.accounts = auth.NewAccounts(auth.AccountsNeed{
		Users: store, Resets: store, Untested: store, Spaces: rooms{}, Hasher: c.hasher, Clock: stopped{}, NewID: newID, Random: random, Changed: c.sessions.Forget,
	})
	return c
}

const (
	firstPassword = "una-frase-larga-1"
	otherPassword = "una-frase-larga-2"
	thirdPassword = "una-frase-larga-3"
)

// root manages the whole campus.
var root = auth.Actor{ID: "us_root", Role: auth.Admin}

// scene is something that takes long, in the middle of which a user is changed.
type scene struct {
	name string
	slow func(c *campus, id, link string) error
	// meanwhile is the change; removed takes its place.
	meanwhile auth.UserEdit
	removed   bool
	// stale gives the user a hash that should be made anew.
	stale bool
	err   error
	// is what the user has become: Disabled, Role, Space and PasswordHash.
	is auth.User
}

func passwordEdit(password string) auth.UserEdit { return auth.UserEdit{Password: &password} }

// become is a user of a scene with what differs from the one at its start.
func become(differ func(u *auth.User)) auth.User {
	u := auth.User{Role: auth.Viewer, Space: "sp_a", PasswordHash: "#" + firstPassword}
	differ(&u)
	return u
}

func scenes() []scene {
	yes, manager, elsewhere := true, auth.Manager, "sp_b"
	disable, promote, move := auth.UserEdit{Disabled: &yes}, auth.UserEdit{Role: &manager}, auth.UserEdit{Space: &elsewhere}
	give := func(c *campus, id, _ string) error {
		_, err := c.accounts.Change(context.Background(), root, id, passwordEdit(otherPassword))
		return err
	}
	limited := func(c *campus, id, _ string) error {
		_, err := c.accounts.Change(context.Background(), auth.Actor{Role: auth.Admin, Space: "sp_a"}, id, passwordEdit(otherPassword))
		return err
	}
	own := func(c *campus, id, _ string) error {
		return c.sessions.ChangePassword(context.Background(), auth.Actor{ID: id}, "fm_"+id, firstPassword, otherPassword)
	}
	byLink := func(c *campus, _, link string) error {
		return c.accounts.Reset(context.Background(), auth.Actor{}, link, otherPassword)
	}
	login := func(c *campus, id, _ string) error {
		_, err := c.sessions.Login(context.Background(), id+"@usc.edu.co", firstPassword, auth.Actor{})
		return err
	}
	disabled := become(func(u *auth.User) { u.Disabled = true })
	third := become(func(u *auth.User) { u.PasswordHash = "#" + thirdPassword })
	another := passwordEdit(thirdPassword)
	return []scene{
		{name: "password, disabled", slow: give, meanwhile: disable, is: become(func(u *auth.User) { u.Disabled, u.PasswordHash = true, "#"+otherPassword })},
		{name: "password, role", slow: give, meanwhile: promote, is: become(func(u *auth.User) { u.Role, u.PasswordHash = auth.Manager, "#"+otherPassword })},
		{name: "password, space", slow: give, meanwhile: move, is: become(func(u *auth.User) { u.Space, u.PasswordHash = "sp_b", "#"+otherPassword })},
		{name: "password, removed", slow: give, removed: true, err: auth.ErrNotFound},
		{name: "password of a limited administrator, moved away", slow: limited, meanwhile: move, err: auth.ErrNotFound, is: become(func(u *auth.User) { u.Space = "sp_b" })},
		{name: "own password, disabled", slow: own, meanwhile: disable, err: auth.ErrCredentials, is: disabled},
		{name: "own password, another given", slow: own, meanwhile: another, err: auth.ErrCredentials, is: third},
		{name: "own password, role", slow: own, meanwhile: promote, is: become(func(u *auth.User) { u.Role, u.PasswordHash = auth.Manager, "#"+otherPassword })},
		{name: "link, disabled", slow: byLink, meanwhile: disable, err: auth.ErrToken, is: disabled},
		{name: "link, another given", slow: byLink, meanwhile: another, err: auth.ErrToken, is: third},
		{name: "link, removed", slow: byLink, removed: true, err: auth.ErrToken},
		{name: "login, disabled", slow: login, meanwhile: disable, err: auth.ErrCredentials, is: disabled},
		{name: "login, another given", slow: login, meanwhile: another, err: auth.ErrCredentials, is: third},
		{name: "login, removed", slow: login, removed: true, err: auth.ErrCredentials},
		{name: "login with an old hash, another given", slow: login, stale: true, meanwhile: another, err: auth.ErrCredentials, is: third},
		{name: "login with an old hash, role", slow: login, stale: true, meanwhile: promote, is: become(func(u *auth.User) { u.Role = auth.Manager })},
	}
}

// inTheMiddle changes a user while something that takes long is done to the same: what was answered first holds.
func inTheMiddle(t *testing.T, store Store) {
	ctx := context.Background()
	c := newCampus(store)
	for i, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			id := fmt.Sprintf("us_mid_%d", i)
			hash := "#" + firstPassword
			if s.stale {
				hash = "#" + hash
			}
			require.NoError(t, store.AddUser(ctx, auth.User{
				ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Space: "sp_a", Login: auth.ByPassword, PasswordHash: hash, Created: begun,
			}, noted))
			link := c.link(t, id)
			c.hasher.during = func() {
				if s.removed {
					require.NoError(t, c.accounts.Remove(ctx, root, id))
					return
				}
				_, err := c.accounts.Change(ctx, root, id, s.meanwhile)
				require.NoError(t, err)
			}
			err := s.slow(c, id, link)
			require.ErrorIs(t, err, s.err)
			require.Equal(t, s.err == nil, err == nil)
			is, found, err := store.User(ctx, id)
			require.NoError(t, err)
			require.Equal(t, !s.removed, found)
			require.Equal(t, s.is, auth.User{Disabled: is.Disabled, Role: is.Role, Space: is.Space, PasswordHash: is.PasswordHash})
			if s.err != nil {
				require.Zero(t, c.living(t), "a session that began in the middle is one of what was before")
			}
			if found {
				require.NoError(t, store.RemoveUser(ctx, id, noting))
			}
		})
	}
}

// linksEnd gives links to another password, which end with the password and with the user's way in.
func linksEnd(t *testing.T, store Store) {
	ctx := context.Background()
	c := newCampus(store)
	const id = "us_links"
	require.NoError(t, store.AddUser(ctx, auth.User{
		ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "#" + firstPassword, Created: begun,
	}, noted))
	change := func(edit auth.UserEdit) func() error {
		return func() error {
			_, err := c.accounts.Change(ctx, root, id, edit)
			return err
		}
	}
	given, yes, no, manager := firstPassword, true, false, auth.Manager
	for _, s := range []struct {
		name string
		do   func() error
		good bool
	}{
		{"another role", change(auth.UserEdit{Role: &manager}), true},
		{"another link, which was used", func() error { return c.accounts.Reset(ctx, auth.Actor{}, c.link(t, id), otherPassword) }, false},
		{"an administrator's password", change(auth.UserEdit{Password: &given}), false},
		{"an own password", func() error {
			return c.sessions.ChangePassword(ctx, auth.Actor{ID: id}, "", firstPassword, otherPassword)
		}, false},
		{"disabled, and enabled", func() error {
			if err := change(auth.UserEdit{Disabled: &yes})(); err != nil {
				return err
			}
			return change(auth.UserEdit{Disabled: &no})()
		}, false},
		{"removed", func() error { return c.accounts.Remove(ctx, root, id) }, false},
	} {
		link := c.link(t, id)
		require.NoError(t, s.do(), s.name)
		err := c.accounts.Reset(ctx, auth.Actor{}, link, thirdPassword)
		if s.good {
			require.NoError(t, err, s.name)
			continue
		}
		require.ErrorIs(t, err, auth.ErrToken, s.name)
	}
}

// onlyWhatIsEdited changes a user whose space is gone: what is not edited is not looked at.
func onlyWhatIsEdited(t *testing.T, store Store) {
	ctx := context.Background()
	c := newCampus(store)
	const id = "us_gone"
	require.NoError(t, store.AddUser(ctx, auth.User{
		ID: id, Email: id + "@usc.edu.co", Role: auth.Manager, Space: "sp_gone", Login: auth.BySignOn, Created: begun,
	}, noted))
	yes, viewer, there, nowhere, password := true, auth.Viewer, "sp_a", "sp_none", firstPassword
	for _, edit := range []auth.UserEdit{{Disabled: &yes}, {Role: &viewer}, {Password: &password}} {
		is, err := c.accounts.Change(ctx, root, id, edit)
		require.NoError(t, err)
		require.Equal(t, "sp_gone", is.Space)
	}
	limited := auth.Actor{Role: auth.Admin, Space: "sp_a"}
	_, err := c.accounts.Change(ctx, limited, id, auth.UserEdit{Disabled: &yes})
	require.ErrorIs(t, err, auth.ErrNotFound, "what is gone lies in no part of the campus")
	require.ErrorIs(t, c.accounts.Remove(ctx, limited, id), auth.ErrNotFound)
	_, err = c.accounts.Change(ctx, root, id, auth.UserEdit{Space: &nowhere})
	require.ErrorAs(t, err, &auth.ErrInvalid{})
	is, err := c.accounts.Change(ctx, root, id, auth.UserEdit{Space: &there})
	require.NoError(t, err)
	require.Equal(t, auth.User{
		ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Space: "sp_a", Disabled: true, Login: auth.ByPassword, PasswordHash: "#" + firstPassword, Created: begun,
	}, is)
	require.NoError(t, c.accounts.Remove(ctx, limited, id))

	homeless := auth.Actor{Role: auth.Admin, Space: "sp_gone"} // an administrator of what is gone manages nothing
	email := "x@usc.edu.co"
	for _, space := range []string{"", "sp_a", "sp_gone"} {
		_, err = c.accounts.Add(ctx, homeless, auth.UserEdit{Email: &email, Password: &password, Space: &space})
		require.ErrorAs(t, err, &auth.ErrInvalid{}, space)
		_, _, err = auth.NewKeys(store, c.accounts, stopped{}).Add(ctx, homeless, auth.KeyEdit{Name: "x", Space: space})
		require.ErrorAs(t, err, &auth.ErrInvalid{}, space)
	}
	users, err := c.accounts.List(ctx, homeless, "", 10)
	require.NoError(t, err)
	require.Empty(t, users)
}
