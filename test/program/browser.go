package program

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// dashboard is the folder of the dashboard's sources and scripts, from a test's folder.
const dashboard = "../../adapters/web"

// maxBrowserTime is far above what a script takes, also where every core is busy.
const maxBrowserTime = 40 * time.Minute

// Browse runs a script of adapters/web that drives a browser on a server, and returns its output. The script's environment has the
// server's address and the first administrator; provider is the address of the university's login, if there is one.
func Browse(server *Server, provider, script string, environment ...string) (string, error) {
	if _, err := os.Stat(dashboard + "/node_modules/playwright-core"); err != nil {
		install := exec.Command("npm", "ci", "--no-audit", "--no-fund")
		install.Dir = dashboard
		if out, err := install.CombinedOutput(); err != nil {
			return string(out), fmt.Errorf("the browser's driver comes with npm ci in adapters/web: %w", err)
		}
	}
	if provider == "" {
		provider = "http://nowhere.invalid"
	}
	ctx, cancel := context.WithTimeout(context.Background(), maxBrowserTime)
	defer cancel()
	run := exec.CommandContext(ctx, "node", script)
	run.Dir = dashboard
	run.Env = append(os.Environ(), "DASHBOARD_URL="+server.URL, "DASHBOARD_PROVIDER="+provider, "DASHBOARD_EMAIL="+AdminEmail, "DASHBOARD_PASSWORD="+AdminPassword)
	run.Env = append(run.Env, environment...)
	out, err := run.CombinedOutput()
	return string(out), err
}
