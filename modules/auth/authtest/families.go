// Package authtest holds what every adapter of the auth module's ports must do.
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

var begun = time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)

// Store answers the module's ports.
type Store interface {
	auth.Users
	auth.Families
	auth.Throttle
	auth.KeyStore
	auth.Resets
	auth.Audit
	auth.Scopes
	auth.Sweeper
	auth.UntestedPasswords
	auth.Links
	auth.SignOnCodes
}

// noted is a line that nobody looks at.
var noted = auth.Entry{At: begun, Action: "test"}

// noting lets what is done to a user be done.
func noting(auth.User) (auth.Entry, error) { return noted, nil }

// Run checks an adapter on an empty store.
func Run(t *testing.T, store Store) {
	t.Run("of many first users one is made", func(t *testing.T) { firstUser(t, store) })
	t.Run("a session ends", func(t *testing.T) { sessionEnds(t, store) })
	t.Run("of fifty refreshes at once one wins", func(t *testing.T) { refreshRace(t, store) })
	t.Run("of a session's spent tokens the last are known", func(t *testing.T) { spentTokens(t, store) })
	t.Run("a user has so many sessions", func(t *testing.T) { manySessions(t, store) })
	t.Run("tries come back", func(t *testing.T) { triesComeBack(t, store) })
	t.Run("tries of a clock that is set back", func(t *testing.T) { triesOfAClockSetBack(t, store) })
	t.Run("tries are taken together", func(t *testing.T) { triesTogether(t, store) })
	t.Run("networks are remembered", func(t *testing.T) { networks(t, store) })
	t.Run("what has expired is swept", func(t *testing.T) { sweeps(t, store) })
	t.Run("users, of whom an administrator stays", func(t *testing.T) { users(t, store) })
	t.Run("of many who use a link one wins", func(t *testing.T) { resets(t, store) })
	t.Run("of two edits at once both stay", func(t *testing.T) { editsAtOnce(t, store) })
	t.Run("what is answered holds", func(t *testing.T) { inTheMiddle(t, store) })
	t.Run("links to another password end", func(t *testing.T) { linksEnd(t, store) })
	t.Run("what is not edited is not looked at", func(t *testing.T) { onlyWhatIsEdited(t, store) })
	t.Run("accounts of the university are linked", func(t *testing.T) { links(t, store) })
	t.Run("of many who exchange a code one wins", func(t *testing.T) { signOnCodes(t, store) })
	t.Run("keys", func(t *testing.T) { keys(t, store) })
	t.Run("who is limited to a part of the campus", func(t *testing.T) { scopes(t, store) })
	t.Run("the audit is read backwards", func(t *testing.T) { audit(t, store) })
	t.Run("refused requests of strangers are forgotten", func(t *testing.T) { strangers(t, store) })
}

