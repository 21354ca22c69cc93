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

func triesComeBack(t *testing.T, store Store) {
	ctx := context.Background()
	a := auth.Allowance{Key: "account a", PerMinute: 10}
	take := func(at time.Time) time.Duration {
		wait, err := store.Take(ctx, at, a)
		require.NoError(t, err)
		return wait
	}
	for range a.PerMinute {
		require.Zero(t, take(begun))
	}
	require.Equal(t, 6*time.Second, take(begun))
	require.Zero(t, take(begun.Add(6*time.Second)))
	require.NoError(t, store.GiveBack(ctx, a))
	require.Zero(t, take(begun.Add(6*time.Second)))
	wait, err := store.Take(ctx, begun, auth.Allowance{Key: "account b", PerMinute: 10})
	require.NoError(t, err)
	require.Zero(t, wait, "other accounts are not slowed down")
}

// triesOfAClockSetBack takes tries with a clock that is an hour ahead. After the clock is set back, no caller waits for that
// hour to pass. The clock of another replica, a little behind, frees no tries.
func triesOfAClockSetBack(t *testing.T, store Store) {
	ctx := context.Background()
	a := auth.Allowance{Key: "set back", PerMinute: 10}
	take := func(at time.Time) time.Duration {
		wait, err := store.Take(ctx, at, a)
		require.NoError(t, err)
		return wait
	}
	ahead := begun.Add(3 * time.Hour)
	for range a.PerMinute {
		require.Zero(t, take(ahead))
	}
	require.NotZero(t, take(ahead))
	require.NotZero(t, take(ahead.Add(-30*time.Second)), "the clock of another replica")
	right := ahead.Add(-time.Hour)
	for range a.PerMinute {
		require.Zero(t, take(right))
	}
	require.NotZero(t, take(right), "it counts as before")
	require.Zero(t, take(right.Add(time.Hour)), "no wait after the clock is set ahead again")
}

// triesTogether takes tries of several allowances: a refusal by one allowance takes nothing from the others, and concurrent
// calls never take more tries than there are.
func triesTogether(t *testing.T, store Store) {
	ctx := context.Background()
	network, account := auth.Allowance{Key: "together n", PerMinute: 3}, auth.Allowance{Key: "together a", PerMinute: 30}
	later := begun.Add(time.Hour)
	var granted atomic.Int32
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			refused, err := store.Take(ctx, later, network, account)
			if err != nil {
				t.Error(err)
			}
			if refused == 0 {
				granted.Add(1)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 3, granted.Load())
	for range 27 {
		refused, err := store.Take(ctx, later, account)
		require.NoError(t, err)
		require.Zero(t, refused, "refused tries took none of the account's")
	}
	refused, err := store.Take(ctx, later, auth.Allowance{Key: "together m", PerMinute: 3}, account)
	require.NoError(t, err)
	require.Equal(t, 2*time.Second, refused)
	for range 3 {
		refused, err = store.Take(ctx, later, auth.Allowance{Key: "together m", PerMinute: 3})
		require.NoError(t, err)
		require.Zero(t, refused, "nor any of the network's")
	}
}

func networks(t *testing.T, store Store) {
	ctx := context.Background()
	knows := func(account, network string) bool {
		known, err := store.KnowsNetwork(ctx, account, network, begun.Add(-auth.NetworkLife))
		require.NoError(t, err)
		return known
	}
	require.NoError(t, store.AddUser(ctx, auth.User{ID: "us_net", Email: "net@usc.edu.co", Role: auth.Viewer, Login: auth.BySignOn, Created: begun}, testEntry))
	require.False(t, knows("net@usc.edu.co", "192.0.2.0"))
	for i := range auth.MaxNetworks + 2 {
		require.NoError(t, store.RememberNetwork(ctx, "net@usc.edu.co", fmt.Sprintf("192.0.2.%d", i), begun.Add(time.Duration(i)*time.Second)))
	}
	require.NoError(t, store.RememberNetwork(ctx, "net@usc.edu.co", "192.0.2.9", begun.Add(time.Minute)))
	for i, known := range map[int]bool{0: false, 1: false, 2: true, 9: true, auth.MaxNetworks + 1: true} {
		require.Equal(t, known, knows("net@usc.edu.co", fmt.Sprintf("192.0.2.%d", i)), i)
	}
	require.False(t, knows("other@usc.edu.co", "192.0.2.9"))
	require.NoError(t, edit(store, "us_net", func(u *auth.User) { u.Email = "neta@usc.edu.co" }))
	require.False(t, knows("net@usc.edu.co", "192.0.2.9"), "the address may later belong to another user")
	require.NoError(t, store.RememberNetwork(ctx, "neta@usc.edu.co", "192.0.2.9", begun))
	require.NoError(t, store.RemoveUser(ctx, "us_net", acceptAll))
	require.False(t, knows("neta@usc.edu.co", "192.0.2.9"))
}

