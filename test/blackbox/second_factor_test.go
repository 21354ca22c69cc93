package blackbox

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// phone is an authenticator app with the secret of one account.
type phone struct{ secret []byte }

// code returns the code of now, or of the step after it, which a server accepts too (RFC 6238).
func (p phone) code(later int64) string {
	mac := hmac.New(sha1.New, p.secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30+later)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

// enrol turns a caller's second factor on.
func enrol(t *testing.T, c *program.Client) (p phone, recovery []string) {
	t.Helper()
	var proposed struct {
		Secret  string
		Address string `json:"otpauth_url"`
	}
	require.NoError(t, send(t, c, 200, http.MethodPost, "/auth/segundo-factor", nil).JSON(&proposed))
	address, err := url.Parse(proposed.Address)
	require.NoError(t, err)
	require.Equal(t, proposed.Secret, address.Query().Get("secret"))
	p.secret, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(proposed.Secret)
	require.NoError(t, err)
	send(t, c, 400, http.MethodPost, "/auth/segundo-factor/confirmacion", map[string]string{"code": "nada"})
	var confirmed struct {
		Codes []string `json:"recovery_codes"`
	}
	require.NoError(t, send(t, c, 200, http.MethodPost, "/auth/segundo-factor/confirmacion", map[string]string{"code": p.code(0)}).JSON(&confirmed))
	require.Len(t, confirmed.Codes, 10)
	return p, confirmed.Codes
}

// TestSecondFactor turns a second factor on, logs in with it, loses it, and lets an administrator demand it of a role.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		admin := login(t, server)
		const email = "eva@usc.edu.co"
		var made struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": email, "password": password, "role": "manager"}).JSON(&made))
		eva := enter(t, admin, email, password)
		other := enter(t, admin, email, password)
		anybody := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check}
		try := func(status int, code string, more string) {
			t.Helper()
			body := map[string]string{"email": email, "password": password + more}
			if code != "" {
				body["code"] = code
			}
			answer := send(t, anybody, status, http.MethodPost, "/auth/login", body)
			if status == 401 && code == "" && more == "" {
				require.Contains(t, string(answer.Body), `"code":"second_factor_required"`)
			} else if status == 401 {
				require.Contains(t, string(answer.Body), `"code":"invalid_credentials"`)
			}
		}
		send(t, eva, 404, http.MethodPost, "/auth/segundo-factor/confirmacion", map[string]string{"code": "123456"})
		phone, recovery := enrol(t, eva)
		require.Contains(t, string(send(t, eva, 200, http.MethodGet, "/auth/segundo-factor", nil).Body), `"active":true`)
		send(t, eva, 409, http.MethodPost, "/auth/segundo-factor", nil)
		send(t, other, 401, http.MethodGet, "/auth/me", nil)
		try(401, "", "")
		try(401, "", "x")
		try(401, phone.code(1), "x")
		used := phone.code(1)
		try(200, used, "")
		try(401, used, "")
		form := url.Values{"username": {email}, "password": {password}, "code": {recovery[2]}}.Encode()
		answer, err := anybody.Raw(http.MethodPost, "/login", "application/x-www-form-urlencoded", strings.NewReader(form))
		require.NoError(t, err)
		require.Equal(t, 200, answer.Status)
		try(200, recovery[0], "")
		try(401, recovery[0], "")
		require.Contains(t, string(send(t, eva, 200, http.MethodGet, "/auth/segundo-factor", nil).Body), `"recovery_codes_left":8`)
		require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/auth/usuarios/"+made.ID, nil).Body), `"second_factor":true`)

		send(t, eva, 401, http.MethodDelete, "/auth/segundo-factor", map[string]string{"password": "otra"})
		send(t, eva, 400, http.MethodDelete, "/auth/segundo-factor", map[string]string{})
		send(t, eva, 403, http.MethodDelete, "/auth/usuarios/"+made.ID+"/segundo-factor", nil)
		send(t, eva, 204, http.MethodDelete, "/auth/segundo-factor", map[string]string{"code": recovery[1]})
		try(200, "", "")

		send(t, eva, 403, http.MethodPut, "/auth/segundo-factor/roles", map[string]any{"roles": []string{}})
		send(t, admin, 400, http.MethodPut, "/auth/segundo-factor/roles", map[string]any{"roles": []string{"device"}})
		send(t, admin, 200, http.MethodPut, "/auth/segundo-factor/roles", map[string]any{"roles": []string{"manager"}})
		require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/auth/segundo-factor/roles", nil).Body), `["manager"]`)
		eva = enter(t, admin, email, password)
		require.Contains(t, string(send(t, eva, 200, http.MethodGet, "/auth/me", nil).Body), `"second_factor_setup_required":true`)
		for _, path := range []string{"/api/espacios", "/consumo", "/api/gemelo"} {
			require.Contains(t, string(send(t, eva, 403, http.MethodGet, path, nil).Body), `"code":"second_factor_setup_required"`)
		}
		enrol(t, eva)
		send(t, eva, 200, http.MethodGet, "/api/espacios", nil)
		send(t, admin, 204, http.MethodDelete, "/auth/usuarios/"+made.ID+"/segundo-factor", nil)
		send(t, admin, 404, http.MethodDelete, "/auth/usuarios/"+made.ID+"/segundo-factor", nil)
		send(t, eva, 403, http.MethodGet, "/api/espacios", nil)
		enrol(t, eva)
		requireAudited(t, admin, "second_factor.on", "second_factor.off", "second_factor.removed", "second_factor.demanded", "second_factor.recovery")

		require.NoError(t, server.Stop())
		require.Contains(t, runCommand(t, databaseURL, true, "user", "list"), email+" manager  second-factor\n")
		runCommand(t, databaseURL, true, "user", "remove-second-factor", email)
		require.Contains(t, runCommand(t, databaseURL, false, "user", "remove-second-factor", email), "no second factor")
	})
}

// factorChanges are calls that turn second factors on and off, demand them, and forget a person.
func factorChanges(t *testing.T, admin *program.Client) []change {
	t.Helper()
	user := func(email string) (id string, c *program.Client) {
		var made struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": email, "password": password}).JSON(&made))
		return made.ID, enter(t, admin, email, password)
	}
	_, begins := user("empieza@usc.edu.co")
	var proposed struct{ Secret string }
	require.NoError(t, send(t, begins, 200, http.MethodPost, "/auth/segundo-factor", nil).JSON(&proposed))
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(proposed.Secret)
	require.NoError(t, err)
	_, ends := user("termina@usc.edu.co")
	enrol(t, ends)
	loser, lost := user("pierde@usc.edu.co")
	enrol(t, lost)
	forgotten, _ := user("olvidada@usc.edu.co")
	const confirm = "/auth/segundo-factor/confirmacion"
	return []change{
		{"POST " + confirm, "", nil, 200, begins, func() (string, any) { return confirm, map[string]string{"code": phone{secret}.code(0)} }},
		{"DELETE /auth/segundo-factor", "/auth/segundo-factor", map[string]string{"password": password}, 204, ends, nil},
		{"DELETE /auth/usuarios/{id}/segundo-factor", "/auth/usuarios/" + loser + "/segundo-factor", nil, 204, nil, nil},
		{"PUT /auth/segundo-factor/roles", "/auth/segundo-factor/roles", map[string]any{"roles": []string{}}, 200, nil, nil},
		{"POST /auth/datos/{user_id}/olvido", "/auth/datos/" + forgotten + "/olvido", nil, 200, nil, nil},
	}
}
