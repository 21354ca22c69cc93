package standing_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	memorystanding "github.com/holotwin/holotwin/adapters/memory/auth/standing"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
)

// verdict is the answer to a token: refused, or with these rights.
type verdict struct {
	refused bool
	role    auth.Role
	space   string
}

// agreement compares two replicas that share a store with auth, as it was when each pulled last.
type agreement struct {
	*campus
	t         *rapid.T
	users     map[string]auth.User
	refreshes map[string]string // by access token
	keys      map[string]string // ids by secret
	store     *memorystanding.Store
	replicas  [2]*standing.Verifier
	// seen are the verdicts of auth at a replica's last pull, and its keys; last are those of the last pull of either.
	seen [2]sight
	last sight
}

// sight is what auth answered at an instant.
type sight struct {
	pulled bool
	tokens map[string]verdict
	keys   map[string]bool
}

// look asks auth without its caches.
func (a *agreement) look() sight {
	a.restart()
	seen := sight{pulled: true, tokens: make(map[string]verdict), keys: make(map[string]bool)}
	for token := range a.claims {
		holder, err := a.sessions.Holder(context.Background(), token)
		seen.tokens[token] = verdict{errors.Is(err, auth.ErrToken), holder.Role, holder.Space}
	}
	for secret := range a.keys {
		_, err := a.campus.keys.Holder(context.Background(), secret)
		seen.keys[secret] = err == nil
	}
	return seen
}

func (a *agreement) pickUser() auth.User {
	return a.users[rapid.SampledFrom(slices.Sorted(maps.Keys(a.users))).Draw(a.t, "user")]
}

func (a *agreement) pickToken() string {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(a.refreshes))).Draw(a.t, "token")
}

func (a *agreement) addUser() {
	user, _ := a.user(a.t)
	a.users[user.ID] = user
	a.logIn(user)
}

func (a *agreement) logIn(user auth.User) {
	granted, err := a.sessions.Login(context.Background(), auth.LoginForm{Email: user.Email, Password: password}, auth.Actor{Client: a.newID("net")})
	if err == nil {
		a.refreshes[granted.Access] = granted.Refresh
	}
}

// change is one call of auth; what it refuses changes nothing.
func (a *agreement) change() {
	ctx, user := context.Background(), a.pickUser()
	role := rapid.SampledFrom([]auth.Role{auth.Admin, auth.Manager, auth.Viewer}).Draw(a.t, "role")
	space := rapid.SampledFrom([]string{"", "sp_1", "sp_2"}).Draw(a.t, "space")
	disabled := rapid.Bool().Draw(a.t, "disabled")
	given := password
	edit := func(edit auth.UserEdit) func() {
		return func() { _, _ = a.accounts.Change(ctx, root, user.ID, edit) }
	}
	rapid.SampledFrom([]func(){
		a.addUser,
		func() { a.logIn(user) },
		func() { a.refresh(a.pickToken()) },
		func() {
			claims := a.claims[a.pickToken()]
			require.NoError(a.t, a.sessions.Logout(ctx, auth.Actor{ID: claims.Subject}, claims.Family))
		},
		edit(auth.UserEdit{Role: &role}), edit(auth.UserEdit{Space: &space}), edit(auth.UserEdit{Disabled: &disabled}), edit(auth.UserEdit{Password: &given}),
		func() { _ = a.accounts.Remove(ctx, root, user.ID) },
		func() { require.NoError(a.t, a.sessions.Sweep(ctx)) },
		a.changeKey,
	}).Draw(a.t, "change")()
}

// refresh uses a refresh token, also one that was used before.
func (a *agreement) refresh(token string) {
	granted, err := a.sessions.Refresh(context.Background(), a.refreshes[token], auth.Actor{})
	if err == nil {
		a.refreshes[granted.Access] = granted.Refresh
	}
}

func (a *agreement) changeKey() {
	if len(a.keys) < 3 {
		key, secret := a.key(a.t)
		a.keys[secret] = key.ID
		return
	}
	id := a.keys[rapid.SampledFrom(slices.Sorted(maps.Keys(a.keys))).Draw(a.t, "key")]
	at := auth.ParseMoment(a.now.Add(rapid.SampledFrom([]time.Duration{-time.Minute, time.Minute, time.Hour, 5 * time.Hour}).Draw(a.t, "expires")).Format(time.RFC3339))
	if rapid.IntRange(0, 3).Draw(a.t, "remove") == 0 {
		_ = a.campus.keys.Remove(context.Background(), root, id)
		return
	}
	_, _ = a.campus.keys.Change(context.Background(), root, id, auth.KeyChange{Expires: &at})
}

// pull pulls on one replica.
func (a *agreement) pull(i int) {
	err := a.replicas[i].Pull(context.Background())
	require.Equal(a.t, a.away, err != nil)
	if err == nil {
		a.seen[i] = a.look()
		a.last = a.seen[i]
	}
}

// startAgain starts a replica: it knows what either replica saved.
func (a *agreement) startAgain(i int) {
	a.replicas[i] = standing.New(a.campus, a.campus, a.store, a.campus)
	require.NoError(a.t, a.replicas[i].Load(context.Background()))
	a.seen[i] = a.last
}

// check compares the verdicts of a replica on all tokens with those of auth at its last pull. Tokens that were signed later are not compared.
func (a *agreement) check(i int) {
	ctx, seen := context.Background(), a.seen[i]
	for token, want := range seen.tokens {
		if !a.now.Before(a.claims[token].Expires) {
			want = verdict{refused: true}
		}
		holder, err := a.replicas[i].Holder(ctx, token)
		require.Equal(a.t, want, verdict{errors.Is(err, auth.ErrToken), holder.Role, holder.Space}, "%s %v", token, a.claims[token])
	}
	if !seen.pulled {
		for token := range a.refreshes {
			_, err := a.replicas[i].Holder(ctx, token)
			require.Error(a.t, err)
		}
	}
	now := a.look()
	for secret := range a.keys {
		_, err := a.replicas[i].KeyHolder(ctx, secret)
		if errors.Is(err, standing.ErrUndecided) {
			require.True(a.t, a.away)
			continue
		}
		if was, known := seen.keys[secret]; known && was == now.keys[secret] {
			require.Equal(a.t, was, err == nil, a.keys[secret])
		}
	}
}

// TestProcessesAgreeWithAuth makes random changes, restarts and outages: each replica decides on each token as auth did at its last pull.
func TestProcessesAgreeWithAuth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := &agreement{
			campus: newCampus(), t: t, users: make(map[string]auth.User), refreshes: make(map[string]string), keys: make(map[string]string), store: memorystanding.New(),
		}
		for i := range a.replicas {
			a.startAgain(i)
		}
		a.addUser()
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			replica := rapid.IntRange(0, len(a.replicas)-1).Draw(t, "replica")
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				a.startAgain(replica)
			case 1:
				a.away = !a.away
			case 2:
				a.now = a.now.Add(rapid.SampledFrom([]time.Duration{time.Minute, 10 * time.Minute, 90 * time.Minute, 3 * time.Hour, 8 * 24 * time.Hour}).Draw(t, "later"))
			case 3, 4, 5:
				a.pull(replica)
			default:
				a.change()
			}
			a.now = a.now.Add(time.Duration(rapid.IntRange(1, 1500).Draw(t, "ms")) * time.Millisecond)
			a.check(replica)
		}
	})
}
