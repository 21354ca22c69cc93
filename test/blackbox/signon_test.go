package blackbox

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// ana is a person of the university; the groups of this person give the role of a viewer.
var ana = person{"sub": "u-ana", "email": "Ana@usc.edu.co", "email_verified": true, "groups": []any{"energy-viewers"}}

// TestSignOn logs in through a provider of OpenID Connect: groups become roles at every login, and another person's attempt or code is
// rejected.
func TestSignOn(t *testing.T) {
	eachSignOn(t, func(t *testing.T, u *university, server *program.Server) {
		admin := login(t, server)
		browser := newBrowser(t, server)
		client, s := browser.signOn(u, ana)
		require.Equal(t, []string{"ana@usc.edu.co", "viewer", "bearer"}, []string{s.User.Email, s.User.Role, s.Type})
		client.Check = admin.Check
		send(t, client, 200, http.MethodGet, "/auth/me", nil)
		send(t, client, 200, http.MethodPost, "/auth/refresh", map[string]any{"refresh_token": s.Refresh})

		browser.signOn(u, ana.with(person{"groups": []any{"energy-viewers", "energy-admins"}}))
		send(t, client, 200, http.MethodGet, "/auth/usuarios", nil) // the older session has the new role too
		_, again := browser.signOn(u, ana)
		require.Equal(t, s.User.ID, again.User.ID)
		eventually(t, "the role holds in all sessions", func() bool {
			answer, err := client.Send(http.MethodGet, "/auth/usuarios", nil)
			return err == nil && answer.Status == 403
		})

		u.QueueUser(ana)
		stolen := browser.visit()
		thief := newBrowser(t, server)
		status, _ := thief.comeBack(stolen)
		require.Equal(t, 401, status)
		require.Contains(t, thief.reason(), "the browser sent no attempt cookie")
		forged, err := url.Parse(stolen)
		require.NoError(t, err)
		query := forged.Query()
		query.Set("state", "x")
		forged.RawQuery = query.Encode()
		status, _ = browser.comeBack(forged.String())
		require.Equal(t, 401, status)
		require.Contains(t, browser.reason(), "another attempt than the browser's (state)")

		// Parameters that providers add to the address are not an error.
		u.QueueUser(ana)
		status, _ = browser.comeBack(browser.visit() + "&authuser=0&hd=usc.edu.co&prompt=consent&session_state=x&client_info=y&iss=z")
		require.Equal(t, 303, status)
	})
	send(t, login(t, start(t, databasetest.SQLite(t))), 404, http.MethodGet, "/auth/oidc", nil)
}

// TestCodesOfTheSignOn exchanges a code: once, by the browser that came back with it, and not too often.
func TestCodesOfTheSignOn(t *testing.T) {
	eachSignOn(t, func(t *testing.T, u *university, server *program.Server) {
		admin, browser := login(t, server), newBrowser(t, server)
		u.QueueUser(ana)
		_, fragment := browser.comeBack(browser.visit())
		code := fragment.Get("signon_code")
		require.Len(t, code, len("htc_")+43, "256 random bits")
		var cookie *http.Cookie
		for _, c := range (&http.Response{Header: browser.answered}).Cookies() {
			cookie = c
		}
		require.NotNil(t, cookie)
		require.Equal(t, []any{"/auth/oidc", true, http.SameSiteLaxMode, false, 60}, []any{cookie.Path, cookie.HttpOnly, cookie.SameSite, cookie.Secure, cookie.MaxAge})

		thief := newBrowser(t, server)
		status, _ := thief.exchange(code)
		require.Equal(t, 401, status, "the code alone is worth nothing")
		status, _ = browser.exchange("htc_" + strings.Repeat("A", 43))
		require.Equal(t, 401, status)
		status, s := browser.exchange(code)
		require.Equal(t, 200, status)
		require.NotEmpty(t, s.Access)
		status, _ = browser.exchange(code)
		require.Equal(t, 401, status, "it is good once")
		require.Contains(t, server.Log.String(), "the code was already used")

		// Many at once: one wins.
		u.QueueUser(ana)
		_, fragment = browser.comeBack(browser.visit())
		won := make(chan int, 8)
		var wait sync.WaitGroup
		for range cap(won) {
			wait.Go(func() {
				answer, err := (&program.Client{URL: server.URL, HTTP: browser.client}).Send(http.MethodPost, "/auth/oidc/canje", map[string]any{"code": fragment.Get("signon_code")})
				if err == nil && answer.Status == 200 {
					won <- 1
				}
			})
		}
		wait.Wait()
		require.Len(t, won, 1)

		// Who is disabled meanwhile, or logged out everywhere, gets no session for a code that is still good.
		u.QueueUser(ana)
		_, fragment = browser.comeBack(browser.visit())
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+s.User.ID, map[string]any{"disabled": true})
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+s.User.ID, map[string]any{"disabled": false})
		status, _ = browser.exchange(fragment.Get("signon_code"))
		require.Equal(t, 401, status)

		status, _ = thief.exchange("htc_" + strings.Repeat("B", 43))
		for guesses := 0; status == 401 && guesses < 100; guesses++ {
			status, _ = thief.exchange("htc_" + strings.Repeat("B", 43))
		}
		require.Equal(t, 429, status, "guessing is slowed down")
		enter(t, admin, program.AdminEmail, program.AdminPassword) // and login by password still works
	}, "LOGIN_LIMIT_PER_MIN=3")
}

