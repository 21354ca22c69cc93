package blackbox

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestThePasswordRuleSpeaksOfBytes rejects passwords by their length in bytes, and says so, wherever one is set.
func TestThePasswordRuleSpeaksOfBytes(t *testing.T) {
	admin := login(t, start(t, databasetest.SQLite(t)))
	for password, words := range map[string][2]string{
		"ñandúes": {"debe tener al menos 10 bytes", "must have at least 10 bytes"},
		strings.Repeat("ñ", 30) + "abcdefghijklm": {"debe tener a lo sumo 72 bytes", "must have at most 72 bytes"},
	} {
		for i, language := range []string{"es", "en"} {
			for path, body := range map[string]string{
				"PUT /auth/password":  `{"current":"` + program.AdminPassword + `","new":"` + password + `"}`,
				"POST /auth/usuarios": `{"email":"a@example.org","role":"viewer","password":"` + password + `"}`,
			} {
				method, path, _ := strings.Cut(path, " ")
				answer, err := admin.Raw(method, path, "application/json", strings.NewReader(body), "Accept-Language", language)
				require.NoError(t, err)
				require.Equal(t, 400, answer.Status, "%s", answer.Body)
				require.Contains(t, string(answer.Body), words[i], path)
			}
		}
	}
	send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "b@example.org", "role": "viewer", "password": "ñúáéíñúáéí"}) // ten letters
	send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "c@example.org", "role": "viewer", "password": "ñúáéí"})      // ten bytes
}
