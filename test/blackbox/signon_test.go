package blackbox

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"

	"github.com/oauth2-proxy/mockoidc"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestSignOn logs in through a provider of OpenID Connect: groups become roles at every login, and nobody gets in by an
// address that the provider has not verified, without a group, or with another's attempt.
func TestSignOn(t *testing.T) {
	provider, err := mockoidc.Run()
	require.NoError(t, err)
	t.Cleanup(func() { _ = provider.Shutdown() })
	server := start(t, databasetest.SQLite(t), "OIDC_ISSUER="+provider.Issuer(), "OIDC_CLIENT_ID="+provider.ClientID, "OIDC_CLIENT_SECRET="+provider.ClientSecret,
		"OIDC_REDIRECT_URL=http://holotwin.test/auth/oidc/callback", "OIDC_ADMIN_GROUP=energia", "OIDC_VIEWER_GROUP=profesores")
	admin := login(t, server)

	ana := &mockoidc.MockUser{Subject: "1", Email: "Ana@usc.edu.co", EmailVerified: true, Groups: []string{"profesores"}}
	provider.QueueUser(ana)
	browser := newBrowser(t, server)
	status, tokens := browser.comeBack(browser.visit())
	require.Equal(t, 303, status)
	client := &program.Client{URL: server.URL, HTTP: http.DefaultClient, Check: admin.Check, Token: tokens.Get("access_token")}
	var me struct{ ID, Email, Role string }
	require.NoError(t, send(t, client, 200, http.MethodGet, "/auth/me", nil).JSON(&me))
	require.Equal(t, []string{"ana@usc.edu.co", "viewer"}, []string{me.Email, me.Role})
	send(t, client, 200, http.MethodPost, "/auth/refresh", map[string]any{"refresh_token": tokens.Get("refresh_token")})

	ana.Groups = []string{"profesores", "energia"}
	provider.QueueUser(ana)
	status, _ = browser.comeBack(browser.visit())
	require.Equal(t, 303, status)
	send(t, client, 200, http.MethodGet, "/auth/usuarios", nil)

	for name, user := range map[string]*mockoidc.MockUser{
		"no group":           {Subject: "2", Email: "b@usc.edu.co", EmailVerified: true, Groups: []string{"visitas"}},
		"an unverified mail": {Subject: "3", Email: program.AdminEmail, Groups: []string{"energia"}},
	} {
		provider.QueueUser(user)
		status, _ = browser.comeBack(browser.visit())
		require.Equal(t, 401, status, name)
	}
	send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+me.ID, map[string]any{"disabled": true})
	provider.QueueUser(ana)
	status, _ = browser.comeBack(browser.visit())
	require.Equal(t, 401, status, "disabled here")

	stolen := browser.visit()
	status, _ = newBrowser(t, server).comeBack(stolen)
	require.Equal(t, 401, status, "a browser that began nothing")
	forged, err := url.Parse(stolen)
	require.NoError(t, err)
	query := forged.Query()
	query.Set("state", "x")
	forged.RawQuery = query.Encode()
	status, _ = browser.comeBack(forged.String())
	require.Equal(t, 401, status, "another state")
	send(t, login(t, start(t, databasetest.SQLite(t))), 404, http.MethodGet, "/auth/oidc", nil)
}

// browser keeps cookies and follows redirects by hand: the name that the provider sends it back to is made up.
type browser struct {
	t      *testing.T
	server *program.Server
	client *http.Client
}

func newBrowser(t *testing.T, server *program.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &browser{t: t, server: server, client: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// visit goes to the provider and gives where it sends the browser back to.
func (b *browser) visit() string {
	b.t.Helper()
	answer, err := b.client.Get(b.server.URL + "/auth/oidc")
	require.NoError(b.t, err)
	require.NoError(b.t, answer.Body.Close())
	require.Equal(b.t, 302, answer.StatusCode)
	require.Contains(b.t, answer.Header.Get("Location"), "code_challenge_method=S256")
	answer, err = b.client.Get(answer.Header.Get("Location"))
	require.NoError(b.t, err)
	require.NoError(b.t, answer.Body.Close())
	require.Equal(b.t, 302, answer.StatusCode)
	return answer.Header.Get("Location")
}

// comeBack brings the code to this server and gives what the page is handed.
func (b *browser) comeBack(address string) (status int, tokens url.Values) {
	b.t.Helper()
	back, err := url.Parse(address)
	require.NoError(b.t, err)
	require.Equal(b.t, "holotwin.test", back.Host)
	answer, err := b.client.Get(b.server.URL + back.Path + "?" + back.RawQuery)
	require.NoError(b.t, err)
	require.NoError(b.t, answer.Body.Close())
	to, err := url.Parse(answer.Header.Get("Location"))
	require.NoError(b.t, err)
	tokens, err = url.ParseQuery(to.Fragment)
	require.NoError(b.t, err)
	return answer.StatusCode, tokens
}
