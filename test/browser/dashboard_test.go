package browser

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/oauth2-proxy/mockoidc"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestDashboard drives the dashboard on the demo's campus in a real browser: every page, in both themes, by keyboard's rules
// (axe); the way from the worst waste to its advice done; charts, ranges, words and what can be undone; live, on a telephone, on
// paper and on the wire; and in two tabs.
func TestDashboard(t *testing.T) {
	provider, err := mockoidc.Run()
	require.NoError(t, err)
	t.Cleanup(func() { _ = provider.Shutdown() })
	provider.QueueUser(&mockoidc.MockUser{Subject: "1", Email: "ana@usc.edu.co", EmailVerified: true, Groups: []string{"profesores"}})
	provider.QueueUser(&mockoidc.MockUser{Subject: "2", Email: "eva@usc.edu.co", EmailVerified: true, Groups: []string{"visitas"}})
	provider.QueueUser(&mockoidc.MockUser{Subject: "3", Email: "luz@usc.edu.co", EmailVerified: true, Groups: []string{"profesores"}})
	server, err := program.Start(context.Background(), t.TempDir(), databasetest.SQLite(t), []string{
		"RATE_LIMIT_PER_MIN=0", "OIDC_ISSUER=" + provider.Issuer(), "OIDC_CLIENT_ID=" + provider.ClientID, "OIDC_CLIENT_SECRET=" + provider.ClientSecret,
		"OIDC_REDIRECT_URL=$URL/auth/oidc/callback", "OIDC_VIEWER_GROUP=profesores",
	}, "demo")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Kill() })
	client, err := program.Login(server.URL)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		var list struct {
			Recomendaciones []struct{ ID string }
			Pending         int
		}
		answer, err := client.Send(http.MethodGet, "/api/recomendaciones?limit=1", nil)
		return err == nil && answer.JSON(&list) == nil && len(list.Recomendaciones) > 0 && list.Pending == 0
	}, maxWait, time.Second, "the demo is loaded and analysed")
	browse(t, server, provider.Issuer(), "test/dashboard.mjs")
}
