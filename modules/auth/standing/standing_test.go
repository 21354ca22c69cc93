package standing_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	memoryauth "github.com/holotwin/holotwin/adapters/memory/auth"
	memorystanding "github.com/holotwin/holotwin/adapters/memory/auth/standing"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
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
	granted, err := c.sessions.Login(context.Background(), user.Email, password, auth.Actor{Client: c.newID("net")})
	require.NoError(t, err)
	return granted
}

func (c *campus) edit(t require.TestingT, user auth.User, edit auth.UserEdit) {
	_, err := c.accounts.Change(context.Background(), root, user.ID, edit)
	require.NoError(t, err)
}

// process is a process without auth.
type process struct {
	*standing.Verifier
	campus *campus
	source standing.Source
	store  *memorystanding.Store
}

func newProcess(c *campus) *process {
	p := &process{campus: c, source: c, store: memorystanding.New()}
	p.restart()
	return p
}

func (p *process) restart() { p.Verifier = standing.New(p.campus, p.source, p.store, p.campus) }

// pull waits a second and pulls.
func (p *process) pull(t require.TestingT) {
	p.campus.now = p.campus.now.Add(time.Second)
	require.NoError(t, p.Pull(context.Background()))
}

func (p *process) requireHolder(t require.TestingT, token string, want error) auth.Holder {
	holder, err := p.Holder(context.Background(), token)
	require.ErrorIs(t, err, want)
	require.Equal(t, want == nil, err == nil)
	return holder
}

func (p *process) requireKey(t require.TestingT, secret string, want error) auth.Key {
	key, err := p.KeyHolder(context.Background(), secret)
	require.ErrorIs(t, err, want)
	require.Equal(t, want == nil, err == nil)
	return key
}

func TestBeforeTheFirstPullNothingIsDecided(t *testing.T) {
	c := newCampus()
	p := newProcess(c)
	user, token := c.user(t)
	require.NoError(t, p.Load(context.Background()))
	p.requireHolder(t, token, standing.ErrUndecided)
	p.requireHolder(t, "forged", auth.ErrToken)
	c.away = true
	require.ErrorIs(t, p.Pull(context.Background()), errAway)
	p.requireHolder(t, token, standing.ErrUndecided)
	c.away = false
	p.pull(t)
	claims := c.claims[token]
	require.Equal(t, auth.Holder{User: auth.User{ID: user.ID, Role: auth.Viewer}, Family: claims.Family, TokenID: claims.ID}, p.requireHolder(t, token, nil))
	c.now = claims.Expires
	p.requireHolder(t, token, auth.ErrToken)
}

// TestWhatChangesIsKnownAfterAPull also restarts the process, with auth away.
func TestWhatChangesIsKnownAfterAPull(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	p := newProcess(c)
	manager, space, yes, no, other := auth.Manager, "sp_1", true, false, "otra frase larga y propia"
	logout := func(user auth.User, token string) {
		require.NoError(t, c.sessions.Logout(ctx, auth.Actor{ID: user.ID}, c.claims[token].Family))
	}
	edits := func(edits ...auth.UserEdit) func(auth.User, string) {
		return func(user auth.User, _ string) {
			for _, edit := range edits {
				c.edit(t, user, edit)
			}
		}
	}
	for _, s := range []struct {
		name   string
		change func(user auth.User, token string)
		want   error
		role   auth.Role
		space  string
	}{
		{"a logout", logout, auth.ErrToken, "", ""},
		{"another role and space", edits(auth.UserEdit{Role: &manager, Space: &space}), nil, auth.Manager, "sp_1"},
		{"disabled", edits(auth.UserEdit{Disabled: &yes}), auth.ErrToken, "", ""},
		{"disabled, and enabled", edits(auth.UserEdit{Disabled: &yes}, auth.UserEdit{Disabled: &no}), auth.ErrToken, "", ""},
		{"another password", edits(auth.UserEdit{Password: &other}), auth.ErrToken, "", ""},
		{"removed", func(user auth.User, _ string) { require.NoError(t, c.accounts.Remove(ctx, root, user.ID)) }, auth.ErrToken, "", ""},
	} {
		t.Run(s.name, func(t *testing.T) {
			user, token := c.user(t)
			_, unchanged := c.user(t)
			p.pull(t)
			s.change(user, token)
			require.Equal(t, auth.Viewer, p.requireHolder(t, token, nil).Role)
			p.pull(t)
			for restarted := range 2 {
				holder := p.requireHolder(t, token, s.want)
				require.Equal(t, []any{s.role, s.space}, []any{holder.Role, holder.Space}, restarted)
				p.requireHolder(t, unchanged, nil)
				c.away = true
				require.Error(t, p.Pull(ctx))
				p.restart()
				require.NoError(t, p.Load(ctx))
			}
			c.away = false
		})
	}
}

