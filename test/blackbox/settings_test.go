package blackbox

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

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
