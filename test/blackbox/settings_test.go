package blackbox

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestAllFaultsAreReportedAtOnce judges faults from each source by check and by serve: in the same words, without a value, and without
// leaving anything behind.
func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	binary, err := program.Build()
	require.NoError(t, err)
	folder, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	run := func(words ...string) (stdout, stderr string, exit int) {
		var out, failed bytes.Buffer
		command := exec.Command(binary, words...)
		command.Dir, command.Stdout, command.Stderr = folder, &out, &failed
		command.Env = []string{"SERVICE_SECRET_FILE=jwt", "NATS_URL=http://hunter2@host", "JWT_KEYS=keys", "JWT_SECERT=hunter2", "PATH=/usr/bin:/bin"}
		_ = command.Run()
		return out.String(), failed.String(), command.ProcessState.ExitCode()
	}
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600))
	}
	write("jwt", "hunter2\n")
	write(".env", "LOCALE=fr\nADMIN_PASSWORD=hunter2\nMQTT_LISTEN=:1883\nMQTT_TLS_CERT=jwt\nMQTT_TLS_KEY=jwt\nTLS_CERT=none.pem\nTLS_KEY=none.pem\n")
	dotenv := " (from " + filepath.Join(folder, ".env") + ", line "
	faults := strings.Join([]string{
		"holotwin: SERVICE_SECRET: 7 bytes are too few; generate one of at least 32 bytes: openssl rand -base64 48 (from the file " + filepath.Join(folder, "jwt") + ", which SERVICE_SECRET_FILE names from the environment)",
		"holotwin: LOCALE: not one of its values; use es, en" + dotenv + "1)",
		"holotwin: ADMIN_PASSWORD: too short; at least 10 bytes are needed" + dotenv + "2)",
		"holotwin: JWT_KEYS: keys contains no private key; create one: openssl genpkey -algorithm ed25519 -out keys/2026-01.pem (from the environment)",
		"holotwin: NATS_URL: not the address of a NATS server; use nats://host:port or tls://host:port, with /name where campuses share the server, and commas between servers (from the environment)",
		"holotwin: TLS_CERT: the file cannot be read: it does not exist; name a certificate in PEM that the user of the program may read" + dotenv + "6)",
		"holotwin: MQTT_TLS_CERT: the file holds no certificate in PEM; name the file with the certificate and its chain" + dotenv + "4)",
	}, "\n") + "\n"
	out, failed, exit := run("check")
	require.Equal(t, 1, exit)
	require.Equal(t, faults, failed)
	require.Contains(t, out, "warning: JWT_SECERT: there is no setting of this name; did you mean JWT_SECRET? (from the environment)\n")
	_, served, exit := run("serve")
	require.Equal(t, 1, exit)
	require.Equal(t, faults, served)
	asJSON, failed, exit := run("check", "--json")
	require.Equal(t, 1, exit)
	require.Equal(t, "holotwin: 7 faults in the settings\n", failed)
	var report struct {
		OK               bool
		Faults, Warnings []struct{ Setting, Problem, Remedy string }
		Settings         []struct{ Name string }
	}
	require.NoError(t, json.Unmarshal([]byte(asJSON), &report))
	require.False(t, report.OK)
	require.Equal(t, []int{7, 1}, []int{len(report.Faults), len(report.Warnings)})
	require.Greater(t, len(report.Settings), 50)
	require.NotContains(t, out+asJSON+faults, "hunter2")

	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 2, "no database and no secret was made")

	write(".env", "LOCALE=en\n")
	command := exec.Command(binary, "check")
	command.Dir, command.Env = folder, []string{"PATH=/usr/bin:/bin"}
	valid, err := command.CombinedOutput()
	require.NoError(t, err, "%s", valid)
	require.Contains(t, string(valid), "LOCALE  from "+filepath.Join(folder, ".env")+", line 1\nThe settings are valid: 1 set, ")
}

// TestBadSettingsAreRefusedInOneLine starts the program with settings that it must refuse.
func TestBadSettingsAreRefusedInOneLine(t *testing.T) {
	binary, err := program.Build()
	require.NoError(t, err)
	for name, c := range map[string]struct{ setting, variable string }{
		"short secret":        {"JWT_SECRET=short", "JWT_SECRET"},
		"default password":    {"ADMIN_PASSWORD=Password123!", "ADMIN_PASSWORD"},
		"short password":      {"ADMIN_PASSWORD=abc", "ADMIN_PASSWORD"},
		"long password":       {"ADMIN_PASSWORD=" + strings.Repeat("ab3-", 20), "ADMIN_PASSWORD"},
		"unknown scheme":      {"DB_URL=mysql://root@localhost/x", "DB_URL"},
		"postgres, no secret": {"DB_URL=postgresql://nobody@127.0.0.1:1/x", "JWT_SECRET"},
		"bad address":         {"HTTP_ADDR=localhost", "HTTP_ADDR"},
		"bad port":            {"PORT=70000", "PORT"},
		"not an address here": {"HTTP_ADDR=192.0.2.1:8000", "HTTP_ADDR"},
		"any origin":          {"CORS_ORIGINS=https://a.example,*", "CORS_ORIGINS"},
		"not an origin":       {"CORS_ORIGINS=a.example", "CORS_ORIGINS"},
		"unknown zone":        {"SITE_TIME_ZONE=Cali", "SITE_TIME_ZONE"},
		"unknown language":    {"LOCALE=fr", "LOCALE"},
		"not a number":        {"LOGIN_LIMIT_PER_MIN=many", "LOGIN_LIMIT_PER_MIN"},
	} {
		t.Run(name, func(t *testing.T) {
			run := exec.Command(binary, "serve")
			run.Dir = t.TempDir()
			run.Env = []string{c.setting, "PATH=/usr/bin:/bin"}
			out, err := run.CombinedOutput()
			require.Error(t, err)
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			require.Len(t, lines, 1, string(out))
			require.Contains(t, lines[0], "holotwin: "+c.variable+": ")
			_, value, _ := strings.Cut(c.setting, "=")
			if strings.Contains(c.variable, "SECRET") || strings.Contains(c.variable, "PASSWORD") {
				require.NotContains(t, lines[0], value)
			}
		})
	}
}
