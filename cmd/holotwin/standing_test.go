package main

import (
	"context"
	"io/fs"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/bcrypt"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormstanding "github.com/holotwin/holotwin/adapters/gorm/auth/standing"
	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	"github.com/holotwin/holotwin/adapters/jwt"
	"github.com/holotwin/holotwin/adapters/remote"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/peer"
	"github.com/holotwin/holotwin/platform/problem"
	"github.com/holotwin/holotwin/platform/random"
)

// TestTokensAreVerifiedElsewhere logs in at auth and uses the token and a key in a process without it: over HTTP, with a database of its
// own, before and after each of them restarts.
func TestTokensAreVerifiedElsewhere(t *testing.T) {
	ctx, begun := t.Context(), time.Now().Truncate(time.Minute)
	a := newAuthAlone(t)
	verify := jwt.New([]byte(jwtTestSecret), clock.System{})
	db := openMigrated(t, "standing", gormstanding.Migrations)
	start := func() (*standing.Verifier, httpauth.Authenticator) {
		verifier := standing.New(verify, remote.Standing{Client: a.client(t)}, gormstanding.New(db), clock.System{})
		require.NoError(t, verifier.Load(ctx))
		return verifier, httpauth.Authenticator{Credentials: verifier}
	}
	first, second := a.login(t), a.login(t)
	key, secret, err := a.keys.Add(ctx, a.root, auth.KeyEdit{Name: "Sala", Space: "sp_1"})
	require.NoError(t, err)
	verifier, authenticator := start()
	requireCode := func(code problem.Code, token, key string) httpserver.Principal {
		t.Helper()
		p, err := authenticator.Authenticate(ctx, token, key)
		if code == "" {
			require.NoError(t, err)
			return p
		}
		refused := new(problem.Problem)
		require.ErrorAs(t, err, &refused)
		require.Equal(t, code, refused.Code)
		return p
	}
	requireCode(problem.ModuleAway, first, "")
	require.NoError(t, verifier.Pull(ctx))
	p := requireCode("", first, "")
	require.Equal(t, httpserver.Principal{Subject: a.root.ID, Role: httpserver.Admin, TokenID: p.TokenID, Family: p.Family}, p)
	require.Equal(t, httpserver.Principal{Subject: key.ID, Role: httpserver.Device, IsKey: true, Space: "sp_1"}, requireCode("", "", secret))
	reading, readSecret, err := a.keys.Add(ctx, a.root, auth.KeyEdit{Name: "Grafana", Role: auth.Viewer, Space: "sp_1"})
	require.NoError(t, err)
	require.Equal(t, httpserver.Principal{Subject: reading.ID, Role: httpserver.Viewer, IsKey: true, Space: "sp_1"}, requireCode("", readSecret, ""))
	requireCode(problem.Unauthenticated, first+"x", "")
	requireCode(problem.Unauthenticated, "", secret+"x")

	require.NoError(t, a.sessions.Logout(ctx, a.root, p.Family))
	require.NoError(t, verifier.Pull(ctx))
	stored, err := a.keys.Get(ctx, a.root, key.ID)
	require.NoError(t, err)
	require.False(t, stored.LastUsed.Before(begun), "the use of a key in another process is stored")
	a.stop(t)
	for range 2 {
		requireCode(problem.Unauthenticated, first, "")
		requireCode("", second, "")
		requireCode("", "", secret)
		require.Equal(t, httpserver.Viewer, requireCode("", readSecret, "").Role, "also from the store")
		requireCode(problem.ModuleAway, "", "htk_another")
		require.Error(t, verifier.Pull(ctx))
		verifier, authenticator = start()
	}
	a.serve(t)
	require.NoError(t, a.keys.Remove(ctx, a.root, key.ID))
	verifier, authenticator = start()
	require.NoError(t, verifier.Pull(ctx))
	requireCode(problem.Unauthenticated, "", secret)
	requireCode("", second, "")
}

