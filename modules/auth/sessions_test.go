package auth_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	memoryauth "github.com/holotwin/holotwin/adapters/memory/auth"
	"github.com/holotwin/holotwin/modules/auth"
)

// campus is the auth module on a store in memory, with a clock that the test sets.
type campus struct {
	store    *memoryauth.Store
	sessions *auth.Sessions
	accounts *auth.Accounts
	factors  *auth.Factors
	tokens   plainTokens
	now      time.Time
	ids      int
}

func (c *campus) Now() time.Time { return c.now }

func (c *campus) newID(prefix string) string {
	c.ids++
	return fmt.Sprintf("%s_%d", prefix, c.ids)
}

func (c *campus) random(n int) []byte {
	c.ids++
	return fmt.Appendf(nil, "%0*d", n, c.ids)
}

// plainHasher's hash is "#" and the password.
type plainHasher struct{}

func (plainHasher) Hash(_ context.Context, password string) (string, error) {
	return "#" + password, nil
}

func (plainHasher) Matches(_ context.Context, hash, password string) (ok, stale bool, err error) {
	return hash == "#"+password, false, nil
}

// plainTokens are the ids of stored claims, and expire by the campus' clock.
type plainTokens struct {
	clock  auth.Clock
	claims map[string]auth.Claims
}

func (t plainTokens) Sign(c auth.Claims) (string, error) {
	t.claims[c.ID] = c
	return c.ID, nil
}

func (t plainTokens) Verify(token string) (auth.Claims, error) {
	c, known := t.claims[token]
	if !known || !t.clock.Now().Before(c.Expires) {
		return auth.Claims{}, auth.ErrToken
	}
	return c, nil
}

// everywhere is a campus with one space, which has every device.
type everywhere struct{}

func (everywhere) Within(_ context.Context, outer, inner string) (bool, error) {
	return outer == "" || outer == inner, nil
}
func (everywhere) Unknown(context.Context, string, []string) ([]string, error) { return nil, nil }

// Zone is five hours behind UTC.
func (everywhere) Zone(context.Context, ...string) (*time.Location, error) {
	return time.FixedZone("COT", -5*60*60), nil
}

const password = "una frase larga y propia"

// loginLimit is the maximum of failed logins per minute of an account from one network.
const loginLimit = 5

// newCampus returns a campus with an administrator, ana@usc.edu.co, whose id is us_1.
func newCampus() *campus {
	c := &campus{store: memoryauth.New(), now: time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)}
	c.tokens = plainTokens{clock: c, claims: make(map[string]auth.Claims)}
	c.begin(plainSealer{name: "key"})
	if _, err := c.accounts.Bootstrap(context.Background(), "ana@usc.edu.co", password, auth.ForWork); err != nil {
		panic(err)
	}
	return c
}

// begin builds the services, as at a start of the server.
func (c *campus) begin(sealer auth.Sealer) {
	c.factors = auth.NewFactors(auth.FactorsNeed{Store: c.store, Users: c.store, Sealer: sealer, Clock: c, Random: c.random})
	c.sessions = auth.NewSessions(auth.SessionsNeed{
		Users: c.store, Families: c.store, Hasher: plainHasher{}, Tokens: c.tokens, Throttle: c.store,
		Sweeper: c.store, Refusals: auth.NewRefusals(c.store, c), Factors: c.factors, LoginLimit: loginLimit, Clock: c, NewID: c.newID, Random: c.random,
	})
	c.accounts = auth.NewAccounts(auth.AccountsNeed{
		Users: c.store, Resets: c.store, Untested: c.store, Links: c.store, Factors: c.store, Spaces: everywhere{}, Hasher: plainHasher{}, Clock: c,
		NewID: c.newID, Random: c.random, Changed: c.sessions.Forget,
	})
}

func (c *campus) login() (auth.Grant, error) {
	return c.sessions.Login(context.Background(), auth.LoginForm{Email: "Ana@USC.edu.co ", Password: password}, auth.Actor{Client: "192.0.2.1"})
}