func firstUser(t *testing.T, store Store) {
	ctx := context.Background()
	var made atomic.Int32
	var wait sync.WaitGroup
	for i := range 5 {
		wait.Go(func() {
			added, err := store.AddFirstUser(ctx, auth.User{
				ID: fmt.Sprintf("us_%d", i), Email: fmt.Sprintf("a%d@usc.edu.co", i), Role: auth.Admin, Login: auth.ByPassword, PasswordHash: "h", Created: begun,
			})
			if err != nil {
				t.Error(err)
			}
			if added {
				made.Add(1)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, made.Load())
	some, err := store.AnyUser(ctx)
	require.NoError(t, err)
	require.True(t, some)
}

// somebody is the user that firstUser made.
func somebody(t *testing.T, store Store) auth.User {
	t.Helper()
	for i := range 5 {
		user, found, err := store.UserByEmail(context.Background(), fmt.Sprintf("a%d@usc.edu.co", i))
		require.NoError(t, err)
		if found {
			return user
		}
	}
	t.Fatal("nobody is there")
	return auth.User{}
}

func sessionEnds(t *testing.T, store Store) {
	ctx := context.Background()
	user := somebody(t, store)
	for _, id := range []string{"fm_a", "fm_b"} {
		require.NoError(t, store.Begin(ctx, auth.Family{ID: id, User: user.ID, Begun: begun, Used: begun}, []byte(id), noting))
	}
	family, spent, found, err := store.Find(ctx, []byte("fm_a"))
	require.NoError(t, err)
	require.True(t, found)
	require.False(t, spent)
	require.Equal(t, auth.Family{ID: "fm_a", User: user.ID, Begun: begun, Used: begun}, family)
	_, err = store.ChangeUser(ctx, user.ID, "fm_b", func(u *auth.User) (auth.Entry, error) {
		u.PasswordHash = "other"
		return noted, nil
	})
	require.NoError(t, err)
	for id, ended := range map[string]bool{"fm_a": true, "fm_b": false} {
		family, standing, found, err := store.Standing(ctx, id)
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, ended, family.Ended, id)
		require.Equal(t, "other", standing.PasswordHash)
	}
	logout := auth.Entry{At: begun, Actor: user.ID, Action: auth.LoggedOut}
	for range 2 { // the second ends nothing, and is not noted
		require.NoError(t, store.End(ctx, "fm_b", logout))
	}
	lines, err := store.Entries(ctx, auth.AuditQuery{Actor: user.ID, Action: auth.LoggedOut, Limit: 3})
	require.NoError(t, err)
	require.Len(t, lines, 1)
	won, err := store.Spend(ctx, []byte("fm_b"), []byte("next"), begun)
	require.NoError(t, err)
	require.False(t, won, "an ended session gives nothing")
}

func refreshRace(t *testing.T, store Store) {
	ctx := context.Background()
	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_race", User: somebody(t, store).ID, Begun: begun, Used: begun}, []byte("race"), noting))
	var winners atomic.Int32
	var wait sync.WaitGroup
	for i := range 50 {
		wait.Go(func() {
			won, err := store.Spend(ctx, []byte("race"), fmt.Appendf(nil, "next %d", i), begun.Add(time.Hour))
			if err != nil {
				t.Error(err)
			}
			if won {
				winners.Add(1)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, winners.Load())
	family, spent, _, err := store.Find(ctx, []byte("race"))
	require.NoError(t, err)
	require.True(t, spent)
	require.Equal(t, begun.Add(time.Hour), family.Used)
}

func spentTokens(t *testing.T, store Store) {
	ctx := context.Background()
	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_spent", User: somebody(t, store).ID, Begun: begun, Used: begun}, []byte("spent 0"), noting))
	const refreshes = auth.MaxSpentTokens + 5
	for i := range refreshes {
		won, err := store.Spend(ctx, fmt.Appendf(nil, "spent %d", i), fmt.Appendf(nil, "spent %d", i+1), begun.Add(time.Duration(i+1)*time.Second))
		require.NoError(t, err)
		require.True(t, won)
	}
	for i, known := range map[int]bool{0: false, 4: false, 5: true, refreshes - 1: true, refreshes: true} {
		_, spent, found, err := store.Find(ctx, fmt.Appendf(nil, "spent %d", i))
		require.NoError(t, err)
		require.Equal(t, []bool{known, i < refreshes && known}, []bool{found, spent}, i)
	}
	require.NoError(t, store.End(ctx, "fm_spent", noted))
}

func manySessions(t *testing.T, store Store) {
	ctx := context.Background()
	require.NoError(t, store.AddUser(ctx, auth.User{ID: "us_many", Email: "many@usc.edu.co", Role: auth.Viewer, Login: auth.BySignOn, Created: begun}, noted))
	for i := range auth.MaxFamilies + 2 {
		at := begun.Add(time.Duration(i) * time.Second)
		require.NoError(t, store.Begin(ctx, auth.Family{ID: fmt.Sprintf("fm_many_%d", i), User: "us_many", Begun: at, Used: at}, fmt.Appendf(nil, "many %d", i), noting))
	}
	for i, ended := range map[int]bool{0: true, 1: true, 2: false, auth.MaxFamilies + 1: false} {
		family, _, found, err := store.Standing(ctx, fmt.Sprintf("fm_many_%d", i))
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, ended, family.Ended, i)
	}
	require.NoError(t, store.RemoveUser(ctx, "us_many", noting))
}
