package authtest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// winners counts how many of some concurrent calls win.
func winners(t *testing.T, call func() (won bool, err error)) int {
	t.Helper()
	var won atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			ok, err := call()
			if ok && err == nil {
				won.Add(1)
			}
		})
	}
	wait.Wait()
	return int(won.Load())
}

func factors(t *testing.T, store Store) {
	ctx := context.Background()
	user := auth.User{ID: "us_factor", Email: "factor@usc.edu.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "h", Created: begun}
	require.NoError(t, store.AddUser(ctx, user, testEntry))
	_, found, err := store.Factor(ctx, user.ID)
	require.NoError(t, err)
	require.False(t, found)
	require.ErrorIs(t, store.RemoveFactor(ctx, user.ID, testEntry), auth.ErrNotFound)
	require.ErrorIs(t, store.ProposeFactor(ctx, auth.Factor{User: "us_nobody", Proposed: begun}), auth.ErrNotFound)

	proposed := auth.Factor{User: user.ID, Secret: auth.Sealed{By: "key", Text: []byte{1, 0, 255}}, Proposed: begun}
	require.NoError(t, store.ProposeFactor(ctx, auth.Factor{User: user.ID, Secret: auth.Sealed{By: "other", Text: []byte{7}}, Proposed: begun}))
	require.NoError(t, store.ProposeFactor(ctx, proposed))
	stored, found, err := store.Factor(ctx, user.ID)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, proposed, stored)
	require.False(t, userOf(t, store, user.ID).SecondFactor, "it is not on before it is confirmed")
	won, err := store.UseStep(ctx, user.ID, 5)
	require.NoError(t, err)
	require.False(t, won)

	confirms(t, store, proposed)
	require.ErrorIs(t, store.ProposeFactor(ctx, proposed), auth.ErrFactorOn)
	others, err := store.CountSealed(ctx, []string{"key"})
	require.NoError(t, err)
	require.Zero(t, others)
	others, err = store.CountSealed(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, 1, others)
	reseals(t, store, user.ID, proposed.Secret)
	usesOnce(t, store, user.ID)
	demands(t, store, user.ID)

	require.NoError(t, store.RemoveFactor(ctx, user.ID, testEntry))
	require.False(t, userOf(t, store, user.ID).SecondFactor)
	won, err = store.UseRecovery(ctx, user.ID, []byte("three"), leftEntry)
	require.NoError(t, err)
	require.False(t, won)
	require.NoError(t, store.ProposeFactor(ctx, proposed))
	require.NoError(t, store.RemoveUser(ctx, user.ID, acceptAll))
	_, found, err = store.Factor(ctx, user.ID)
	require.NoError(t, err)
	require.False(t, found)
}

// confirms turns a proposed factor on, once, and ends other sessions.
func confirms(t *testing.T, store Store, proposed auth.Factor) {
	t.Helper()
	ctx, user := context.Background(), proposed.User
	for _, id := range []string{"fm_factor_1", "fm_factor_2"} {
		require.NoError(t, store.Begin(ctx, auth.Family{ID: id, User: user, Begun: begun, Used: begun}, []byte(id), acceptAll))
	}
	digests := [][]byte{[]byte("one"), []byte("two"), []byte("three")}
	replaced := proposed
	replaced.Secret.Text, replaced.Confirmed = []byte{7}, begun
	won, err := store.ConfirmFactor(ctx, replaced, digests, "", testEntry)
	require.NoError(t, err)
	require.False(t, won, "the first code of a secret that was replaced")
	confirmed := proposed
	confirmed.Confirmed, confirmed.UsedStep = begun.Add(time.Minute), 5
	require.Equal(t, 1, winners(t, func() (bool, error) { return store.ConfirmFactor(ctx, confirmed, digests, "fm_factor_2", testEntry) }))
	require.True(t, userOf(t, store, user).SecondFactor)
	stored, _, err := store.Factor(ctx, user)
	require.NoError(t, err)
	confirmed.RecoveryLeft = 3
	require.Equal(t, confirmed, stored)
	for id, ended := range map[string]bool{"fm_factor_1": true, "fm_factor_2": false} {
		family, of, _, err := store.Standing(ctx, id)
		require.NoError(t, err)
		require.Equal(t, ended, family.Ended, id)
		require.True(t, of.SecondFactor)
	}
}

