package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// TestChangesAreRepeatedNearACursor asks for changes as a process does: from the Now of the last answer on.
func TestChangesAreRepeatedNearACursor(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	log := auth.NewChangeLog(c.store, c)
	first, err := c.login()
	require.NoError(t, err)
	since := func(cursor time.Time) auth.Changes {
		t.Helper()
		changes, err := log.Since(ctx, cursor)
		require.NoError(t, err)
		require.Equal(t, c.now, changes.Now)
		return changes
	}
	start := since(time.Time{})
	require.False(t, start.Complete, "nothing is known of the time before the record")
	require.Empty(t, start.Families)

	holder, err := c.sessions.Holder(ctx, first.Access)
	require.NoError(t, err)
	c.now = c.now.Add(time.Second)
	require.NoError(t, c.sessions.Logout(ctx, auth.Actor{ID: holder.ID}, holder.Family))
	c.now = c.now.Add(2 * time.Minute)
	for name, s := range map[string]struct {
		since    time.Time
		complete bool
		families []string
	}{
		"the last answer":            {start.Now, true, []string{holder.Family}},
		"two minutes after it ended": {c.now, true, []string{holder.Family}},
		"later":                      {c.now.Add(time.Millisecond), false, []string{holder.Family}}, // the clock was set back
		"as far as the record":       {c.now.Add(2*time.Minute - auth.ChangeLife), true, []string{holder.Family}},
		"further":                    {c.now.Add(2*time.Minute - auth.ChangeLife - time.Millisecond), false, []string{holder.Family}},
	} {
		got := since(s.since)
		require.Equal(t, []any{s.complete, s.families}, []any{got.Complete, got.Families}, name)
	}
	now := c.now
	c.now = now.Add(time.Millisecond)
	require.Empty(t, since(c.now).Families)
	c.now = now.Add(auth.AccessLife)
	require.Equal(t, []string{holder.Family}, since(time.Time{}).Families, "a token that was signed just before may still live")
	c.now = now.Add(auth.ChangeLife)
	require.NoError(t, c.sessions.Sweep(ctx))
	require.Empty(t, since(time.Time{}).Families)
}

// TestATokenEndsWithItsSession refreshes a session shortly before its end: a process that only reads the token must refuse it then.
func TestATokenEndsWithItsSession(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	granted, err := c.login()
	require.NoError(t, err)
	end := c.now.Add(auth.SessionLife)
	for c.now.Before(end.Add(-auth.IdleLife)) {
		c.now = c.now.Add(auth.IdleLife - time.Hour)
		granted, err = c.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
		require.NoError(t, err)
	}
	c.now = end.Add(-time.Minute)
	granted, err = c.sessions.Refresh(ctx, granted.Refresh, auth.Actor{})
	require.NoError(t, err)
	_, err = c.tokens.Verify(granted.Access)
	require.NoError(t, err)
	c.now = end
	_, err = c.tokens.Verify(granted.Access)
	require.ErrorIs(t, err, auth.ErrToken)
}

// TestUseOfKeys asks for keys as a process does that received their secrets.
func TestUseOfKeys(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	root := auth.Actor{ID: "us_1", Role: auth.Admin}
	keys := auth.NewKeys(c.store, c.accounts, nil, c)
	key, secret, err := keys.Add(ctx, root, auth.KeyEdit{Name: "x", Devices: []string{"d"}, Expires: auth.ParseMoment("2026-05-26T13:00:00Z")})
	require.NoError(t, err)
	sum, ok := auth.DigestOfKey(secret)
	require.True(t, ok)
	_, ok = auth.DigestOfKey("x" + secret)
	require.False(t, ok)
	other, _ := auth.DigestOfKey("htk_other")
	used := func() map[auth.KeyDigest]auth.Key {
		t.Helper()
		found, err := keys.Use(ctx, []auth.KeyDigest{other, sum})
		require.NoError(t, err)
		return found
	}
	require.Equal(t, map[auth.KeyDigest]auth.Key{sum: key}, used())
	stored, err := keys.Get(ctx, root, key.ID)
	require.NoError(t, err)
	require.Equal(t, c.now, stored.LastUsed)
	c.now = c.now.Add(time.Hour)
	require.Empty(t, used(), "it expired")

	text, err := sum.MarshalText()
	require.NoError(t, err)
	var read auth.KeyDigest
	require.NoError(t, read.UnmarshalText(text))
	require.Equal(t, sum, read)
	require.Error(t, read.UnmarshalText(text[2:]))
	require.Error(t, read.UnmarshalText(append([]byte("x"), text[1:]...)))
}