// TestSignOnOnReplicas begins at one replica, comes back to another and exchanges at the first.
func TestSignOnOnReplicas(t *testing.T) {
	u := openUniversity(t)
	databaseURL := databasetest.Postgres(t)
	one, two := start(t, databaseURL, u.settings()...), start(t, databaseURL, u.settings()...)
	browser := newBrowser(t, one)
	u.QueueUser(ana)
	address := browser.visit()
	browser.server = two
	status, fragment := browser.comeBack(address)
	require.Equal(t, 303, status)
	browser.server = one
	status, s := browser.exchange(fragment.Get("signon_code"))
	require.Equal(t, 200, status)
	send(t, &program.Client{URL: two.URL, HTTP: http.DefaultClient, Token: s.Access}, 200, http.MethodGet, "/auth/me", nil)
}

// TestSignOnAsProvidersSpeak accepts the differences between providers, and reports only to the operator what was missing.
func TestSignOnAsProvidersSpeak(t *testing.T) {
	eachSignOn(t, func(t *testing.T, u *university, server *program.Server) {
		browser := newBrowser(t, server)
		_, s := browser.signOn(u, personOf(t, "a-group-as-text.json"))
		require.Equal(t, []string{"ana@example.edu", "manager"}, []string{s.User.Email, s.User.Role})
		require.Equal(t, []string{"openid", "email", "profile", "groups"}, u.asked, "groups, where one is mapped")
		_, s = browser.signOn(u, ana.with(person{"email_verified": "true"}))
		require.Equal(t, "viewer", s.User.Role)

		past := time.Now().Add(-time.Hour).Unix()
		for reason, who := range map[string]person{
			"the address is not verified":       personOf(t, "b-no-email-verified.json"),
			"the address is not verified: the ": ana.with(person{"email_verified": false}),
			"address is not verified:":          ana.with(person{"email_verified": "false"}),
			"sent no e-mail address":            ana.with(person{"email": nil}),
			"invalid e-mail address":            ana.with(person{"email": "Ana <ana@usc.edu.co>"}),
			"sent an invalid e-mail address":    ana.with(person{"email": "ana@usc.edu.co\u0000"}),
			"no valid subject":                  ana.with(person{"sub": ""}),
			"sent no valid subject":             ana.with(person{"sub": "a\u0000b"}),
			"valid subject (sub)":               ana.with(person{"sub": strings.Repeat("a", 256)}),
			`here: "visitas", "energy"`:         ana.with(person{"groups": []any{"visitas", "energy"}}),
			`here: "a\x00b"`:                    ana.with(person{"groups": "a\u0000b"}),
			`"energy-viewers,energy-admins"`:    ana.with(person{"groups": "energy-viewers,energy-admins"}), // one whole name
			"the provider sent none":            ana.with(person{"groups": nil}),
			"the ID token expired at":           ana.with(person{"exp": past}),
			"made for another attempt (nonce)":  ana.with(person{"nonce": "x"}),
			"expected audience":                 ana.with(person{"aud": "another"}),
			"issued by a different provider":    ana.with(person{"iss": "https://another"}),
		} {
			require.Contains(t, browser.refused(u, who), reason)
		}
		for reason, answer := range map[string]url.Values{
			"the provider answered access_denied: no   quiere": {"error": {"access_denied"}, "error_description": {"no\r\n quiere"}},
			"answered invalid_scope; check OIDC_SCOPES":        {"error": {"invalid_scope"}},
			"another attempt than the browser's (state)":       {"error": {"access_denied"}, "state": {"x"}},
			"neither a code nor an error":                      {"x": {"y"}},
			"the provider rejected the code":                   {"code": {"un-código-secreto"}},
		} {
			u.answers(answer)
			require.Contains(t, browser.refused(u, ana), reason)
		}
		u.answers(nil)
		u.refusing = []string{"groups"}
		require.Contains(t, browser.refused(u, ana), "invalid_scope; check OIDC_SCOPES")

		for _, secret := range []string{u.ClientSecret, "un-código-secreto", s.Access, s.Refresh} {
			require.NotContains(t, server.Log.String(), secret)
		}
	})
}

