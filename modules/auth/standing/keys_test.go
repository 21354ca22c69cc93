package standing_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
)

// key adds a key.
func (c *campus) key(t require.TestingT) (key auth.Key, secret string) {
	key, secret, err := c.keys.Add(context.Background(), root, auth.KeyEdit{Name: "Sala", Devices: []string{"ac-1"}})
	require.NoError(t, err)
	return key, secret
}

func (c *campus) expire(t require.TestingT, key auth.Key, moment string) {
	expires := auth.ParseMoment(moment)
	_, err := c.keys.Change(context.Background(), root, key.ID, auth.KeyChange{Expires: &expires})
	require.NoError(t, err)
}

func (c *campus) remove(t require.TestingT, key auth.Key) {
	require.NoError(t, c.keys.Remove(context.Background(), root, key.ID))
}

func TestAKeyIsKnownOnceAsked(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	p := newProcess(c)
	key, secret := c.key(t)
	p.pull(t)
	c.away = true
	p.requireKey(t, secret, standing.ErrUndecided)
	p.requireKey(t, "no key", auth.ErrToken)
	c.away = false
	require.Equal(t, []string{"ac-1"}, p.requireKey(t, secret, nil).Devices)
	p.requireKey(t, "htk_other", auth.ErrToken)
	require.Equal(t, 2, c.asked)
	for range 100 {
		require.Equal(t, key.ID, p.requireKey(t, secret, nil).ID)
		p.requireKey(t, "htk_other", auth.ErrToken)
	}
	require.Equal(t, 2, c.asked, "both answers are known")

	p.pull(t)
	c.away = true
	p.restart()
	p.requireKey(t, secret, standing.ErrUndecided)
	require.NoError(t, p.Load(ctx))
	require.Equal(t, key.ID, p.requireKey(t, secret, nil).ID, "also after a restart")
	c.now = c.now.Add(3 * time.Second)
	p.requireKey(t, "htk_other", standing.ErrUndecided)
}

// TestWhatChangesOfAKeyIsKnownAfterAPull also restarts the process, with auth away.
func TestWhatChangesOfAKeyIsKnownAfterAPull(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	p := newProcess(c)
	p.pull(t)
	for name, s := range map[string]struct {
		change func(key auth.Key)
		want   error
	}{
		"removed":    {func(key auth.Key) { c.remove(t, key) }, auth.ErrToken},
		"ended":      {func(key auth.Key) { c.expire(t, key, "2026-05-26T00:00:00Z") }, auth.ErrToken},
		"to end":     {func(key auth.Key) { c.expire(t, key, "2026-05-27T00:00:00Z") }, nil},
		"not to end": {func(key auth.Key) { c.expire(t, key, "2026-05-26T00:00:00Z"); c.expire(t, key, "2027-01-01T00:00:00Z") }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			key, secret := c.key(t)
			p.requireKey(t, secret, nil)
			p.pull(t)
			s.change(key)
			p.requireKey(t, secret, nil)
			p.pull(t)
			p.requireKey(t, secret, s.want)
			c.away = true
			p.restart()
			require.NoError(t, p.Load(ctx))
			_, err := p.KeyHolder(ctx, secret)
			require.Equal(t, s.want == nil, err == nil)
			c.away = false
		})
	}
}

// TestAKeyThatExpiresEndsWhileAuthIsAway, and one without an expiry does not.
func TestAKeyThatExpiresEndsWhileAuthIsAway(t *testing.T) {
	c := newCampus()
	p := newProcess(c)
	key, secret := c.key(t)
	_, forever := c.key(t)
	c.expire(t, key, "2026-05-26T18:00:00Z")
	p.pull(t)
	p.requireKey(t, secret, nil)
	p.requireKey(t, forever, nil)
	c.away = true
	c.now = time.Date(2026, 5, 26, 18, 0, 0, -1, time.UTC)
	p.requireKey(t, secret, nil)
	c.now = c.now.Add(1)
	p.requireKey(t, secret, auth.ErrToken)
	p.requireKey(t, forever, nil)
}

// TestUsedKeysAreAskedForAgain keeps LastUsed exact to a minute, and asks for no other key.
func TestUsedKeysAreAskedForAgain(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	p := newProcess(c)
	key, secret := c.key(t)
	_, idle := c.key(t)
	p.pull(t)
	p.requireKey(t, idle, nil)
	asked := c.asked
	for range 150 {
		p.requireKey(t, secret, nil)
		p.pull(t)
		stored, err := c.keys.Get(ctx, root, key.ID)
		require.NoError(t, err)
		require.Less(t, c.now.Sub(stored.LastUsed), 95*time.Second)
	}
	require.InDelta(t, 150/30, c.asked-asked, 1)
}

// TestAnAnswerFromBeforeAChangeIsNotKept removes a key while auth is asked for it, and auth goes away.
func TestAnAnswerFromBeforeAChangeIsNotKept(t *testing.T) {
	c := newCampus()
	p := newProcess(c)
	key, secret := c.key(t)
	p.pull(t)
	c.meanwhile = func() {
		c.remove(t, key)
		p.pull(t)
		c.away = true
	}
	p.requireKey(t, secret, nil)
	p.requireKey(t, secret, standing.ErrUndecided)
}

// TestKeysAreForgottenAfterALongTime: the record no longer says which keys ended meanwhile.
func TestKeysAreForgottenAfterALongTime(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	p := newProcess(c)
	key, secret := c.key(t)
	_, other := c.key(t)
	p.requireKey(t, secret, nil)
	p.requireKey(t, other, nil)
	p.pull(t)
	p.requireKey(t, other, nil) // the first pull forgot it too
	p.requireKey(t, secret, nil)
	p.pull(t)
	c.remove(t, key)
	c.now = c.now.Add(auth.ChangeLife)
	require.NoError(t, c.sessions.Sweep(ctx))
	c.now = c.now.Add(5 * time.Minute)
	require.NoError(t, c.sessions.Sweep(ctx))
	p.restart()
	p.pull(t)
	p.requireKey(t, secret, auth.ErrToken)
	p.requireKey(t, other, nil)
	c.away = true
	p.restart()
	require.NoError(t, p.Load(ctx))
	p.requireKey(t, secret, standing.ErrUndecided)
}