func ExampleSessions() {
	ctx, campus := context.Background(), newCampus()
	granted, _ := campus.sessions.Login(ctx, auth.LoginForm{Email: "ana@usc.edu.co", Password: password}, auth.Actor{Client: "192.0.2.1"})
	holder, _ := campus.sessions.Holder(ctx, granted.Access)
	fmt.Println("logged in as", holder.Email, "with the role", holder.Role)

	renewed, _ := campus.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
	_, _ = campus.sessions.Holder(ctx, renewed.Access) // so the answer has arrived
	_, err := campus.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
	fmt.Println("the same refresh token again:", err)
	_, err = campus.sessions.Holder(ctx, renewed.Access)
	fmt.Println("and its session:", err)
	// Output:
	// logged in as ana@usc.edu.co with the role admin
	// the same refresh token again: refresh token was already used
	// and its session: invalid token
}

func TestLogin(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		email, password string
		err             error
	}{
		"right":             {"ana@usc.edu.co", password, nil},
		"another case":      {" ANA@usc.edu.co", password, nil},
		"wrong password":    {"ana@usc.edu.co", password + "x", auth.ErrCredentials},
		"unknown user":      {"eva@usc.edu.co", password, auth.ErrCredentials},
		"disabled user":     {"off@usc.edu.co", password, auth.ErrCredentials},
		"user of a sign-on": {"sso@usc.edu.co", "", auth.ErrInvalid{Flaws: []auth.Flaw{{Field: "password", Rule: "required"}}}},
		"no address":        {"", password, auth.ErrInvalid{Flaws: []auth.Flaw{{Field: "email", Rule: "required"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			campus := newCampus()
			for _, u := range []auth.User{
				{ID: "us_off", Email: "off@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "#" + password, Disabled: true},
				{ID: "us_sso", Email: "sso@usc.edu.co", Role: auth.Viewer, Login: auth.BySignOn},
			} {
				require.NoError(t, campus.store.AddUser(ctx, u, auth.Entry{}))
			}
			granted, err := campus.sessions.Login(ctx, auth.LoginForm{Email: c.email, Password: c.password}, auth.Actor{Client: "192.0.2.1"})
			var invalid auth.ErrInvalid
			if errors.As(c.err, &invalid) {
				require.Equal(t, c.err, err)
				return
			}
			require.ErrorIs(t, err, c.err)
			if c.err == nil {
				require.Equal(t, "us_1", granted.User.ID)
				return
			}
			entries, err := campus.store.Entries(ctx, auth.AuditQuery{Action: auth.LoginRefused, Limit: 10})
			require.NoError(t, err)
			require.Len(t, entries, 1)
			require.Equal(t, c.email, entries[0].Target)
		})
	}
}

// TestGuessingIsSlowedDown uses up the failed logins of an account from one network. A try is available again after a few seconds.
func TestGuessingIsSlowedDown(t *testing.T) {
	ctx, campus := context.Background(), newCampus()
	guess := func(client string) error {
		_, err := campus.sessions.Login(ctx, auth.LoginForm{Email: "ana@usc.edu.co", Password: "guess"}, auth.Actor{Client: client})
		return err
	}
	for range loginLimit {
		require.ErrorIs(t, guess("192.0.2.1"), auth.ErrCredentials)
	}
	var throttled auth.ErrThrottled
	require.ErrorAs(t, guess("192.0.2.1"), &throttled)
	require.Equal(t, time.Minute/loginLimit, throttled.RetryAfter)
	_, err := campus.sessions.Login(ctx, auth.LoginForm{Email: "ana@usc.edu.co", Password: password}, auth.Actor{Client: "198.51.100.7"})
	require.NoError(t, err, "another network is not slowed down")
	campus.now = campus.now.Add(throttled.RetryAfter)
	_, err = campus.login()
	require.NoError(t, err)
}

// TestSessionsEnd checks the lifetime of a session, and the changes that end it.
func TestSessionsEnd(t *testing.T) {
	ctx := context.Background()
	yes, another := true, password+" dos"
	root := auth.Actor{ID: "us_root", Role: auth.Admin}
	for name, c := range map[string]struct {
		do func(c *campus, granted auth.Grant) error
		// access and refresh are the expected errors of the tokens afterwards.
		access, refresh error
	}{
		"nothing":             {do: func(*campus, auth.Grant) error { return nil }},
		"the access expires":  {do: func(c *campus, _ auth.Grant) error { c.now = c.now.Add(auth.AccessLife); return nil }, access: auth.ErrToken},
		"idle, but not long":  {do: func(c *campus, _ auth.Grant) error { c.now = c.now.Add(auth.IdleLife); return nil }, access: auth.ErrToken},
		"idle for too long":   {do: func(c *campus, _ auth.Grant) error { c.now = c.now.Add(auth.IdleLife + 1); return nil }, access: auth.ErrToken, refresh: auth.ErrToken},
		"logout":              {do: func(c *campus, g auth.Grant) error { return c.logout(g) }, access: auth.ErrToken, refresh: auth.ErrToken},
		"disabled":            {do: func(c *campus, _ auth.Grant) error { return c.change(root, auth.UserEdit{Disabled: &yes}) }, access: auth.ErrToken, refresh: auth.ErrToken},
		"another password":    {do: func(c *campus, _ auth.Grant) error { return c.change(root, auth.UserEdit{Password: &another}) }, access: auth.ErrToken, refresh: auth.ErrToken},
		"an own new password": {do: func(c *campus, g auth.Grant) error { return c.changeOwn(g, another) }},
		"removed":             {do: func(c *campus, _ auth.Grant) error { return c.accounts.Remove(ctx, root, "us_1") }, access: auth.ErrToken, refresh: auth.ErrToken},
	} {
		t.Run(name, func(t *testing.T) {
			campus := newCampus()
			require.NoError(t, campus.store.AddUser(ctx, auth.User{ID: "us_root", Email: "root@usc.edu.co", Role: auth.Admin}, auth.Entry{}))
			granted, err := campus.login()
			require.NoError(t, err)
			_, err = campus.sessions.Holder(ctx, granted.Access)
			require.NoError(t, err)
			require.NoError(t, c.do(campus, granted))
			_, err = campus.sessions.Holder(ctx, granted.Access)
			require.ErrorIs(t, err, c.access)
			_, err = campus.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
			require.ErrorIs(t, err, c.refresh)
		})
	}
}

func (c *campus) logout(g auth.Grant) error {
	holder, err := c.sessions.Holder(context.Background(), g.Access)
	if err != nil {
		return err
	}
	return c.sessions.Logout(context.Background(), auth.Actor{ID: holder.ID}, holder.Family)
}

func (c *campus) change(actor auth.Actor, edit auth.UserEdit) error {
	_, err := c.accounts.Change(context.Background(), actor, "us_1", edit)
	return err
}

func (c *campus) changeOwn(g auth.Grant, next string) error {
	holder, err := c.sessions.Holder(context.Background(), g.Access)
	if err != nil {
		return err
	}
	return c.sessions.ChangePassword(context.Background(), auth.Actor{ID: holder.ID}, holder.Family, password, next)
}

// TestASessionEndsAfterSessionLife refreshes every day: after SessionLife the user must log in again.
func TestASessionEndsAfterSessionLife(t *testing.T) {
	campus := newCampus()
	granted, err := campus.login()
	require.NoError(t, err)
	begun := campus.now
	for campus.now.Sub(begun) <= auth.SessionLife {
		granted, err = campus.sessions.Refresh(context.Background(), granted.Refresh, auth.Actor{})
		require.NoError(t, err)
		campus.now = campus.now.Add(24 * time.Hour)
	}
	_, err = campus.sessions.Refresh(context.Background(), granted.Refresh, auth.Actor{})
	require.ErrorIs(t, err, auth.ErrToken)
}

// session is the expected state of a session.
type session struct {
	access, refresh string
	spent           []string
	begun, used     time.Time
	issued          time.Time
	ended           bool
}

func (s *session) refreshes(now time.Time) bool {
	return !s.ended && now.Sub(s.used) <= auth.IdleLife && now.Sub(s.begun) <= auth.SessionLife
}

// TestSessionsFollowTheirRules makes random calls in random order: each token is accepted exactly when the rules say so.
func TestSessionsFollowTheirRules(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		campus := newCampus()
		var all []*session
		pick := func(t *rapid.T) *session {
			if len(all) == 0 {
				t.Skip("no session")
			}
			return rapid.SampledFrom(all).Draw(t, "session")
		}
		t.Repeat(map[string]func(*rapid.T){
			"log in": func(t *rapid.T) {
				granted, err := campus.login()
				require.NoError(t, err)
				all = append(all, &session{access: granted.Access, refresh: granted.Refresh, begun: campus.now, used: campus.now, issued: campus.now})
			},
			"refresh": func(t *rapid.T) {
				s := pick(t)
				granted, err := campus.sessions.Refresh(ctx, s.refresh, auth.Actor{})
				if !s.refreshes(campus.now) {
					require.ErrorIs(t, err, auth.ErrToken)
					return
				}
				require.NoError(t, err)
				s.spent = append(s.spent, s.refresh)
				s.access, s.refresh, s.used, s.issued = granted.Access, granted.Refresh, campus.now, campus.now
			},
			"refresh with a spent token": func(t *rapid.T) {
				s := pick(t)
				if len(s.spent) == 0 {
					t.Skip("none is spent")
				}
				_, err := campus.sessions.Refresh(ctx, rapid.SampledFrom(s.spent).Draw(t, "spent"), auth.Actor{})
				if !s.refreshes(campus.now) {
					require.ErrorIs(t, err, auth.ErrToken)
					return
				}
				require.ErrorIs(t, err, auth.ErrTokenReused, "a second use of a refresh token")
				s.ended = true
			},
			"log out": func(t *rapid.T) {
				s := pick(t)
				if campus.logout(auth.Grant{Access: s.access}) == nil {
					s.ended = true
				}
			},
			"wait": func(t *rapid.T) {
				campus.now = campus.now.Add(time.Duration(rapid.IntRange(1, 80).Draw(t, "hours")) * time.Hour)
			},
			"": func(t *rapid.T) {
				for _, s := range all {
					holder, err := campus.sessions.Holder(ctx, s.access)
					if s.ended || campus.now.Sub(s.issued) >= auth.AccessLife || campus.now.Sub(s.begun) > auth.SessionLife {
						require.ErrorIs(t, err, auth.ErrToken)
						continue
					}
					require.NoError(t, err)
					require.Equal(t, "us_1", holder.ID)
				}
			},
		})
	})
}

// TestThePublishedPasswordIsRemoved removes the published password from users who have it, and no other password.
func TestThePublishedPasswordIsRemoved(t *testing.T) {
	ctx, campus := context.Background(), newCampus()
	for id, hash := range map[string]string{"us_own": "#" + password, "us_published": "#nobody has this password", "us_stranger": "#chosen by a stranger"} {
		require.NoError(t, campus.store.AddUser(ctx, auth.User{ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: hash}, auth.Entry{}))
		require.NoError(t, campus.store.AddUntested(id, id == "us_stranger"))
	}
	removed, err := campus.accounts.RemovePublishedPasswords(ctx)
	require.NoError(t, err)
	require.Equal(t, 2, removed)
	for id, keeps := range map[string]bool{"us_own": true, "us_published": false, "us_stranger": false} {
		user, _, err := campus.store.User(ctx, id)
		require.NoError(t, err)
		require.Equal(t, keeps, user.PasswordHash != "", id)
	}
	removed, err = campus.accounts.RemovePublishedPasswords(ctx)
	require.NoError(t, err)
	require.Zero(t, removed, "each is tested once")
}
