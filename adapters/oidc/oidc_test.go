package oidc

import (
	"context"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/clock"
)

// setClock is a clock that the test sets.
type setClock struct{ at atomic.Pointer[time.Time] }

func (w *setClock) Now() time.Time   { return *w.at.Load() }
func (w *setClock) set(at time.Time) { w.at.Store(&at) }

// TestASilentProviderBlocksNoOtherCall calls a provider that accepts connections and never answers, many times at once: each
// caller returns at its own deadline, only one fetch runs, and no lock is held.
func TestASilentProviderBlocksNoOtherCall(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	var connections atomic.Int32
	go func() {
		for {
			if _, err := silent.Accept(); err != nil {
				return
			}
			connections.Add(1)
		}
	}()
	p := New(Settings{Issuer: "http://" + silent.Addr().String()}, clock.System{})
	p.wait = 100 * time.Millisecond
	var wait sync.WaitGroup
	for i := range 50 {
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			var err error
			if i%2 == 0 {
				_, err = p.Address(ctx, auth.Attempt{})
			} else {
				_, err = p.Identity(ctx, "code", auth.Attempt{})
			}
			if !isUnavailable(err) {
				t.Errorf("not unavailable: %v", err)
			}
		})
	}
	wait.Wait() // the look itself would take answerTime
	require.EqualValues(t, 1, connections.Load())
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = p.Address(gone, auth.Attempt{})
	require.ErrorIs(t, err, auth.ErrUnavailable, "a cancelled caller does not wait")
}

func isUnavailable(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), auth.ErrUnavailable.Error())
}

// TestAFailureIsCached: a failing provider is called once in failureLife, and found when it works again.
func TestAFailureIsCached(t *testing.T) {
	var asked atomic.Int32
	var works atomic.Bool
	var issuer string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if !works.Load() {
			http.Error(w, "secreto del proveedor", http.StatusBadGateway)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/authorize"})
	}))
	t.Cleanup(server.Close)
	issuer = server.URL
	var now setClock
	now.set(time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC))
	p := New(Settings{Issuer: issuer}, &now)
	for range 3 {
		_, err := p.Address(context.Background(), auth.Attempt{})
		require.EqualError(t, err, "the university's sign-on does not answer: OIDC_ISSUER cannot be read: answered 502")
	}
	require.EqualValues(t, 1, asked.Load())
	works.Store(true)
	now.set(now.Now().Add(failureLife))
	for range 2 {
		_, err := p.Address(context.Background(), auth.Attempt{})
		require.NoError(t, err)
	}
	require.EqualValues(t, 2, asked.Load(), "the document is not fetched again")
}

// person holds the claims that the test's provider returns.
type person struct {
	subject          string
	claims, userinfo map[string]any
}

func (p person) ID() string                        { return p.subject }
func (p person) Userinfo([]string) ([]byte, error) { return json.Marshal(p.userinfo) }
func (p person) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	claims := jwt.MapClaims{}
	written, err := json.Marshal(base)
	if err == nil {
		err = json.Unmarshal(written, &claims)
	}
	maps.Copy(claims, p.claims)
	return claims, err
}

// university is a provider whose endpoints can be replaced, by path.
type university struct {
	*mockoidc.MockOIDC
	otherwise map[string]http.HandlerFunc
}

