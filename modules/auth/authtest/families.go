// Package authtest is the contract suite for adapters of the auth module's ports.
package authtest

import (
	"context"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

var begun = time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)

// Store implements the module's storage ports.
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
	auth.ChangeRecord
	auth.FactorStore
}

// testEntry is an audit entry that no test reads.
var testEntry = auth.Entry{At: begun, Action: "test"}

// acceptAll accepts every change and returns testEntry.
func acceptAll(auth.User) (auth.Entry, error) { return testEntry, nil }

// Run checks an adapter on an empty store.
func Run(t *testing.T, store Store) {
	t.Run("of many first users one is added", func(t *testing.T) { firstUser(t, store) })
	t.Run("a session ends", func(t *testing.T) { sessionEnds(t, store) })
	t.Run("of fifty refreshes at once one wins", func(t *testing.T) { refreshRace(t, store) })
	t.Run("a refresh can be repeated until its answer is used", func(t *testing.T) { repetitions(t, store) })
	t.Run("the last used tokens of a session are recognised", func(t *testing.T) { spentTokens(t, store) })
	t.Run("the number of a user's sessions is bounded", func(t *testing.T) { manySessions(t, store) })
	t.Run("tries become available again", func(t *testing.T) { triesComeBack(t, store) })
	t.Run("tries of a clock that is set back", func(t *testing.T) { triesOfAClockSetBack(t, store) })
	t.Run("tries of several allowances are taken together", func(t *testing.T) { triesTogether(t, store) })
	t.Run("networks of logins are stored", func(t *testing.T) { networks(t, store) })
	t.Run("expired rows are swept", func(t *testing.T) { sweeps(t, store) })
	t.Run("users, and the last administrator stays", func(t *testing.T) { users(t, store) })
	t.Run("what would go with a user", func(t *testing.T) { accesses(t, store) })
	t.Run("of many uses of a link one wins", func(t *testing.T) { resets(t, store) })
	t.Run("an invited user sets their password", func(t *testing.T) { invitations(t, store) })
	t.Run("two edits at once are both stored", func(t *testing.T) { editsAtOnce(t, store) })
	t.Run("a confirmed change is not lost", func(t *testing.T) { changeDuring(t, store) })
	t.Run("reset links end", func(t *testing.T) { linksEnd(t, store) })
	t.Run("only edited fields are checked", func(t *testing.T) { editedFieldsOnly(t, store) })
	t.Run("accounts of the university are linked", func(t *testing.T) { links(t, store) })
	t.Run("of many exchanges of a code one wins", func(t *testing.T) { signOnCodes(t, store) })
	t.Run("keys", func(t *testing.T) { keys(t, store) })
	t.Run("users and keys limited to a part of the campus", func(t *testing.T) { scopes(t, store) })
	t.Run("the audit is read newest first", func(t *testing.T) { audit(t, store) })
	t.Run("entries of strangers are deleted", func(t *testing.T) { strangers(t, store) })
	t.Run("entries of other processes are stored once", func(t *testing.T) { receives(t, store) })
	t.Run("entries that several processes send at once are stored once", func(t *testing.T) { receivesAtOnce(t, store) })
	t.Run("changes are recorded", func(t *testing.T) { changes(t, store) })
	t.Run("what is undone is not recorded", func(t *testing.T) { undone(t, store) })
	t.Run("old records of changes are deleted", func(t *testing.T) { oldChanges(t, store) })
	t.Run("second factors are turned on, used once, demanded and removed", func(t *testing.T) { factors(t, store) })
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

// firstAdmin returns the user that firstUser added.
func firstAdmin(t *testing.T, store Store) auth.User {
	t.Helper()
	for i := range 5 {
		user, found, err := store.UserByEmail(context.Background(), fmt.Sprintf("a%d@usc.edu.co", i))
		require.NoError(t, err)
		if found {
			return user
		}
	}
	t.Fatal("there is no first user")
	return auth.User{}
}

func sessionEnds(t *testing.T, store Store) {
	ctx := context.Background()
	user := firstAdmin(t, store)
	for _, id := range []string{"fm_a", "fm_b"} {
		require.NoError(t, store.Begin(ctx, auth.Family{ID: id, User: user.ID, Begun: begun, Used: begun}, []byte(id), acceptAll))
	}
	family, spent, found, err := store.Find(ctx, []byte("fm_a"))
	require.NoError(t, err)
	require.True(t, found)
	require.False(t, spent)
	require.Equal(t, auth.Family{ID: "fm_a", User: user.ID, Begun: begun, Used: begun}, family)
	_, err = store.ChangeUser(ctx, user.ID, "fm_b", func(u *auth.User) (auth.Entry, error) {
		u.PasswordHash = "other"
		return testEntry, nil
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
	for range 2 { // the second call changes nothing and adds no entry
		require.NoError(t, store.End(ctx, "fm_b", logout))
	}
	lines, err := store.Entries(ctx, auth.AuditQuery{Actor: user.ID, Action: auth.LoggedOut, Limit: 3})
	require.NoError(t, err)
	require.Len(t, lines, 1)
	won, err := store.Spend(ctx, []byte("fm_b"), successor("next"), begun)
	require.NoError(t, err)
	require.False(t, won, "an ended session cannot be refreshed")
}

func refreshRace(t *testing.T, store Store) {
	ctx := context.Background()
	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_race", User: firstAdmin(t, store).ID, Begun: begun, Used: begun}, []byte("race"), acceptAll))
	var winners atomic.Int32
	var wait sync.WaitGroup
	for i := range 50 {
		wait.Go(func() {
			won, err := store.Spend(ctx, []byte("race"), successor(fmt.Sprintf("next %d", i)), begun.Add(time.Hour))
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

// successor is one whose digest and nonce are a text.
func successor(text string) auth.Successor {
	return auth.Successor{Digest: []byte(text), Nonce: []byte(text)}
}

// repetitions repeats refreshes: until the successor, or what came with it, is used.
func repetitions(t *testing.T, store Store) {
	ctx := context.Background()
	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_rep", User: firstAdmin(t, store).ID, Begun: begun, Used: begun}, []byte("rep 0"), acceptAll))
	first := func(token string) (auth.Repetition, bool) {
		r, found, err := store.Repetition(ctx, []byte(token))
		require.NoError(t, err)
		return r, found
	}
	spend := func(i int) {
		won, err := store.Spend(ctx, fmt.Appendf(nil, "rep %d", i), successor(fmt.Sprintf("rep %d", i+1)), begun.Add(time.Duration(i)*time.Second))
		require.NoError(t, err)
		require.True(t, won)
	}
	for _, token := range []string{"rep 0", "nothing"} {
		_, found := first(token)
		require.False(t, found, "it is not spent")
	}
	spend(0)
	for range 2 {
		r, found := first("rep 0")
		require.True(t, found)
		require.Equal(t, auth.Repetition{Nonce: []byte("rep 1"), Spent: begun}, r)
	}
	spend(1)
	_, found := first("rep 0")
	require.False(t, found, "its successor is used")
	_, found = first("rep 1")
	require.True(t, found)
	name := func(text string) string { return hex.EncodeToString([]byte(text))[:8] }
	require.NoError(t, store.EndRepetition(ctx, "fm_other", name("rep 2")))
	require.NoError(t, store.EndRepetition(ctx, "fm_rep", name("other")))
	_, found = first("rep 1")
	require.True(t, found)
	require.NoError(t, store.EndRepetition(ctx, "fm_rep", name("rep 2")))
	_, found = first("rep 1")
	require.False(t, found, "the answer arrived")
	require.NoError(t, store.End(ctx, "fm_rep", testEntry))
}

func spentTokens(t *testing.T, store Store) {
	ctx := context.Background()
	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_spent", User: firstAdmin(t, store).ID, Begun: begun, Used: begun}, []byte("spent 0"), acceptAll))
	const refreshes = auth.MaxSpentTokens + 5
	for i := range refreshes {
		won, err := store.Spend(ctx, fmt.Appendf(nil, "spent %d", i), successor(fmt.Sprintf("spent %d", i+1)), begun.Add(time.Duration(i+1)*time.Second))
		require.NoError(t, err)
		require.True(t, won)
	}
	for i, known := range map[int]bool{0: false, 4: false, 5: true, refreshes - 1: true, refreshes: true} {
		_, spent, found, err := store.Find(ctx, fmt.Appendf(nil, "spent %d", i))
		require.NoError(t, err)
		require.Equal(t, []bool{known, i < refreshes && known}, []bool{found, spent}, i)
	}
	require.NoError(t, store.End(ctx, "fm_spent", testEntry))
}

func manySessions(t *testing.T, store Store) {
	ctx := context.Background()
	require.NoError(t, store.AddUser(ctx, auth.User{ID: "us_many", Email: "many@usc.edu.co", Role: auth.Viewer, Login: auth.BySignOn, Created: begun}, testEntry))
	for i := range auth.MaxFamilies + 2 {
		at := begun.Add(time.Duration(i) * time.Second)
		require.NoError(t, store.Begin(ctx, auth.Family{ID: fmt.Sprintf("fm_many_%d", i), User: "us_many", Begun: at, Used: at}, fmt.Appendf(nil, "many %d", i), acceptAll))
	}
	for i, ended := range map[int]bool{0: true, 1: true, 2: false, auth.MaxFamilies + 1: false} {
		family, _, found, err := store.Standing(ctx, fmt.Sprintf("fm_many_%d", i))
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, ended, family.Ended, i)
	}
	require.NoError(t, store.RemoveUser(ctx, "us_many", acceptAll))
}
