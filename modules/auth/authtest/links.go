package authtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

const issuer = "https://login.usc.edu.co"

func account(subject string) auth.Account { return auth.Account{Issuer: issuer, Subject: subject} }

// admitAny admits a linked user, and adds a new one otherwise.
func admitAny(id, email string) func(auth.Candidates) (auth.Admission, error) {
	return func(known auth.Candidates) (auth.Admission, error) {
		if known.Linked != nil {
			return auth.Admission{User: *known.Linked}, nil
		}
		user := auth.User{ID: id, Email: email, Role: auth.Viewer, Login: auth.BySignOn, Created: begun}
		return auth.Admission{User: user, Add: true, Link: true, At: begun, Notes: []auth.Entry{{At: begun, Action: auth.UserAdded, Target: id}}}, nil
	}
}

// candidatesFor returns the candidates that decide receives for an account and an address, and changes nothing.
func candidatesFor(t *testing.T, store Store, a auth.Account, email string) (known auth.Candidates) {
	t.Helper()
	stop := errors.New("stop")
	_, err := store.Admit(context.Background(), a, email, func(k auth.Candidates) (auth.Admission, error) {
		known = k
		return auth.Admission{User: auth.User{ID: "us_never", Email: "never@usc.edu.co"}, Add: true}, stop
	})
	require.ErrorIs(t, err, stop, "the error of decide is returned unchanged")
	return known
}

func links(t *testing.T, store Store) {
	ctx := context.Background()
	candidates := func(a auth.Account, email string) auth.Candidates { return candidatesFor(t, store, a, email) }
	require.Nil(t, candidates(account("1"), "l@usc.edu.co").Linked)
	require.Nil(t, candidates(account("1"), "never@usc.edu.co").Holder, "nothing was written")
	require.Equal(t, firstAdmin(t, store).ID, candidates(account("1"), "l@usc.edu.co").LastAdmin)

	made, err := store.Admit(ctx, account("1"), "l@usc.edu.co", admitAny("us_l", "l@usc.edu.co"))
	require.NoError(t, err)
	known := candidates(account("1"), "l@usc.edu.co")
	require.Equal(t, []any{&made, &made, false}, []any{known.Linked, known.Holder, known.HolderLinked})
	known = candidates(account("2"), "l@usc.edu.co")
	require.Equal(t, []any{(*auth.User)(nil), &made, true}, []any{known.Linked, known.Holder, known.HolderLinked}, "another account with the same address")
	known = candidates(auth.Account{Issuer: "https://other", Subject: "1"}, "l@usc.edu.co")
	require.Equal(t, []any{(*auth.User)(nil), &made, false}, []any{known.Linked, known.Holder, known.HolderLinked}, "another issuer")

	// Only the address and the role are written.
	_, err = store.Admit(ctx, account("1"), "m@usc.edu.co", func(known auth.Candidates) (auth.Admission, error) {
		user := *known.Linked
		user.Email, user.Role, user.Space, user.Disabled, user.PasswordHash, user.Login = "m@usc.edu.co", auth.Manager, "sp_9", true, "x", auth.ByPassword
		return auth.Admission{User: user}, nil
	})
	require.NoError(t, err)
	made.Email, made.Role = "m@usc.edu.co", auth.Manager
	require.Equal(t, &made, candidates(account("1"), "l@usc.edu.co").Linked)

	linkedSessionsEnd(t, store)
	require.False(t, candidates(account("2"), "m@usc.edu.co").HolderLinked)

	require.NoError(t, store.RemoveUser(ctx, "us_l", acceptAll))
	_, err = store.Admit(ctx, account("1"), "l@usc.edu.co", admitAny("us_n", "l@usc.edu.co"))
	require.NoError(t, err)
	require.NoError(t, store.RemoveUser(ctx, "us_n", acceptAll))
	require.Nil(t, candidates(account("1"), "l@usc.edu.co").Linked, "a user who is removed leaves no link")
	linkAtOnce(t, store)
}