// sweeps deletes expired rows, with several calls at once, and keeps the others.
func sweeps(t *testing.T, store Store) {
	ctx := context.Background()
	user := auth.User{ID: "us_sweep", Email: "sweep@usc.edu.co", Role: auth.Viewer, Login: auth.BySignOn, Created: begun}
	require.NoError(t, store.AddUser(ctx, user, testEntry))
	now := begun.Add(60 * 24 * time.Hour)
	family := func(id string, begunAt, used time.Time) {
		require.NoError(t, store.Begin(ctx, auth.Family{ID: id, User: user.ID, Begun: begunAt, Used: used}, []byte(id), acceptAll))
	}
	family("fm_alive", now.Add(-auth.SessionLife), now.Add(-auth.IdleLife))
	family("fm_old", now.Add(-auth.SessionLife-time.Second), now)
	family("fm_idle", now, now.Add(-auth.IdleLife-time.Second))
	family("fm_ended", now, now)
	require.NoError(t, store.End(ctx, "fm_ended", testEntry))
	require.NoError(t, store.RememberNetwork(ctx, user.Email, "192.0.2.1", now.Add(-auth.NetworkLife-time.Second)))
	require.NoError(t, store.RememberNetwork(ctx, user.Email, "192.0.2.2", now.Add(-auth.NetworkLife)))
	for i := range 40 {
		_, err := store.Take(ctx, now.Add(-time.Hour), auth.Allowance{Key: fmt.Sprintf("sweep %d", i), PerMinute: 1})
		require.NoError(t, err)
	}
	living := auth.Allowance{Key: "sweep living", PerMinute: 1}
	wait, err := store.Take(ctx, now, living)
	require.NoError(t, err)
	require.Zero(t, wait)
	require.NoError(t, store.AddReset(ctx, user.ID, []byte("swept"), now, acceptAll))

	expired := auth.Expired{Throttles: now, Resets: now, FamiliesBegun: now.Add(-auth.SessionLife), FamiliesUsed: now.Add(-auth.IdleLife), Networks: now.Add(-auth.NetworkLife)}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				swept, err := store.Sweep(ctx, expired, 7)
				if err != nil {
					t.Error(err)
				}
				if err != nil || swept == 0 {
					return
				}
			}
		})
	}
	all.Wait()
	swept, err := store.Sweep(ctx, expired, 1000)
	require.NoError(t, err)
	require.Zero(t, swept)
	for id, stays := range map[string]bool{"fm_alive": true, "fm_old": false, "fm_idle": false, "fm_ended": false} {
		_, _, found, err := store.Standing(ctx, id)
		require.NoError(t, err)
		require.Equal(t, stays, found, id)
		_, _, found, err = store.Find(ctx, []byte(id))
		require.NoError(t, err)
		require.Equal(t, stays, found, id)
	}
	for network, stays := range map[string]bool{"192.0.2.1": false, "192.0.2.2": true} {
		known, err := store.KnowsNetwork(ctx, user.Email, network, begun.Add(-auth.NetworkLife))
		require.NoError(t, err)
		require.Equal(t, stays, known, network)
	}
	wait, err = store.Take(ctx, now, living)
	require.NoError(t, err)
	require.Equal(t, time.Minute, wait)
	require.NoError(t, store.RemoveUser(ctx, user.ID, acceptAll))
}
