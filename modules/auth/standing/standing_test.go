package standing_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	memorystanding "github.com/holotwin/holotwin/adapters/memory/auth/standing"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
)

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
	require.ErrorIs(t, p.Ready(context.Background()), standing.ErrUndecided)
	p.requireHolder(t, token, standing.ErrUndecided)
	p.requireHolder(t, "forged", auth.ErrToken)
	c.away = true
	require.ErrorIs(t, p.Pull(context.Background()), errAway)
	p.requireHolder(t, token, standing.ErrUndecided)
	c.away = false
	p.pull(t)
	require.NoError(t, p.Ready(context.Background()))
	claims := c.claims[token]
	require.Equal(t, auth.Holder{User: auth.User{ID: user.ID, Role: auth.Viewer}, Family: claims.Family, TokenID: claims.ID}, p.requireHolder(t, token, nil))
	c.now = claims.Expires
	p.requireHolder(t, token, auth.ErrToken)
}

// TestAStartAfterALongAbsenceOfAuth starts a process after auth has been away for longer than tokens live. It is ready for the keys that it
// knows; of tokens it knows nothing.
func TestAStartAfterALongAbsenceOfAuth(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	p := newProcess(c)
	_, secret := c.key(t)
	p.pull(t)
	p.requireKey(t, secret, nil)
	p.pull(t) // it is saved
	c.away = true
	c.now = c.now.Add(2 * auth.AccessLife)
	user, token := c.user(t) // auth is there for others
	p.restart()
	require.NoError(t, p.Load(ctx))
	require.ErrorIs(t, p.Pull(ctx), errAway)
	require.NoError(t, p.Ready(ctx))
	p.requireKey(t, secret, nil)
	p.requireHolder(t, token, standing.ErrUndecided)
	c.away = false
	p.pull(t)
	require.Equal(t, user.ID, p.requireHolder(t, token, nil).ID)
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

// TestAuthThatHangsIsLeft returns although auth never answers: otherwise the bubble would be deadlocked.
func TestAuthThatHangsIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCampus()
		p := newProcess(c)
		_, secret := c.key(t)
		p.pull(t)
		p.source = hanging{}
		p.restart()
		require.ErrorIs(t, p.Pull(context.Background()), context.DeadlineExceeded)
		p.requireKey(t, secret, standing.ErrUndecided)
	})
}

// TestMadeUpKeysDoNotHoldUpPulls asks for many made-up keys while auth hangs: some calls to auth stay free, by which logouts are known.
func TestMadeUpKeysDoNotHoldUpPulls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const tried, most = 200, 50
		c := newCampus()
		_, secret := c.key(t)
		p := newProcess(c)
		open := &openCalls{}
		p.source = open
		p.restart()
		var all sync.WaitGroup
		for i := range tried {
			all.Go(func() {
				_, err := p.KeyHolder(context.Background(), fmt.Sprint(secret, i))
				require.ErrorIs(t, err, standing.ErrUndecided)
			})
		}
		synctest.Wait()
		require.Less(t, open.n.Load(), int64(most))
		all.Wait()
	})
}

// openCalls is auth that hangs; n are the questions that wait for it.
type openCalls struct {
	hanging
	n atomic.Int64
}

func (o *openCalls) UseKeys(ctx context.Context, digests []auth.KeyDigest) (map[auth.KeyDigest]auth.Key, error) {
	o.n.Add(1)
	defer o.n.Add(-1)
	return o.hanging.UseKeys(ctx, digests)
}

// hanging is auth that never answers.
type hanging struct{}

func (hanging) Changes(ctx context.Context, _ time.Time) (auth.Changes, error) {
	<-ctx.Done()
	return auth.Changes{}, ctx.Err()
}

func (hanging) UseKeys(ctx context.Context, _ []auth.KeyDigest) (map[auth.KeyDigest]auth.Key, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