// linkedSessionsEnd ends the sessions of the user us_l, who is linked to an account, and unlinks them.
func linkedSessionsEnd(t *testing.T, store Store) {
	ctx := context.Background()
	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_l", User: "us_l", Begun: begun, Used: begun}, []byte("fm_l"), acceptAll))
	_, found, err := store.EndSessions(ctx, account("2"), testEntry)
	require.NoError(t, err)
	require.False(t, found)
	user, found, err := store.EndSessions(ctx, account("1"), auth.Entry{At: begun, Action: auth.SessionsEnded})
	require.NoError(t, err)
	require.Equal(t, []any{"us_l", true}, []any{user, found})
	family, _, _, err := store.Standing(ctx, "fm_l")
	require.NoError(t, err)
	require.True(t, family.Ended)
	lines, err := store.Entries(ctx, auth.AuditQuery{Action: auth.SessionsEnded, Target: "us_l", Limit: 2})
	require.NoError(t, err)
	require.Len(t, lines, 1)

	require.NoError(t, store.Begin(ctx, auth.Family{ID: "fm_m", User: "us_l", Begun: begun, Used: begun}, []byte("fm_m"), acceptAll))
	require.NoError(t, store.Unlink(ctx, "us_l", testEntry))
	require.ErrorIs(t, store.Unlink(ctx, "us_l", testEntry), auth.ErrNotFound)
	family, _, _, err = store.Standing(ctx, "fm_m")
	require.NoError(t, err)
	require.True(t, family.Ended, "unlinking ends the sessions")
}

// linkAtOnce signs one account on several times at once: it becomes one user.
func linkAtOnce(t *testing.T, store Store) {
	ctx := context.Background()
	ids := make([]string, 8)
	var wait sync.WaitGroup
	for i := range ids {
		wait.Go(func() {
			user, err := store.Admit(ctx, account("at once"), "o@usc.edu.co", admitAny(fmt.Sprintf("us_o%d", i), "o@usc.edu.co"))
			if err != nil {
				t.Error(err)
			}
			ids[i] = user.ID
		})
	}
	wait.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	lines, err := store.Entries(ctx, auth.AuditQuery{Action: auth.UserAdded, Target: ids[0], Limit: 2})
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.NoError(t, store.RemoveUser(ctx, ids[0], acceptAll))
}

func signOnCodes(t *testing.T, store Store) {
	ctx := context.Background()
	user := auth.User{ID: "us_c", Email: "c@usc.edu.co", Role: auth.Viewer, Login: auth.BySignOn, Created: begun}
	require.NoError(t, store.AddUser(ctx, user, testEntry))
	var families atomic.Int32
	open := func(u auth.User) (auth.PendingSession, error) {
		id := fmt.Sprintf("fm_c%d", families.Add(1))
		return auth.PendingSession{Family: auth.Family{ID: id, User: u.ID, Begun: begun, Used: begun}, Token: []byte(id), Note: testEntry}, nil
	}
	exchange := func(code, browser string, at time.Time) bool {
		t.Helper()
		won, err := store.ExchangeCode(ctx, []byte(code), []byte(browser), at, open)
		require.NoError(t, err)
		return won
	}
	require.NoError(t, store.AddCode(ctx, []byte("code"), []byte("browser"), "us_c", begun.Add(time.Minute)))
	require.False(t, exchange("code", "another", begun), "another browser")
	require.False(t, exchange("other", "browser", begun), "another code")
	require.False(t, exchange("code", "browser", begun.Add(time.Minute)), "too late")
	refused := errors.New("refused")
	_, err := store.ExchangeCode(ctx, []byte("code"), []byte("browser"), begun, func(auth.User) (auth.PendingSession, error) { return auth.PendingSession{}, refused })
	require.ErrorIs(t, err, refused)

	var winners atomic.Int32
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			won, err := store.ExchangeCode(ctx, []byte("code"), []byte("browser"), begun, open)
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
	require.False(t, exchange("code", "browser", begun))

	// A change that ends sessions also deletes codes.
	require.NoError(t, store.AddCode(ctx, []byte("second"), []byte("browser"), "us_c", begun.Add(time.Minute)))
	_, err = store.ChangeUser(ctx, "us_c", "", func(u *auth.User) (auth.Entry, error) {
		u.Login, u.PasswordHash = auth.ByPassword, "h"
		return testEntry, nil
	})
	require.NoError(t, err)
	require.False(t, exchange("second", "browser", begun))
	require.NoError(t, store.AddCode(ctx, []byte("third"), []byte("browser"), "us_c", begun.Add(time.Minute)))
	require.NoError(t, store.SweepCodes(ctx, begun.Add(59*time.Second)))
	require.True(t, exchange("third", "browser", begun))
	require.NoError(t, store.AddCode(ctx, []byte("fourth"), []byte("browser"), "us_c", begun.Add(time.Minute)))
	require.NoError(t, store.SweepCodes(ctx, begun.Add(time.Minute)))
	require.False(t, exchange("fourth", "browser", begun), "it was swept")
	require.NoError(t, store.RemoveUser(ctx, "us_c", acceptAll))
}
