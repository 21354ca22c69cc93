package blackbox

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// person is a user with these claims at the university's login, whatever claims are requested.
type person map[string]any

func (p person) ID() string { return p["sub"].(string) }
func (p person) Userinfo([]string) ([]byte, error) {
	return json.Marshal(map[string]any{"sub": p["sub"]})
}

func (p person) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	claims := jwt.MapClaims{}
	written, err := json.Marshal(base)
	if err == nil {
		err = json.Unmarshal(written, &claims)
	}
	maps.Copy(claims, p)
	return claims, err
}

// with is a person with other claims; nil takes one away.
func (p person) with(claims person) person {
	other := maps.Clone(p)
	maps.Copy(other, claims)
	maps.DeleteFunc(other, func(_ string, value any) bool { return value == nil })
	return other
}

// personOf reads the claims of a file of test/testdata/sign_on.
func personOf(t *testing.T, name string) person {
	t.Helper()
	content, err := os.ReadFile("../testdata/sign_on/" + name)
	require.NoError(t, err)
	p := person{}
	require.NoError(t, json.Unmarshal(content, &p))
	return p
}

// university is a provider of OpenID Connect that can be made to behave as providers do.
type university struct {
	*mockoidc.MockOIDC

	mu sync.Mutex
	// asked are the scopes of the last attempt, refusing those that it does not know, answer what it says in place of a code.
	asked, refusing []string
	answer          url.Values
}

func openUniversity(t *testing.T) *university {
	t.Helper()
	m, err := mockoidc.NewServer(nil)
	require.NoError(t, err)
	u := &university{MockOIDC: m}
	require.NoError(t, m.AddMiddleware(u.behave))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, m.Start(listener, nil))
	t.Cleanup(func() { _ = m.Server.Close() })
	return u
}

func (u *university) behave(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.mu.Lock()
		defer u.mu.Unlock()
		if r.URL.Path != mockoidc.AuthorizationEndpoint {
			next.ServeHTTP(w, r)
			return
		}
		u.asked = strings.Fields(r.URL.Query().Get("scope"))
		answer := u.answer
		if slices.ContainsFunc(u.refusing, func(scope string) bool { return slices.Contains(u.asked, scope) }) {
			answer = url.Values{"error": {"invalid_scope"}}
		}
		if answer == nil {
			next.ServeHTTP(w, r)
			return
		}
		answer = maps.Clone(answer)
		if !answer.Has("state") {
			answer.Set("state", r.URL.Query().Get("state"))
		}
		http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
	})
}

// answers makes the provider say something in place of a code; nil takes that back.
func (u *university) answers(values url.Values) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answer = values
}

// settings are those of a server that knows the provider.
func (u *university) settings(more ...string) []string {
	return append([]string{
		"OIDC_ISSUER=" + u.Issuer(), "OIDC_CLIENT_ID=" + u.ClientID, "OIDC_CLIENT_SECRET=" + u.ClientSecret, "OIDC_REDIRECT_URL=http://holotwin.test/auth/oidc/callback",
		"OIDC_ADMIN_GROUP=energy-admins", "OIDC_MANAGER_GROUP=energy-managers", "OIDC_VIEWER_GROUP=energy-viewers",
	}, more...)
}

// eachSignOn runs a test on both databases with a provider of its own.
func eachSignOn(t *testing.T, run func(t *testing.T, u *university, server *program.Server), settings ...string) {
	t.Run("sqlite", func(t *testing.T) {
		u := openUniversity(t)
		run(t, u, start(t, databasetest.SQLite(t), u.settings(settings...)...))
	})
	t.Run("postgres", func(t *testing.T) {
		u := openUniversity(t)
		run(t, u, start(t, databasetest.Postgres(t), u.settings(settings...)...))
	})
}

// browser keeps cookies and follows redirects by hand: the name that the provider sends it back to is made up.
type browser struct {
	t      *testing.T
	server *program.Server
	client *http.Client
	// answered are the headers of the last answer to it.
	answered http.Header
}

func newBrowser(t *testing.T, server *program.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &browser{t: t, server: server, client: &http.Client{
		Timeout: eventuallyFor, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// visit opens the provider's page and returns the address that it redirects the browser to.
func (b *browser) visit() string {
	b.t.Helper()
	answer := b.get(b.server.URL + "/auth/oidc")
	require.Equal(b.t, 302, answer.StatusCode)
	require.Contains(b.t, answer.Header.Get("Location"), "code_challenge_method=S256")
	answer = b.get(answer.Header.Get("Location"))
	require.Equal(b.t, 302, answer.StatusCode)
	return answer.Header.Get("Location")
}

func (b *browser) get(address string) *http.Response {
	b.t.Helper()
	answer, err := b.client.Get(address)
	require.NoError(b.t, err)
	require.NoError(b.t, answer.Body.Close())
	b.answered = answer.Header
	return answer
}

// comeBack sends the provider's answer to this server, and returns the part of the next address that no server sees.
func (b *browser) comeBack(address string) (status int, fragment url.Values) {
	b.t.Helper()
	back, err := url.Parse(address)
	require.NoError(b.t, err)
	require.Equal(b.t, "holotwin.test", back.Host)
	answer := b.get(b.server.URL + back.Path + "?" + back.RawQuery)
	to, err := url.Parse(answer.Header.Get("Location"))
	require.NoError(b.t, err)
	require.Empty(b.t, to.RawQuery, "what servers and proxies see holds nothing")
	fragment, err = url.ParseQuery(to.Fragment)
	require.NoError(b.t, err)
	for name := range fragment {
		require.Contains(b.t, []string{"signon_code", "signon"}, name, "no token stands in the address")
	}
	return answer.StatusCode, fragment
}

type session struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Type    string `json:"token_type"`
	User    struct{ ID, Email, Role string }
}

// exchange does what the page does with a code.
func (b *browser) exchange(code string) (status int, s session) {
	b.t.Helper()
	client := &program.Client{URL: b.server.URL, HTTP: b.client}
	answer, err := client.Send(http.MethodPost, "/auth/oidc/canje", map[string]any{"code": code})
	require.NoError(b.t, err)
	require.NoError(b.t, answer.JSON(&s))
	return answer.Status, s
}

// signOn signs a person on and returns their session.
func (b *browser) signOn(u *university, who person) (*program.Client, session) {
	b.t.Helper()
	u.QueueUser(who)
	status, fragment := b.comeBack(b.visit())
	require.Equal(b.t, 303, status, "%s", b.server.Log)
	status, s := b.exchange(fragment.Get("signon_code"))
	require.Equal(b.t, 200, status)
	return &program.Client{URL: b.server.URL, HTTP: http.DefaultClient, Token: s.Access}, s
}

// refused signs a person on who is rejected, and returns the reason in the log.
func (b *browser) refused(u *university, who person) string {
	b.t.Helper()
	u.QueueUser(who)
	status, _ := b.comeBack(b.visit())
	require.Equal(b.t, 401, status)
	return b.reason()
}

// reason is why the last request was refused, as the log has it at its usual level.
func (b *browser) reason() (reason string) {
	b.t.Helper()
	request := b.answered.Get("X-Request-Id")
	require.NotEmpty(b.t, request)
	eventually(b.t, "the log has the reason", func() bool {
		for line := range strings.Lines(b.server.Log.String()) {
			var entry struct {
				Level, Reason string
				RequestID     string `json:"request_id"`
			}
			if json.Unmarshal([]byte(line), &entry) == nil && entry.RequestID == request && entry.Reason != "" {
				reason = entry.Reason
				return entry.Level != "debug"
			}
		}
		return false
	})
	return reason
}