const (
	jwtTestSecret = "0123456789abcdef0123456789abcdef"
	testPassword  = "una frase larga y propia"
)

// authAlone is the module auth in a process of its own.
type authAlone struct {
	root     auth.Actor
	email    string
	sessions *auth.Sessions
	keys     *auth.Keys
	server   *peer.Server
	tokens   *peer.Tokens
	url      string
	stop     func(*testing.T)
}

func openMigrated(t *testing.T, part string, schema func() fs.FS) *database.Database {
	t.Helper()
	db, err := database.Open(t.Context(), database.Options{URL: databasetest.SQLite(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.Migrate(t.Context(), part, schema()))
	return db
}

func newAuthAlone(t *testing.T) *authAlone {
	t.Helper()
	ctx, a := t.Context(), &authAlone{email: "ana@usc.edu.co"}
	store := gormauth.New(openMigrated(t, "auth", gormauth.Migrations))
	hasher, err := bcrypt.New(bcrypt.Cost)
	require.NoError(t, err)
	refusals := auth.NewRefusals(store, clock.System{})
	a.sessions = newSessions(config.Config{LoginLimitPerMin: 1000}, store, refusals, hasher, jwt.New([]byte(jwtTestSecret), clock.System{}), nil)
	accounts := auth.NewAccounts(auth.AccountsNeed{
		Users: store, Resets: store, Untested: store, Links: store, Spaces: oneSpace{}, Hasher: hasher, Clock: clock.System{}, NewID: random.ID, Random: random.Bytes, Changed: a.sessions.Forget,
	})
	a.keys = auth.NewKeys(store, accounts, nil, clock.System{})
	_, err = accounts.Bootstrap(ctx, a.email, testPassword, auth.ForDemo)
	require.NoError(t, err)
	root, err := accounts.ByEmail(ctx, a.email)
	require.NoError(t, err)
	a.root = auth.Actor{ID: root.ID, Role: root.Role}
	a.tokens, err = peer.NewTokens([][]byte{[]byte(jwtTestSecret)}, time.Now)
	require.NoError(t, err)
	a.server = peer.NewServer(a.tokens, remote.RefusalOf)
	remote.AnswerStanding(a.server, standing.InProcess{Log: auth.NewChangeLog(store, clock.System{}), Keys: a.keys})
	a.serve(t)
	return a
}

// oneSpace is a campus with the space sp_1.
type oneSpace struct{}

func (oneSpace) Within(_ context.Context, _, inner string) (bool, error) { return inner == "sp_1", nil }

func (oneSpace) Unknown(_ context.Context, _ string, devices []string) ([]string, error) {
	return devices, nil
}
func (oneSpace) Zone(context.Context, ...string) (*time.Location, error) { return time.UTC, nil }

// serve answers other processes until stop is called.
func (a *authAlone) serve(t *testing.T) {
	t.Helper()
	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Locale: "es"})
	api.AnswerPeers(a.server)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	a.url = "http://" + listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- api.Serve(listener) }()
	stopped := false
	a.stop = func(t *testing.T) {
		if stopped {
			return
		}
		stopped = true
		require.NoError(t, api.Shutdown(context.Background()))
		require.NoError(t, <-served)
	}
	t.Cleanup(func() { a.stop(t) })
}

// client asks auth at its present address.
func (a *authAlone) client(t *testing.T) *peer.Client {
	t.Helper()
	client, err := peer.NewClient(peer.ClientOptions{URL: a.url, Tokens: a.tokens})
	require.NoError(t, err)
	return client
}

func (a *authAlone) login(t *testing.T) string {
	t.Helper()
	granted, err := a.sessions.Login(t.Context(), auth.LoginForm{Email: a.email, Password: testPassword}, auth.Actor{Client: "192.0.2.1"})
	require.NoError(t, err)
	return granted.Access
}