// TestTheBrowserIsToldNoMore answers every refusal of a sign-on alike.
func TestTheBrowserIsToldNoMore(t *testing.T) {
	u := openUniversity(t)
	server := start(t, databasetest.SQLite(t), u.settings()...)
	browser := newBrowser(t, server)
	var bodies []string
	for _, who := range []person{ana.with(person{"groups": "visitas"}), ana.with(person{"email_verified": nil}), ana.with(person{"nonce": "x"})} {
		u.QueueUser(who)
		back, err := url.Parse(browser.visit())
		require.NoError(t, err)
		answer, err := (&program.Client{URL: server.URL, HTTP: browser.client}).Raw(http.MethodGet, back.Path+"?"+back.RawQuery, "", nil, "X-Request-Id", "una")
		require.NoError(t, err)
		require.Equal(t, 401, answer.Status)
		bodies = append(bodies, string(answer.Body))
	}
	require.Contains(t, bodies[0], "invalid_credentials")
	require.Equal(t, []string{bodies[0], bodies[0]}, bodies[1:])
	// A person who opens it is sent to the page, without more information.
	u.QueueUser(ana.with(person{"groups": "visitas"}))
	back, err := url.Parse(browser.visit())
	require.NoError(t, err)
	answer, err := (&program.Client{URL: server.URL, HTTP: browser.client}).Raw(http.MethodGet, back.Path+"?"+back.RawQuery, "", nil, "Sec-Fetch-Dest", "document")
	require.NoError(t, err)
	require.Equal(t, []any{303, "/#signon=refused"}, []any{answer.Status, answer.Header.Get("Location")})
}

// TestAnUnverifiedAddressWhereItIsTrusted creates users and links no existing ones.
func TestAnUnverifiedAddressWhereItIsTrusted(t *testing.T) {
	eachSignOn(t, func(t *testing.T, u *university, server *program.Server) {
		browser := newBrowser(t, server)
		luis := personOf(t, "b-no-email-verified.json")
		_, s := browser.signOn(u, luis)
		require.Equal(t, []string{"luis@example.edu", "viewer"}, []string{s.User.Email, s.User.Role})
		require.Equal(t, []string{"openid", "email"}, u.asked, "these two and nothing else")
		_, again := browser.signOn(u, luis)
		require.Equal(t, s.User.ID, again.User.ID)

		admin := login(t, server)
		newUser(t, admin, "viewer", "")
		require.Contains(t, browser.refused(u, luis.with(person{"sub": "u-3", "email": program.AdminEmail})), "only a verified address", "an administrator with a password")
		_, s = browser.signOn(u, luis.with(person{"sub": "u-4", "email": "otro@example.edu"}))
		send(t, admin, 204, http.MethodDelete, "/auth/usuarios/"+s.User.ID+"/vinculo", nil)
		require.Contains(t, browser.refused(u, luis.with(person{"sub": "u-5", "email": "otro@example.edu"})), "only a verified address", "one without a password")
		_, verified := browser.signOn(u, luis.with(person{"sub": "u-5", "email": "otro@example.edu", "email_verified": true}))
		require.Equal(t, s.User.ID, verified.User.ID)
	}, "OIDC_TRUST_UNVERIFIED_EMAIL=true", "OIDC_SCOPES=openid email")
}

