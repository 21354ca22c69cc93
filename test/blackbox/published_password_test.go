package blackbox

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/oauth2-proxy/mockoidc"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// publishedPassword is what versions before gave to users of the sign-on, for want of a password.
const publishedPassword = "nobody has this password"

// TestSignOnGivesNoPassword tries every way to set a password for a user of the sign-on, and lets an administrator set one.
func TestSignOnGivesNoPassword(t *testing.T) {
	provider, err := mockoidc.Run()
	require.NoError(t, err)
	t.Cleanup(func() { _ = provider.Shutdown() })
	server := start(t, databasetest.SQLite(t), "OIDC_ISSUER="+provider.Issuer(), "OIDC_CLIENT_ID="+provider.ClientID, "OIDC_CLIENT_SECRET="+provider.ClientSecret,
		"OIDC_REDIRECT_URL=http://holotwin.test/auth/oidc/callback", "OIDC_ADMIN_GROUP=energia")
	admin := login(t, server)
	const email = "rectora@usc.edu.co"
	provider.QueueUser(&mockoidc.MockUser{Subject: "1", Email: email, EmailVerified: true, Groups: []string{"energia"}})
	browser := newBrowser(t, server)
	status, _ := browser.comeBack(browser.visit())
	require.Equal(t, 303, status)
	var users struct {
		Items []struct{ ID, Email, Login string }
	}
	require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/usuarios", nil).JSON(&users))
	var id string
	for _, u := range users.Items {
		if u.Email == email {
			id = u.ID
			require.Equal(t, "sign_on", u.Login)
		}
	}
	requireNoPasswordLogin(t, admin, email, publishedPassword, " ", "sign_on", "x")

	send(t, admin, 400, http.MethodPatch, "/auth/usuarios/"+id, map[string]any{"password": publishedPassword})
	given := send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+id, map[string]any{"password": password})
	require.Contains(t, string(given.Body), `"login":"password"`)
	rectora := enter(t, admin, email, password)
	send(t, rectora, 401, http.MethodPut, "/auth/password", map[string]any{"current": publishedPassword, "new": password + "2"})
	requireNoPasswordLogin(t, admin, email, publishedPassword)
}

// requireNoPasswordLogin tries passwords by every call that logs in.
func requireNoPasswordLogin(t *testing.T, like *program.Client, email string, passwords ...string) {
	t.Helper()
	nobody := &program.Client{URL: like.URL, HTTP: like.HTTP}
	for _, guess := range passwords {
		for _, path := range []string{"/auth/login", "/login"} {
			send(t, nobody, 401, http.MethodPost, path, map[string]string{"email": email, "password": guess})
			form := url.Values{"grant_type": {"password"}, "username": {email}, "password": {guess}}
			answer, err := nobody.Raw(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
			require.NoError(t, err)
			require.Equal(t, 401, answer.Status, "%s %s %q", path, email, guess)
		}
	}
}

// TestPublishedPasswordIsRemoved starts on a database of the version before, in which users of the sign-on have the hash of
// the published password, of many salts and costs, and one of them was taken over by a stranger.
func TestPublishedPasswordIsRemoved(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		ctx := context.Background()
		db, err := database.Open(ctx, database.Options{URL: databaseURL})
		require.NoError(t, err)
		require.NoError(t, db.Migrate(ctx, "auth", schemaUpTo(t, "00004")))
		exec := func(query string, values ...any) { require.NoError(t, db.Write.Exec(query, values...).Error, query) }
		add := func(id, password string, cost int) {
			hash, err := bcrypt.GenerateFromPassword([]byte(password), cost)
			require.NoError(t, err)
			exec("INSERT INTO auth_users (id, email, role, password_hash, created_at) VALUES (?, ?, 'admin', ?, 1)", id, id+"@usc.edu.co", string(hash))
			exec("INSERT INTO auth_families (id, user_id, begun_at, used_at) VALUES (?, ?, 1, 1)", "fm_"+id, id)
			exec("INSERT INTO auth_resets (user_id, digest, expires_at) VALUES (?, ?, 9000000000000)", id, id)
		}
		note := func(actor, action, target string) {
			exec("INSERT INTO auth_audit (at, actor, action, target, detail, client, request_id) VALUES (1, ?, ?, ?, '', '', '')", actor, action, target)
		}
		closed := []string{"low", "usual", "usual2", "high", "taken"}
		add("low", publishedPassword, 4)
		add("usual", publishedPassword, 11)
		add("usual2", publishedPassword, 11)
		add("high", publishedPassword, 12)
		add("taken", password, 4) // the stranger's
		note("", "user.added", "taken")
		note("taken", "password.changed", "taken")
		kept := []string{"real", "given", "linked"}
		add("real", password, 11)
		note("real", "password.changed", "real")
		add("given", password, 4)
		note("", "user.added", "given")
		note("real", "user.changed", "given")
		note("given", "password.changed", "given")
		add("linked", password, 4)
		note("", "user.added", "linked")
		note("linked", "reset.used", "linked")
		note("linked", "password.changed", "linked")
		exec("INSERT INTO auth_first_user (only_row, user_id) VALUES (1, 'real')")
		require.NoError(t, db.Close())

		server := start(t, databaseURL)
		client := &program.Client{URL: server.URL, HTTP: http.DefaultClient}
		for _, id := range kept {
			enter(t, client, id+"@usc.edu.co", password)
		}
		for _, id := range closed {
			send(t, client, 401, http.MethodPost, "/auth/login", map[string]string{"email": id + "@usc.edu.co", "password": publishedPassword})
		}
		requireNoPasswordLogin(t, client, "taken@usc.edu.co", password)
		require.NoError(t, server.Stop())
		server = start(t, databaseURL) // once and only once
		admin := enter(t, &program.Client{URL: server.URL, HTTP: http.DefaultClient}, "real@usc.edu.co", password)
		var audit struct{ Items []struct{ Target string } }
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/auditoria?action=password.removed", nil).JSON(&audit))
		var noted []string
		for _, line := range audit.Items {
			noted = append(noted, line.Target)
		}
		require.ElementsMatch(t, closed, noted)
		require.NoError(t, server.Stop())

		db, err = database.Open(ctx, database.Options{URL: databaseURL})
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		count := func(query string) (n int) {
			require.NoError(t, db.Read.Raw("SELECT COUNT(*) FROM "+query).Scan(&n).Error, query)
			return n
		}
		require.Equal(t, len(closed), count("auth_users WHERE password_hash = '' AND login = 'sign_on'"))
		require.Equal(t, len(kept), count("auth_users WHERE password_hash <> '' AND login = 'password'"))
		require.Equal(t, len(closed), count("auth_families WHERE id LIKE 'fm_%' AND begun_at = 1 AND ended"))
		require.Equal(t, len(kept), count("auth_resets"))
		require.Zero(t, count("auth_untested_passwords"))
	})
}

// schemaUpTo are the auth module's migrations up to one.
func schemaUpTo(t *testing.T, last string) fstest.MapFS {
	t.Helper()
	const folder = "../../adapters/gorm/auth/migrations/"
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	old := fstest.MapFS{}
	for _, f := range files {
		if number, _, _ := strings.Cut(f.Name(), "_"); number <= last {
			text, err := os.ReadFile(folder + f.Name())
			require.NoError(t, err)
			old[f.Name()] = &fstest.MapFile{Data: text}
		}
	}
	require.NotEmpty(t, old, fmt.Sprintf("no migration up to %s", last))
	return old
}
