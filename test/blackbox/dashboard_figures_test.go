package blackbox

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestFiguresInTheBrowser reads amounts and advice on a campus that has set neither a tariff nor opening hours.
func TestFiguresInTheBrowser(t *testing.T) {
	server := start(t, databasetest.SQLite(t), "RATE_LIMIT_PER_MIN=0")
	client := login(t, server)
	wasteful(t, client)
	require.NotEmpty(t, groundsOf(t, client))
	node(t, "test/figures.mjs", "DASHBOARD_URL="+server.URL, "DASHBOARD_EMAIL="+program.AdminEmail, "DASHBOARD_PASSWORD="+program.AdminPassword)
}

// node runs a script of the dashboard.
func node(t *testing.T, script string, environment ...string) {
	t.Helper()
	const folder = "../../adapters/web"
	if _, err := os.Stat(folder + "/node_modules/playwright-core"); err != nil {
		out, err := command(folder, "npm", "ci", "--no-audit", "--no-fund").CombinedOutput()
		require.NoError(t, err, "the scripts' packages come with npm ci in adapters/web: %s", out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, "node", script)
	run.Dir = folder
	run.Env = append(os.Environ(), environment...)
	out, err := run.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