// TestAnAddressThatChangesHandsInheritsNothing links users by issuer and subject.
func TestAnAddressThatChangesHandsInheritsNothing(t *testing.T) {
	eachSignOn(t, func(t *testing.T, u *university, server *program.Server) {
		admin := login(t, server)
		browser := newBrowser(t, server)
		_, first := browser.signOn(u, ana)
		next := ana.with(person{"sub": "u-next"})
		require.Contains(t, browser.refused(u, next), "user "+first.User.ID+" has this address and is linked to another account of the provider (sub)")

		// The same person with another address goes on, and the address that is free now may be another's.
		moved := ana.with(person{"email": "ana.gomez@usc.edu.co"})
		_, s := browser.signOn(u, moved)
		require.Equal(t, []string{first.User.ID, "ana.gomez@usc.edu.co"}, []string{s.User.ID, s.User.Email})
		_, s = browser.signOn(u, next)
		require.NotEqual(t, first.User.ID, s.User.ID)
		require.Equal(t, "ana@usc.edu.co", s.User.Email)

		// An address of an existing user is not taken from them.
		_, s = browser.signOn(u, moved.with(person{"email": program.AdminEmail}))
		require.Equal(t, []string{first.User.ID, "ana.gomez@usc.edu.co"}, []string{s.User.ID, s.User.Email})
		require.Contains(t, server.Log.String(), "stays unchanged here")

		// An administrator unlinks: the next person with the address, verified, is the user. Sessions have ended.
		client, s := browser.signOn(u, moved)
		taken := dryRun(t, admin, "/auth/usuarios/"+s.User.ID+"/vinculo").Deletes
		require.Equal(t, 1, taken["link"])
		require.Equal(t, taken, map[string]int{"link": 1, "session": dryRun(t, admin, "/auth/usuarios/"+s.User.ID).Deletes["session"]})
		require.Positive(t, taken["session"])
		send(t, client, 200, http.MethodGet, "/auth/me", nil)
		send(t, admin, 204, http.MethodDelete, "/auth/usuarios/"+s.User.ID+"/vinculo", nil)
		send(t, client, 401, http.MethodGet, "/auth/me", nil)
		send(t, admin, 404, http.MethodDelete, "/auth/usuarios/"+s.User.ID+"/vinculo", nil)
		_, s = browser.signOn(u, moved.with(person{"sub": "u-anew"}))
		require.Equal(t, first.User.ID, s.User.ID)
		require.Contains(t, browser.refused(u, moved), "linked to another account")

		// Who was removed has left nothing.
		send(t, admin, 204, http.MethodDelete, "/auth/usuarios/"+s.User.ID, nil)
		_, s = browser.signOn(u, moved)
		require.NotEqual(t, first.User.ID, s.User.ID)
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+s.User.ID, map[string]any{"disabled": true})
		require.Contains(t, browser.refused(u, moved), "the user "+s.User.ID+" is disabled")
	})
}

// TestALocalUserIsLinkedOnce signs on a person whose user an administrator created: once, by a verified address, and they keep their
// password and space.
func TestALocalUserIsLinkedOnce(t *testing.T) {
	eachSignOn(t, func(t *testing.T, u *university, server *program.Server) {
		admin := login(t, server)
		browser := newBrowser(t, server)
		campus, err := admin.MakeCampus(0)
		require.NoError(t, err)
		var made struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{
			"email": "ana@usc.edu.co", "password": password, "role": "manager", "space_id": campus.Site,
		}).JSON(&made))
		client, s := browser.signOn(u, ana)
		require.Equal(t, []string{made.ID, "viewer"}, []string{s.User.ID, s.User.Role})
		var me struct {
			SpaceID string `json:"space_id"`
		}
		require.NoError(t, send(t, client, 200, http.MethodGet, "/auth/me", nil).JSON(&me))
		require.Equal(t, campus.Site, me.SpaceID)
		enter(t, admin, "ana@usc.edu.co", password)
		require.Contains(t, browser.refused(u, ana.with(person{"sub": "u-next"})), "linked to another account")

		// The campus keeps its last administrator, whatever the groups say.
		_, s = browser.signOn(u, ana.with(person{"sub": "u-root", "email": program.AdminEmail}))
		require.Equal(t, "admin", s.User.Role)

		lines := send(t, admin, 200, http.MethodGet, "/auth/auditoria?action=user.linked&target="+made.ID, nil)
		require.Contains(t, string(lines.Body), u.Issuer()+" u-ana")
		lines = send(t, admin, 200, http.MethodGet, "/auth/auditoria?action=login.refused&target=ana@usc.edu.co", nil)
		require.Contains(t, string(lines.Body), "linked to another account")
	})
}

