package blackbox

import (
	"archive/zip"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// diagnosis is what a check found, as `holotwin doctor --json` and /api/diagnostico write it.
type diagnosis struct{ Check, Level, Text, Action string }

// TestDoctor looks at a running installation: nothing is wrong; then 1 mWh is, which is found, repaired and audited while the server runs.
// The bundle has no secret and no personal data of those that are planted in the database and the settings.
func TestDoctor(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		c := login(t, server)
		const person, planted = "maria.lopez@uao.edu.co", "hunter2-hunter2-hunter2"
		campus, err := c.MakeCampus(0)
		require.NoError(t, err)
		send(t, c, 201, "POST", "/api/dispositivos", map[string]any{"id": "pc-maria-lopez", "name": "María López", "kind": "computer", "space_id": campus.Room})
		send(t, c, 201, "POST", "/consumo", map[string]any{"device_id": "pc-maria-lopez", "timestamp": "2026-05-26T10:00:00Z", "kwh": 0.105})
		send(t, c, 201, "POST", "/auth/usuarios", map[string]any{"email": person, "password": "planted-" + planted, "role": "viewer"})

		folder := t.TempDir()
		doctor := func(ok bool, words ...string) string {
			command, err := program.Command(folder, databaseURL, append([]string{"doctor"}, words...)...)
			require.NoError(t, err)
			command.Env = append(command.Env, "HTTP_ADDR="+strings.TrimPrefix(server.URL, "http://"), "LOCALE=en", "MQTT_URL=mqtt://maria:"+planted+"@127.0.0.1:9", "LLM_API_KEY="+planted)
			out, err := command.Output()
			require.Equal(t, ok, err == nil, "%s", out)
			return string(out)
		}
		var found struct{ Findings []diagnosis }
		require.NoError(t, json.Unmarshal([]byte(doctor(true, "--json", "--books")), &found))
		levels := map[string]string{}
		for _, f := range found.Findings {
			levels[f.Check] = f.Level
			require.NotContains(t, f.Text, planted)
		}
		require.Equal(t, "ok", levels["books"])
		require.Equal(t, "ok", levels["server"])
		require.Equal(t, "ok", levels["migrations"])
		require.Equal(t, "warning", levels["broker"])

		db := openSQL(t, databaseURL)
		quiet(t, db)
		_, err = db.Exec("UPDATE energy_pages SET energy = energy + 1")
		require.NoError(t, err)
		require.Contains(t, doctor(false, "--books"), "pc-maria-lopez 2026-05-26T00:00:00Z/2026-05-27T00:00:00Z day_energy: 105001 → 105000 mWh")
		bundle := filepath.Join(folder, "bundle.zip")
		require.Contains(t, doctor(true, "--repair", "--bundle", bundle), "Totals corrected: 1; devices: 1")
		require.Contains(t, doctor(true, "--books"), "to the milliwatt-hour")
		audited := send(t, c, 200, "GET", "/auth/auditoria?action=books.repaired", nil)
		require.Contains(t, string(audited.Body), "day_energy 105001 → 105000 mWh")

		text := bundleText(t, bundle)
		for _, secret := range []string{person, planted, "maria", "María", "López", "127.0.0.1", program.AdminEmail, program.AdminPassword, folder, databaseURL} {
			require.NotContains(t, text, secret)
		}
		require.Contains(t, text, "day_energy")
		require.Contains(t, text, "http_requests_total")
		require.Contains(t, text, "energy_pages")

		var shown struct{ Items []diagnosis }
		require.NoError(t, send(t, c, 200, "GET", "/api/diagnostico", nil).JSON(&shown))
		require.NotEmpty(t, shown.Items)
		require.NoError(t, server.Stop())
		require.Contains(t, doctor(true), "No server answers on this machine.")
	})
}

// bundleText is all that a bundle has.
func bundleText(t *testing.T, path string) (text string) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, archive.Close()) }()
	for _, f := range archive.File {
		from, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(from)
		require.NoError(t, err)
		text += f.Name + "\n" + string(content)
	}
	return text
}