func open(t *testing.T) *university {
	t.Helper()
	m, err := mockoidc.NewServer(nil)
	require.NoError(t, err)
	u := &university{m, make(map[string]http.HandlerFunc)}
	require.NoError(t, m.AddMiddleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if answer, is := u.otherwise[r.URL.Path]; is {
				answer(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, m.Start(listener, nil))
	t.Cleanup(func() { _ = m.Server.Close() })
	return u
}

func (u *university) provider(claim string) *Provider {
	return New(Settings{
		Issuer: u.Issuer(), ClientID: u.ClientID, ClientSecret: u.ClientSecret, RedirectURL: "http://holotwin.test/auth/oidc/callback",
		Scopes: []string{"openid"}, GroupsClaim: claim,
	}, clock.System{})
}

var attempt = auth.Attempt{State: "el-estado", Nonce: "el-nonce", Verifier: strings.Repeat("v", 43)}

// signOn goes through the provider's login and returns.
func (u *university) signOn(t *testing.T, p *Provider, who person) (auth.Identity, error) {
	t.Helper()
	u.QueueUser(who)
	address, err := p.Address(context.Background(), attempt)
	require.NoError(t, err)
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := browser.Get(address)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	back, err := answer.Location()
	require.NoError(t, err)
	return p.Identity(context.Background(), back.Query().Get("code"), attempt)
}

// TestClaimsAsProvidersSendThem reads a claim in all forms in which providers send it, in the token or at the userinfo endpoint.
func TestClaimsAsProvidersSendThem(t *testing.T) {
	u := open(t)
	const ana = "ana@usc.edu.co"
	for name, c := range map[string]struct {
		claim            string
		claims, userinfo map[string]any
		wanted           auth.Identity
	}{
		"a list":                 {"groups", map[string]any{"email": ana, "email_verified": true, "groups": []any{"a", 7, "b", nil, ""}}, nil, auth.Identity{Email: ana, Verified: true, Groups: []string{"a", "b"}}},
		"a text is one name":     {"groups", map[string]any{"email": ana, "email_verified": true, "groups": "a b,c"}, nil, auth.Identity{Email: ana, Verified: true, Groups: []string{"a b,c"}}},
		"another claim":          {"roles", map[string]any{"email": ana, "email_verified": true, "groups": "a", "roles": []any{"b"}}, nil, auth.Identity{Email: ana, Verified: true, Groups: []string{"b"}}},
		"neither list nor text":  {"groups", map[string]any{"email": ana, "email_verified": true, "groups": map[string]any{"a": true}}, nil, auth.Identity{Email: ana, Verified: true}},
		"no group is needed":     {"", map[string]any{"email": ana, "email_verified": true, "": "a"}, nil, auth.Identity{Email: ana, Verified: true, Groups: []string{"a"}}},
		"verified as a text":     {"", map[string]any{"email": ana, "email_verified": "true"}, nil, auth.Identity{Email: ana, Verified: true}},
		"not as a text":          {"", map[string]any{"email": ana, "email_verified": "false"}, nil, auth.Identity{Email: ana}},
		"not verified":           {"", map[string]any{"email": ana, "email_verified": false}, map[string]any{"sub": "1", "email": ana, "email_verified": true}, auth.Identity{Email: ana}},
		"verified, a number":     {"", map[string]any{"email": ana, "email_verified": 1}, nil, auth.Identity{Email: ana}},
		"missing":                {"groups", map[string]any{"email": ana}, map[string]any{"sub": "1", "email": ana}, auth.Identity{Email: ana}},
		"at userinfo":            {"groups", nil, map[string]any{"sub": "1", "email": ana, "email_verified": true, "groups": []any{"a"}}, auth.Identity{Email: ana, Verified: true, Groups: []string{"a"}}},
		"verified at userinfo":   {"", map[string]any{"email": ana}, map[string]any{"sub": "1", "email": ana, "email_verified": true}, auth.Identity{Email: ana, Verified: true}},
		"another is verified":    {"", map[string]any{"email": ana}, map[string]any{"sub": "1", "email": "b@usc.edu.co", "email_verified": true}, auth.Identity{Email: ana}},
		"another's userinfo":     {"groups", map[string]any{"email": ana}, map[string]any{"sub": "2", "email": ana, "email_verified": true, "groups": "a"}, auth.Identity{Email: ana}},
		"an e-mail that is none": {"", map[string]any{"email": 7, "email_verified": true}, nil, auth.Identity{Verified: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := u.signOn(t, u.provider(c.claim), person{"1", c.claims, c.userinfo})
			require.NoError(t, err)
			c.wanted.Account = auth.Account{Issuer: u.Issuer(), Subject: "1"}
			require.Equal(t, c.wanted, got)
		})
	}
	u.otherwise[mockoidc.UserinfoEndpoint] = status(http.StatusForbidden)
	got, err := u.signOn(t, u.provider("groups"), person{"1", map[string]any{"email": ana}, nil})
	require.NoError(t, err, "a refusal by the userinfo endpoint is no error")
	require.Equal(t, ana, got.Email)
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "secreto", code) }
}

// TestRefusalsSayWhy: the reason says what is wrong with a token or code, without secrets that the provider repeats.
func TestRefusalsSayWhy(t *testing.T) {
	u := open(t)
	for reason, claims := range map[string]map[string]any{
		"made for another attempt (nonce)": {"nonce": "x"},
		"the ID token expired at":          {"exp": 1_000_000_000},
		"expected audience":                {"aud": "another"},
		"issued by a different provider":   {"iss": "https://another"},
		"before the nbf (not before) time": {"nbf": 4_000_000_000},
	} {
		_, err := u.signOn(t, u.provider(""), person{"1", claims, nil})
		var refused auth.ErrSignOn
		require.ErrorAs(t, err, &refused, reason)
		require.Contains(t, refused.Reason, reason)
		require.ErrorIs(t, err, auth.ErrCredentials)
	}
	p := u.provider("")
	_, err := p.Identity(context.Background(), "código/secreto", attempt)
	require.EqualError(t, err, "the provider rejected the code: invalid_grant: Invalid code: …", "the provider repeats the code")
	p.settings.ClientSecret = "otro secreto"
	_, err = u.signOn(t, p, person{subject: "1"})
	require.EqualError(t, err, "the provider rejected the code: invalid_client: Invalid client secret: …")
	u.otherwise[mockoidc.TokenEndpoint] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"a","token_type":"bearer"}`))
	}
	_, err = u.signOn(t, u.provider(""), person{subject: "1"})
	require.ErrorContains(t, err, "the provider sent no ID token")
}

// TestEndpointsThatFail: a failing endpoint means unavailable (503) and not refused, and the reason says which endpoint and how.
func TestEndpointsThatFail(t *testing.T) {
	var arrived atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	t.Cleanup(elsewhere.Close)
	ended := make(chan struct{})
	for name, answer := range map[string]http.HandlerFunc{
		"answered 503":               status(http.StatusServiceUnavailable),
		"redirected to another host": http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect).ServeHTTP,
		"deadline exceeded":          func(_ http.ResponseWriter, r *http.Request) { <-ended },
		"the answer is larger than":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxAnswer+1)) },
	} {
		for _, path := range []string{mockoidc.TokenEndpoint, mockoidc.JWKSEndpoint, mockoidc.UserinfoEndpoint, mockoidc.DiscoveryEndpoint} {
			t.Run(path+" "+name, func(t *testing.T) {
				u := open(t)
				p := u.provider("")
				if path != mockoidc.DiscoveryEndpoint {
					_, err := p.Address(context.Background(), attempt)
					require.NoError(t, err)
				}
				u.otherwise[path] = answer
				if name == "deadline exceeded" {
					p.wait = 100 * time.Millisecond
				}
				if path == mockoidc.DiscoveryEndpoint {
					_, err := p.Address(context.Background(), attempt)
					require.True(t, isUnavailable(err), err)
					return
				}
				_, err := u.signOn(t, p, person{subject: "1"})
				require.True(t, isUnavailable(err), err)
				require.NotContains(t, err.Error(), "secreto")
			})
		}
	}
	close(ended)
	require.Zero(t, arrived.Load(), "neither the secret nor the code is sent to another host")
}
