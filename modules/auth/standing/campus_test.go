package standing_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	memoryauth "github.com/holotwin/holotwin/adapters/memory/auth"
	"github.com/holotwin/holotwin/modules/auth"
)

// campus is the module auth on a store in memory, as another process asks it, with a clock that the test sets.
type campus struct {
	store    *memoryauth.Store
	sessions *auth.Sessions
	accounts *auth.Accounts
	keys     *auth.Keys
	log      *auth.ChangeLog
	claims   map[string]auth.Claims
	now      time.Time
	ids      int
	// away makes auth answer nothing.
	away bool
	// asked counts the digests of UseKeys; meanwhile is called once while it is asked.
	asked     int
	meanwhile func()
}

var errAway = errors.New("auth does not answer")

func (c *campus) Now() time.Time { return c.now }

func (c *campus) newID(prefix string) string {
	c.ids++
	return fmt.Sprintf("%s_%d", prefix, c.ids)
}

func (c *campus) random(n int) []byte {
	c.ids++
	return fmt.Appendf(nil, "%0*d", n, c.ids)
}

// Hash returns "#" and the password.
func (c *campus) Hash(_ context.Context, password string) (string, error) { return "#" + password, nil }

func (c *campus) Matches(_ context.Context, hash, password string) (ok, stale bool, err error) {
	return hash == "#"+password, false, nil
}

// Sign returns the id of stored claims.
func (c *campus) Sign(claims auth.Claims) (string, error) {
	c.claims[claims.ID] = claims
	return claims.ID, nil
}

func (c *campus) Verify(token string) (auth.Claims, error) {
	claims, known := c.claims[token]
	if !known || !c.now.Before(claims.Expires) {
		return auth.Claims{}, auth.ErrToken
	}
	return claims, nil
}

// Within makes every space exist, side by side.
func (c *campus) Within(_ context.Context, outer, inner string) (bool, error) {
	return outer == "" || outer == inner, nil
}
func (c *campus) Unknown(context.Context, string, []string) ([]string, error) { return nil, nil }
func (c *campus) Zone(context.Context, ...string) (*time.Location, error)     { return time.UTC, nil }

// Changes implements standing.Source.
func (c *campus) Changes(ctx context.Context, since time.Time) (auth.Changes, error) {
	if c.away {
		return auth.Changes{}, errAway
	}
	return c.log.Since(ctx, since)
}

// UseKeys implements standing.Source.
func (c *campus) UseKeys(ctx context.Context, digests []auth.KeyDigest) (map[auth.KeyDigest]auth.Key, error) {
	if c.away {
		return nil, errAway
	}
	c.asked += len(digests)
	found, err := c.keys.Use(ctx, digests)
	if meanwhile := c.meanwhile; meanwhile != nil {
		c.meanwhile = nil
		meanwhile()
	}
	return found, err
}

const password = "una frase larga y propia"

// root manages the whole campus.
var root = auth.Actor{ID: "us_root", Role: auth.Admin}

// newCampus returns a campus with an administrator.
func newCampus() *campus {
	c := &campus{store: memoryauth.New(), now: time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC), claims: make(map[string]auth.Claims)}
	c.restart()
	if _, err := c.accounts.Bootstrap(context.Background(), "ana@usc.edu.co", password, auth.ForDemo); err != nil {
		panic(err)
	}
	return c
}

// restart starts auth again: it has no cached sessions.
func (c *campus) restart() {
	c.sessions = auth.NewSessions(auth.SessionsNeed{
		Users: c.store, Families: c.store, Hasher: c, Tokens: c, Throttle: c.store, Sweeper: c.store,
		Refusals: auth.NewRefusals(c.store, c), LoginLimit: 1_000_000, Clock: c, NewID: c.newID, Random: c.random,
	})
	c.accounts = auth.NewAccounts(auth.AccountsNeed{
		Users: c.store, Resets: c.store, Untested: c.store, Links: c.store, Spaces: c, Hasher: c, Clock: c,
		NewID: c.newID, Random: c.random, Changed: c.sessions.Forget,
	})
	c.keys = auth.NewKeys(c.store, c.accounts, nil, c)
	c.log = auth.NewChangeLog(c.store, c)
}

// user adds a viewer and logs them in.
func (c *campus) user(t require.TestingT) (user auth.User, token string) {
	email, given := c.newID("eva")+"@usc.edu.co", password
	user, err := c.accounts.Add(context.Background(), root, auth.UserEdit{Email: &email, Password: &given})
	require.NoError(t, err)
	return user, c.login(t, user).Access
}

func (c *campus) login(t require.TestingT, user auth.User) auth.Grant {
	granted, err := c.sessions.Login(context.Background(), auth.LoginForm{Email: user.Email, Password: password}, auth.Actor{Client: c.newID("net")})
	require.NoError(t, err)
	return granted
}

func (c *campus) edit(t require.TestingT, user auth.User, edit auth.UserEdit) {
	_, err := c.accounts.Change(context.Background(), root, user.ID, edit)
	require.NoError(t, err)
}