// TestTokensLiveWhileAuthIsAway uses a token for its whole life.
func TestTokensLiveWhileAuthIsAway(t *testing.T) {
	c := newCampus()
	p := newProcess(c)
	_, token := c.user(t)
	p.pull(t)
	c.away = true
	end := c.claims[token].Expires
	for ; c.now.Before(end); c.now = c.now.Add(time.Minute) {
		require.Error(t, p.Pull(context.Background()))
		p.requireHolder(t, token, nil)
	}
	p.requireHolder(t, token, auth.ErrToken)
}

// TestAnOldAnswerIsNone starts a process that was off for long while auth is away: the tokens of today were signed after its last answer.
func TestAnOldAnswerIsNone(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	p := newProcess(c)
	p.pull(t)
	c.now = c.now.Add(auth.AccessLife - time.Second)
	_, token := c.user(t)
	c.away = true
	for _, want := range []error{nil, standing.ErrUndecided} {
		p.restart()
		require.NoError(t, p.Load(ctx))
		p.requireHolder(t, token, want)
		c.now = c.now.Add(time.Second)
	}
	c.away = false
	p.pull(t)
	p.requireHolder(t, token, nil)
}

// TestAnEndedSessionStaysEnded pulls for as long as a token lives that was signed just before.
func TestAnEndedSessionStaysEnded(t *testing.T) {
	c := newCampus()
	p := newProcess(c)
	user, token := c.user(t)
	p.pull(t)
	require.NoError(t, c.sessions.Logout(context.Background(), auth.Actor{ID: user.ID}, c.claims[token].Family))
	for range int(auth.AccessLife/time.Minute) + 20 {
		c.now = c.now.Add(time.Minute)
		require.NoError(t, c.sessions.Sweep(context.Background()))
		p.pull(t)
		p.requireHolder(t, token, auth.ErrToken)
	}
	known, err := p.store.Load(context.Background())
	require.NoError(t, err)
	require.Empty(t, known.Families, "no token of it lives any more")
}

// TestATokenOfBeforeTheRecord is refused: whether its session ended in the version before is not known.
func TestATokenOfBeforeTheRecord(t *testing.T) {
	c := newCampus()
	_, before := c.user(t)
	c.now = c.now.Add(time.Minute)
	p := standing.New(c, recordedFrom{c, c.now}, memorystanding.New(), c)
	_, after := c.user(t)
	require.NoError(t, p.Pull(context.Background()))
	_, err := p.Holder(context.Background(), before)
	require.ErrorIs(t, err, auth.ErrToken)
	_, err = p.Holder(context.Background(), after)
	require.NoError(t, err)
}

// recordedFrom is auth with a record that began later.
type recordedFrom struct {
	*campus
	at time.Time
}

func (r recordedFrom) Changes(ctx context.Context, since time.Time) (auth.Changes, error) {
	changes, err := r.campus.Changes(ctx, since)
	changes.RecordedFrom = r.at
	return changes, err
}

// TestRequestsBesidePulls decides on many requests at once while two pulls run, for the race detector.
func TestRequestsBesidePulls(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	source := &oneAtATime{campus: c}
	p := standing.New(c, source, memorystanding.New(), c)
	user, token := c.user(t)
	_, left := c.user(t)
	key, secret := c.key(t)
	require.NoError(t, c.sessions.Logout(ctx, auth.Actor{ID: user.ID}, c.claims[left].Family))
	c.expire(t, key, "2027-01-01T00:00:00Z")
	require.NoError(t, p.Pull(ctx))
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			for range 200 {
				if err := p.Pull(ctx); err != nil {
					t.Error(err)
				}
			}
		})
		wait.Go(func() {
			for range 1000 {
				_, valid := p.Holder(ctx, token)
				_, ended := p.Holder(ctx, left)
				_, keyed := p.KeyHolder(ctx, secret)
				_, refused := p.KeyHolder(ctx, "htk_other")
				if err := errors.Join(valid, keyed); err != nil || !errors.Is(ended, auth.ErrToken) || !errors.Is(refused, auth.ErrToken) {
					t.Error(err, ended, refused)
				}
			}
		})
	}
	wait.Wait()
}

// oneAtATime answers one call at a time.
type oneAtATime struct {
	*campus
	mu sync.Mutex
}

func (o *oneAtATime) Changes(ctx context.Context, since time.Time) (auth.Changes, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.campus.Changes(ctx, since)
}

func (o *oneAtATime) UseKeys(ctx context.Context, digests []auth.KeyDigest) (map[auth.KeyDigest]auth.Key, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.campus.UseKeys(ctx, digests)
}
