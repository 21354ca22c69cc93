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

// fixture is a store with the use cases on it. Its hasher can run another change during its work.
type fixture struct {
	Store
	accounts *auth.Accounts
	sessions *auth.Sessions
	hasher   *slowHasher
	ids      atomic.Int64
	// begun are the families that began since the last call of openSessions.
	begun []string
}

// Begin records the families that began.
func (c *fixture) Begin(ctx context.Context, family auth.Family, token []byte, check auth.UserCheck) error {
	err := c.Store.Begin(ctx, family, token, check)
	if err == nil {
		c.begun = append(c.begun, family.ID)
	}
	return err
}

// openSessions counts the recorded sessions that have not ended.
func (c *fixture) openSessions(t *testing.T) (n int) {
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

// resetLink creates a reset link for a user.
func (c *fixture) resetLink(t *testing.T, id string) string {
	t.Helper()
	token, _, err := c.accounts.ResetToken(context.Background(), root, id)
	require.NoError(t, err)
	return token
}

// slowHasher's hash is "#" and the password. It calls during once.
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

// Matches reports a hash with "##" as stale.
func (h *slowHasher) Matches(_ context.Context, hash, password string) (ok, stale bool, err error) {
	h.busy()
	return strings.TrimLeft(hash, "#") == password, strings.HasPrefix(hash, "##"), nil
}

// plainTokens are not signed: a token is the family's id.
type plainTokens struct{}

func (plainTokens) Sign(c auth.Claims) (string, error) { return c.Family, nil }
func (plainTokens) Verify(family string) (auth.Claims, error) {
	return auth.Claims{Family: family}, nil
}

// twoBuildings are two buildings, sp_a and sp_b.
type twoBuildings struct{}

func (twoBuildings) Within(_ context.Context, outer, inner string) (bool, error) {
	return (inner == "sp_a" || inner == "sp_b") && (outer == "" || outer == inner), nil
}

func (twoBuildings) Unknown(_ context.Context, _ string, devices []string) ([]string, error) {
	return devices, nil
}

func (twoBuildings) Zone(context.Context, ...string) (*time.Location, error) { return time.UTC, nil }

type fixedClock struct{}

func (fixedClock) Now() time.Time { return begun }

func newFixture(store Store) *fixture {
	c := &fixture{Store: store, hasher: &slowHasher{}}
	newID := func(prefix string) string { return fmt.Sprintf("%s_campus_%d", prefix, c.ids.Add(1)) }
	random := func(n int) []byte { return fmt.Appendf(nil, "%0*d", n, c.ids.Add(1)) }
	c.sessions = auth.NewSessions(auth.SessionsNeed{
		Users: store, Families: c, Hasher: c.hasher, Tokens: plainTokens{}, Throttle: store, Sweeper: store, Refusals: auth.NewRefusals(store, fixedClock{}), LoginLimit: 1000,
		Clock: fixedClock{}, NewID: newID, Random: random,
	})
	c.accounts = auth.NewAccounts(auth.AccountsNeed{
		Users: store, Resets: store, Untested: store, Spaces: twoBuildings{}, Hasher: c.hasher, Clock: fixedClock{}, NewID: newID, Random: random, Changed: c.sessions.Forget,
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

// raceCase is a slow operation on a user, during which the user is changed.
type raceCase struct {
	name string
	slow func(c *fixture, id, link string) error
	// meanwhile is the change; if removed is set the user is removed instead.
	meanwhile auth.UserEdit
	removed   bool
	// stale is set if the user's hash should be renewed.
	stale bool
	err   error
	// want holds the expected Disabled, Role, Space and PasswordHash of the user at the end.
	want auth.User
}

func passwordEdit(password string) auth.UserEdit { return auth.UserEdit{Password: &password} }

// expectedUser returns the expected user: the one at the start, changed by differ.
func expectedUser(differ func(u *auth.User)) auth.User {
	u := auth.User{Role: auth.Viewer, Space: "sp_a", PasswordHash: "#" + firstPassword}
	differ(&u)
	return u
}

func raceCases() []raceCase {
	yes, manager, elsewhere := true, auth.Manager, "sp_b"
	disable, promote, move := auth.UserEdit{Disabled: &yes}, auth.UserEdit{Role: &manager}, auth.UserEdit{Space: &elsewhere}
	give := func(c *fixture, id, _ string) error {
		_, err := c.accounts.Change(context.Background(), root, id, passwordEdit(otherPassword))
		return err
	}
	limited := func(c *fixture, id, _ string) error {
		_, err := c.accounts.Change(context.Background(), auth.Actor{Role: auth.Admin, Space: "sp_a"}, id, passwordEdit(otherPassword))
		return err
	}
	own := func(c *fixture, id, _ string) error {
		return c.sessions.ChangePassword(context.Background(), auth.Actor{ID: id}, "fm_"+id, firstPassword, otherPassword)
	}
	byLink := func(c *fixture, _, link string) error {
		return c.accounts.Reset(context.Background(), auth.Actor{}, link, otherPassword)
	}
	login := func(c *fixture, id, _ string) error {
		_, err := c.sessions.Login(context.Background(), auth.LoginForm{Email: id + "@usc.edu.co", Password: firstPassword}, auth.Actor{})
		return err
	}
	disabled := expectedUser(func(u *auth.User) { u.Disabled = true })
	third := expectedUser(func(u *auth.User) { u.PasswordHash = "#" + thirdPassword })
	another := passwordEdit(thirdPassword)
	return []raceCase{
		{name: "password, disabled", slow: give, meanwhile: disable, want: expectedUser(func(u *auth.User) { u.Disabled, u.PasswordHash = true, "#"+otherPassword })},
		{name: "password, role", slow: give, meanwhile: promote, want: expectedUser(func(u *auth.User) { u.Role, u.PasswordHash = auth.Manager, "#"+otherPassword })},
		{name: "password, space", slow: give, meanwhile: move, want: expectedUser(func(u *auth.User) { u.Space, u.PasswordHash = "sp_b", "#"+otherPassword })},
		{name: "password, removed", slow: give, removed: true, err: auth.ErrNotFound},
		{name: "password of a limited administrator, moved away", slow: limited, meanwhile: move, err: auth.ErrNotFound, want: expectedUser(func(u *auth.User) { u.Space = "sp_b" })},
		{name: "own password, disabled", slow: own, meanwhile: disable, err: auth.ErrCredentials, want: disabled},
		{name: "own password, another given", slow: own, meanwhile: another, err: auth.ErrCredentials, want: third},
		{name: "own password, role", slow: own, meanwhile: promote, want: expectedUser(func(u *auth.User) { u.Role, u.PasswordHash = auth.Manager, "#"+otherPassword })},
		{name: "link, disabled", slow: byLink, meanwhile: disable, err: auth.ErrToken, want: disabled},
		{name: "link, another given", slow: byLink, meanwhile: another, err: auth.ErrToken, want: third},
		{name: "link, removed", slow: byLink, removed: true, err: auth.ErrToken},
		{name: "login, disabled", slow: login, meanwhile: disable, err: auth.ErrCredentials, want: disabled},
		{name: "login, another given", slow: login, meanwhile: another, err: auth.ErrCredentials, want: third},
		{name: "login, removed", slow: login, removed: true, err: auth.ErrCredentials},
		{name: "login with an old hash, another given", slow: login, stale: true, meanwhile: another, err: auth.ErrCredentials, want: third},
		{name: "login with an old hash, role", slow: login, stale: true, meanwhile: promote, want: expectedUser(func(u *auth.User) { u.Role = auth.Manager })},
	}
}

// changeDuring changes a user during a slow operation on them: the change that was confirmed first is not lost.
func changeDuring(t *testing.T, store Store) {
	ctx := context.Background()
	c := newFixture(store)
	for i, s := range raceCases() {
		t.Run(s.name, func(t *testing.T) {
			id := fmt.Sprintf("us_mid_%d", i)
			hash := "#" + firstPassword
			if s.stale {
				hash = "#" + hash
			}
			require.NoError(t, store.AddUser(ctx, auth.User{
				ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Space: "sp_a", Login: auth.ByPassword, PasswordHash: hash, Created: begun,
			}, testEntry))
			link := c.resetLink(t, id)
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
			require.Equal(t, s.want, auth.User{Disabled: is.Disabled, Role: is.Role, Space: is.Space, PasswordHash: is.PasswordHash})
			if s.err != nil {
				require.Zero(t, c.openSessions(t), "no session may stay open after a refused login")
			}
			if found {
				require.NoError(t, store.RemoveUser(ctx, id, acceptAll))
			}
		})
	}
}

// linksEnd checks that reset links become invalid when the password changes or the user is disabled or removed.
func linksEnd(t *testing.T, store Store) {
	ctx := context.Background()
	c := newFixture(store)
	const id = "us_links"
	require.NoError(t, store.AddUser(ctx, auth.User{
		ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "#" + firstPassword, Created: begun,
	}, testEntry))
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
		{"another link, which was used", func() error { return c.accounts.Reset(ctx, auth.Actor{}, c.resetLink(t, id), otherPassword) }, false},
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
		link := c.resetLink(t, id)
		require.NoError(t, s.do(), s.name)
		err := c.accounts.Reset(ctx, auth.Actor{}, link, thirdPassword)
		if s.good {
			require.NoError(t, err, s.name)
			continue
		}
		require.ErrorIs(t, err, auth.ErrToken, s.name)
	}
}

// editedFieldsOnly changes a user whose space no longer exists: only edited fields are checked.
func editedFieldsOnly(t *testing.T, store Store) {
	ctx := context.Background()
	c := newFixture(store)
	const id = "us_gone"
	require.NoError(t, store.AddUser(ctx, auth.User{
		ID: id, Email: id + "@usc.edu.co", Role: auth.Manager, Space: "sp_gone", Login: auth.BySignOn, Created: begun,
	}, testEntry))
	yes, viewer, there, nowhere, password := true, auth.Viewer, "sp_a", "sp_none", firstPassword
	for _, edit := range []auth.UserEdit{{Disabled: &yes}, {Role: &viewer}, {Password: &password}} {
		is, err := c.accounts.Change(ctx, root, id, edit)
		require.NoError(t, err)
		require.Equal(t, "sp_gone", is.Space)
	}
	limited := auth.Actor{Role: auth.Admin, Space: "sp_a"}
	_, err := c.accounts.Change(ctx, limited, id, auth.UserEdit{Disabled: &yes})
	require.ErrorIs(t, err, auth.ErrNotFound, "a removed space lies in no part of the campus")
	require.ErrorIs(t, c.accounts.Remove(ctx, limited, id), auth.ErrNotFound)
	_, err = c.accounts.Change(ctx, root, id, auth.UserEdit{Space: &nowhere})
	require.ErrorAs(t, err, &auth.ErrInvalid{})
	is, err := c.accounts.Change(ctx, root, id, auth.UserEdit{Space: &there})
	require.NoError(t, err)
	require.Equal(t, auth.User{
		ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Space: "sp_a", Disabled: true, Login: auth.ByPassword, PasswordHash: "#" + firstPassword, Created: begun,
	}, is)
	require.NoError(t, c.accounts.Remove(ctx, limited, id))

	homeless := auth.Actor{Role: auth.Admin, Space: "sp_gone"} // an administrator of a removed space manages nothing
	email := "x@usc.edu.co"
	for _, space := range []string{"", "sp_a", "sp_gone"} {
		_, err = c.accounts.Add(ctx, homeless, auth.UserEdit{Email: &email, Password: &password, Space: &space})
		require.ErrorAs(t, err, &auth.ErrInvalid{}, space)
		_, _, err = auth.NewKeys(store, c.accounts, nil, fixedClock{}).Add(ctx, homeless, auth.KeyEdit{Name: "x", Space: space})
		require.ErrorAs(t, err, &auth.ErrInvalid{}, space)
	}
	users, err := c.accounts.List(ctx, homeless, "", 10)
	require.NoError(t, err)
	require.Empty(t, users)
}