// TestWhoLosesTheirGroupsIsOut ends the sessions of a user whose groups give no role any more at their next sign-on.
func TestWhoLosesTheirGroupsIsOut(t *testing.T) {
	eachSignOn(t, func(t *testing.T, u *university, server *program.Server) {
		browser := newBrowser(t, server)
		client, s := browser.signOn(u, ana)
		send(t, client, 200, http.MethodGet, "/auth/me", nil)
		require.Contains(t, browser.refused(u, ana.with(person{"groups": "visitas"})), `no group has a role here: "visitas"`)
		send(t, client, 401, http.MethodGet, "/auth/me", nil)
		send(t, client, 401, http.MethodPost, "/auth/refresh", map[string]any{"refresh_token": s.Refresh})
		lines := send(t, login(t, server), 200, http.MethodGet, "/auth/auditoria?action=sessions.ended&target="+s.User.ID, nil)
		require.Contains(t, string(lines.Body), s.User.ID)
		// Another person without a group ends only their own sessions.
		client, _ = browser.signOn(u, ana)
		browser.refused(u, ana.with(person{"sub": "u-next", "groups": "visitas"}))
		send(t, client, 200, http.MethodGet, "/auth/me", nil)
	})
}

// TestASilentProviderBothersNobody uses a provider that accepts connections and never answers: every sign-on gets 503 soon, with a reason
// in the log, and other requests are served meanwhile.
func TestASilentProviderBothersNobody(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	go func() {
		for {
			if _, err := silent.Accept(); err != nil {
				return
			}
		}
	}()
	server := start(t, databasetest.SQLite(t), "OIDC_ISSUER=http://"+silent.Addr().String(), "OIDC_CLIENT_ID=h", "OIDC_REDIRECT_URL=http://holotwin.test/auth/oidc/callback", "OIDC_VIEWER_GROUP=*")
	admin := login(t, server)
	// In a line, the last of twelve would wait two minutes.
	client := &http.Client{Timeout: eventuallyFor, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answers := make([]string, 12)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() {
			answer, err := client.Get(server.URL + "/auth/oidc")
			if err != nil {
				answers[i] = err.Error()
				return
			}
			_ = answer.Body.Close()
			answers[i] = fmt.Sprint(answer.StatusCode, " ", answer.Header.Get("Retry-After") != "")
		})
	}
	send(t, admin, 200, http.MethodGet, "/auth/me", nil)
	wait.Wait()
	for _, answer := range answers {
		require.Equal(t, "503 true", answer)
	}
	var told bool
	for line := range strings.Lines(server.Log.String()) {
		var entry struct{ Level, Reason string }
		told = told || json.Unmarshal([]byte(line), &entry) == nil && entry.Level == "warn" && strings.Contains(entry.Reason, "OIDC_ISSUER")
	}
	require.True(t, told)
}

// TestHTTPSAsTheProxySaysIt sends Strict-Transport-Security and secure cookies if a trusted proxy reports that the browser used HTTPS, and
// ignores this report from anyone else.
func TestHTTPSAsTheProxySaysIt(t *testing.T) {
	u := openUniversity(t)
	for _, c := range []struct {
		trusted, proto, wanted string
		secure                 bool
	}{
		{"127.0.0.1", "https", "max-age=31536000", true}, {"127.0.0.1", "http", "", false}, {"10.0.0.0/8", "https", "", false}, {"", "https", "", false},
	} {
		server := start(t, databasetest.SQLite(t), u.settings("TRUSTED_PROXIES="+c.trusted)...)
		for _, path := range []string{"/", "/auth/oidc", "/auth/me", "/nada"} {
			request, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
			require.NoError(t, err)
			request.Header.Set("X-Forwarded-Proto", c.proto)
			answer, err := newBrowser(t, server).client.Do(request)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Equal(t, c.wanted, answer.Header.Get("Strict-Transport-Security"), "%s of %+v", path, c)
			if path == "/auth/oidc" {
				require.Equal(t, c.secure, answer.Cookies()[0].Secure, "%+v", c)
				require.True(t, answer.Cookies()[0].HttpOnly)
			}
		}
	}
}