// reseals replaces a sealed secret, if it is the one that was read.
func reseals(t *testing.T, store Store, user string, former auth.Sealed) {
	t.Helper()
	ctx := context.Background()
	sealed, err := store.SealedBy(ctx, []string{"key"}, 9)
	require.NoError(t, err)
	require.Len(t, sealed, 1)
	require.Equal(t, []any{user, former}, []any{sealed[0].User, sealed[0].Secret})
	none, err := store.SealedBy(ctx, []string{"other"}, 9)
	require.NoError(t, err)
	require.Empty(t, none)
	next := auth.Sealed{By: "next", Text: []byte{9}}
	require.NoError(t, store.Reseal(ctx, user, auth.Sealed{Text: []byte{8}}, next))
	others, err := store.CountSealed(ctx, []string{"key"})
	require.NoError(t, err)
	require.Zero(t, others, "another secret than the one that was read")
	require.NoError(t, store.Reseal(ctx, user, former, next))
	others, err = store.CountSealed(ctx, []string{"next"})
	require.NoError(t, err)
	require.Zero(t, others)
}

func leftEntry(left int) auth.Entry {
	return auth.Entry{At: begun, Action: auth.RecoveryUsed, Detail: fmt.Sprint(left)}
}

// usesOnce uses each code and each recovery code once.
func usesOnce(t *testing.T, store Store, user string) {
	t.Helper()
	ctx := context.Background()
	for _, step := range []int64{6, 9} {
		require.Equal(t, 1, winners(t, func() (bool, error) { return store.UseStep(ctx, user, step) }))
	}
	won, err := store.UseStep(ctx, user, 8)
	require.NoError(t, err)
	require.False(t, won, "a code that is older than the last one")
	for _, code := range []string{"one", "two"} {
		require.Equal(t, 1, winners(t, func() (bool, error) { return store.UseRecovery(ctx, user, []byte(code), leftEntry) }))
	}
	won, err = store.UseRecovery(ctx, "us_other", []byte("three"), leftEntry)
	require.NoError(t, err)
	require.False(t, won)
	entries, err := store.Entries(ctx, auth.AuditQuery{Action: auth.RecoveryUsed, Limit: 10})
	require.NoError(t, err)
	require.Len(t, entries, 2)
	require.Equal(t, "1", entries[0].Detail)
}

// demands demands a factor of viewers, and no longer.
func demands(t *testing.T, store Store, withFactor string) {
	t.Helper()
	ctx := context.Background()
	for _, user := range []auth.User{
		{ID: "us_factor_a", Email: "a@factor.co", Role: auth.Viewer, Login: auth.ByPassword, PasswordHash: "h", Created: begun},
		{ID: "us_factor_b", Email: "b@factor.co", Role: auth.Viewer, Login: auth.BySignOn, Created: begun},
		{ID: "us_factor_c", Email: "c@factor.co", Role: auth.Manager, Login: auth.ByPassword, PasswordHash: "h", Created: begun},
	} {
		require.NoError(t, store.AddUser(ctx, user, testEntry))
	}
	at := auth.Entry{At: begun.Add(400 * 24 * time.Hour), Action: auth.FactorDemanded}
	require.NoError(t, store.DemandFactor(ctx, []auth.Role{auth.Viewer, auth.Admin}, at))
	roles, err := store.DemandedRoles(ctx)
	require.NoError(t, err)
	require.Equal(t, []auth.Role{auth.Admin, auth.Viewer}, roles)
	for id, must := range map[string]bool{withFactor: false, "us_factor_a": true, "us_factor_b": false, "us_factor_c": false} {
		require.Equal(t, must, userOf(t, store, id).MustSetUpFactor(), id)
	}
	byAddress, _, err := store.UserByEmail(ctx, "a@factor.co")
	require.NoError(t, err)
	require.Equal(t, auth.Enrolling, byAddress.Rights())
	changes, err := store.ChangedSince(ctx, at.At)
	require.NoError(t, err)
	rights := make(map[string]auth.Role)
	for _, user := range changes.Users {
		rights[user.ID] = user.Role
	}
	require.Equal(t, auth.Enrolling, rights["us_factor_a"], "processes without auth know it by the changes")
	require.Equal(t, auth.Viewer, rights["us_factor_b"])
	require.NotContains(t, rights, withFactor)

	require.NoError(t, store.DemandFactor(ctx, nil, testEntry))
	roles, err = store.DemandedRoles(ctx)
	require.NoError(t, err)
	require.Equal(t, []auth.Role{}, roles)
	require.Equal(t, auth.Viewer, userOf(t, store, "us_factor_a").Rights())
	for _, id := range []string{"us_factor_a", "us_factor_b", "us_factor_c"} {
		require.NoError(t, store.RemoveUser(ctx, id, acceptAll))
	}
}

func userOf(t *testing.T, store Store, id string) auth.User {
	t.Helper()
	user, found, err := store.User(context.Background(), id)
	require.NoError(t, err)
	require.True(t, found, id)
	return user
}
