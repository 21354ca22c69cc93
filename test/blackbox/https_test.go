package blackbox

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/certificate/certificatetest"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestHTTPS runs two processes that ask each other by HTTPS, with secrets from files, and metrics on an address of their own. The
// certificate of one is renewed while it runs.
func TestHTTPS(t *testing.T) {
	t.Parallel()
	folder, expiry := t.TempDir(), time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC)
	files := certificatetest.Write(t, folder, 1, expiry)
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	scraped, err := program.FreeAddress()
	require.NoError(t, err)
	common := []string{
		"TLS_CERT=" + files.Cert, "TLS_KEY=" + files.Key, "SSL_CERT_FILE=" + files.Cert, "ADVICE_URL=https://127.0.0.1:1",
		"JWT_SECRET=", "JWT_SECRET_FILE=" + write("jwt", strings.Repeat("secreto ", 6)+"\n"),
	}
	auth := start(t, databasetest.SQLite(t), append(common, "MODULES=auth", "ENERGY_URL=https://127.0.0.1:1", "METRICS_ADDR="+scraped, "METRICS_TOKEN_FILE="+write("token", "0123456789abcdef\n"))...)
	energy := start(t, databasetest.SQLite(t), append(common, "MODULES=energy", "AUTH_URL="+auth.URL)...) // ready when auth has answered
	require.True(t, strings.HasPrefix(auth.URL, "https://"))

	roots := x509.NewCertPool()
	trusted, err := os.ReadFile(files.Cert)
	require.NoError(t, err)
	require.True(t, roots.AppendCertsFromPEM(trusted))
	admin := &program.Client{URL: auth.URL, HTTP: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}}
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	answer := send(t, admin, 200, http.MethodPost, "/auth/login", map[string]string{"email": program.AdminEmail, "password": program.AdminPassword})
	require.NoError(t, answer.JSON(&granted))
	require.Equal(t, "max-age=31536000", answer.Header.Get("Strict-Transport-Security"))
	admin.Token = granted.AccessToken
	elsewhere := *admin
	elsewhere.URL = energy.URL
	send(t, &elsewhere, 200, http.MethodGet, "/api/gemelo", nil)
	send(t, &elsewhere, 200, http.MethodGet, "/metrics", nil)

	send(t, admin, 404, http.MethodGet, "/metrics", nil)
	scraper := &program.Client{URL: "http://" + scraped, HTTP: http.DefaultClient}
	send(t, scraper, 401, http.MethodGet, "/metrics", nil)
	scraper.Token = "0123456789abcdef"
	expires := func(at time.Time) bool {
		metrics := string(send(t, scraper, 200, http.MethodGet, "/metrics", nil).Body)
		return strings.Contains(metrics, fmt.Sprintf("\nholotwin_certificate_expiry_timestamp_seconds{listener=\"http\"} %v\n", float64(at.Unix())))
	}
	require.True(t, expires(expiry))
	certificatetest.Write(t, folder, 2, expiry.AddDate(1, 0, 0))
	eventually(t, "the new certificate is served", func() bool { return expires(expiry.AddDate(1, 0, 0)) })
	send(t, admin, 200, http.MethodGet, "/auth/me", nil) // over the connection that is open

	health, err := program.Command(folder, "sqlite:///nowhere", "health")
	require.NoError(t, err)
	health.Env = append(health.Env, "HTTP_ADDR="+strings.TrimPrefix(auth.URL, "https://"), "TLS_CERT="+files.Cert, "TLS_KEY="+files.Key)
	out, err := health.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, server := range []*program.Server{auth, energy} {
		require.NoError(t, server.Stop())
		require.NotContains(t, server.Log.String(), "secreto")
	}
}
