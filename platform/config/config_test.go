package config

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const secret = "0123456789abcdef0123456789abcdef"

func TestDefaultsNeedNothing(t *testing.T) {
	c, err := parse(map[string]string{})
	require.NoError(t, err)
	require.True(t, c.Embedded())
	require.Equal(t, ":8000", c.HTTPAddr)
	require.Equal(t, "admin@localhost", c.AdminEmail)
	require.Equal(t, "America/Bogota", c.Zone.String())
	require.Equal(t, []any{"es", "info", "", 10}, []any{c.Locale, c.LogLevel, c.LogFormat, c.LoginLimitPerMin})
	require.Empty(t, c.CORSOrigins)
}

func TestEmptyIsUnset(t *testing.T) {
	c, err := parse(map[string]string{"LOCALE": "  ", "PORT": "", "SITE_TIME_ZONE": " Asia/Kathmandu "})
	require.NoError(t, err)
	require.Equal(t, []any{"es", ":8000", "Asia/Kathmandu"}, []any{c.Locale, c.HTTPAddr, c.Zone.String()})
}

func TestPortAndAddress(t *testing.T) {
	for _, c := range []struct {
		environment map[string]string
		want        string
	}{
		{map[string]string{"PORT": "9000"}, ":9000"},
		{map[string]string{"HTTP_ADDR": "127.0.0.1:7000"}, "127.0.0.1:7000"},
		{map[string]string{"HTTP_ADDR": "[::1]:7000", "PORT": "9000"}, "[::1]:7000"},
	} {
		got, err := parse(maps.Clone(c.environment))
		require.NoError(t, err, c.environment)
		require.Equal(t, c.want, got.HTTPAddr)
	}
}

// TestRefusals sets one invalid value at a time. The error is one line that begins with the variable and contains no secret.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"DB_URL", "mysql://user:hunter2hunter2@host/db"},
		{"DB_URL", "holotwin.db"},
		{"DB_URL", "sqlite:///"},
		{"DB_URL", "postgres://user:hunter2hunter2%zz@host/db"},
		{"READ_DB_URL", "postgresql://host/db"}, // with SQLite
		{"JWT_SECRET", "hunter2hunter2"},
		{"JWT_SECRET", secret[1:]},
		{"HTTP_ADDR", "localhost"},
		{"HTTP_ADDR", "localhost:http"},
		{"HTTP_ADDR", ":70000"},
		{"PORT", "-1"},
		{"PORT", "eighty"},
		{"ADMIN_EMAIL", "admin"},
		{"ADMIN_EMAIL", "Admin <a@usc.edu.co>"},
		{"CORS_ORIGINS", "*"},
		{"CORS_ORIGINS", "https://a.co,*"},
		{"CORS_ORIGINS", "usc.edu.co"},
		{"CORS_ORIGINS", "https://usc.edu.co/x"},
		{"SITE_TIME_ZONE", "Bogota"},
		{"SITE_TIME_ZONE", "Local"},
		{"LOCALE", "fr"},
		{"LOG_LEVEL", "loud"},
		{"LOG_FORMAT", "xml"},
		{"LOGIN_LIMIT_PER_MIN", "0"},
		{"LOGIN_LIMIT_PER_MIN", "many"},
		{"JWT_KEYS", "keys"},
		{"RAW_RETENTION_DAYS", "-1"},
		{"RATE_LIMIT_PER_MIN", "-1"},
		{"TRUSTED_PROXIES", "10.0.0.0/8,proxy"},
		{"TOTALS_RETENTION_DAYS", "2y"},
		{"WEATHER_URL", "no"},
		{"WEATHER_URL", "ftp://user:hunter2hunter2@host"},
		{"METRICS_ADDR", "9100"},
		{"METRICS_ADDR", "127.0.0.1:8000"},
		{"MQTT_LISTEN", ":8000"},
		{"MQTT_URL", "broker"},
		{"SERVICE_SECRET_OLD", "hunter2hunter2"},
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			environment := map[string]string{"JWT_SECRET": secret}
			environment[c.name] = c.value
			_, err := parse(environment)
			require.Error(t, err)
			require.True(t, strings.HasPrefix(err.Error(), c.name+": "), err.Error())
			require.NotContains(t, err.Error(), "\n")
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestPostgresNeedsASecret(t *testing.T) {
	_, err := parse(map[string]string{"DB_URL": "postgresql://holotwin@localhost/holotwin"})
	require.ErrorContains(t, err, "JWT_SECRET: ")
	_, err = parse(map[string]string{"DB_URL": "postgresql://holotwin@localhost/holotwin", "JWT_SECRET": secret})
	require.NoError(t, err)
}

func TestAReadReplicaIsPostgres(t *testing.T) {
	primary := map[string]string{"DB_URL": "postgresql://holotwin@localhost/holotwin", "JWT_SECRET": secret}
	for url, fault := range map[string]string{
		"postgresql://holotwin@standby/holotwin": "", "postgresql://holotwin@one,two:5433/holotwin?target_session_attrs=prefer-standby": "",
		"sqlite:///holotwin.db": "READ_DB_URL: unknown scheme", "postgres://user:hunter2%zz@host/db": "READ_DB_URL: not a URL",
	} {
		settings := maps.Clone(primary)
		settings["READ_DB_URL"] = url
		_, err := parse(settings)
		if fault == "" {
			require.NoError(t, err, url)
			continue
		}
		require.ErrorContains(t, err, fault)
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestAllRefusalsAtOnce(t *testing.T) {
	_, err := parse(map[string]string{"LOCALE": "fr", "PORT": "x", "SITE_TIME_ZONE": "Bogota"})
	require.Error(t, err)
	require.Len(t, strings.Split(err.Error(), "\n"), 3)
}

// TestTheEnvironmentWins checks that a variable of the environment replaces the one in .env of the working folder.
func TestTheEnvironmentWins(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile(filepath.Join(".", ".env"), []byte("LOCALE=en\nPORT=8001\n"), 0o600))
	for _, name := range []string{"LOCALE", "HTTP_ADDR", "DB_URL"} {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	t.Setenv("PORT", "8002")
	c, err := Load()
	require.NoError(t, err)
	require.Equal(t, []any{"en", ":8002"}, []any{c.Locale, c.HTTPAddr})

	require.NoError(t, os.WriteFile(".env", []byte("this is = = no\x00 settings file\n'"), 0o600))
	_, err = Load()
	require.ErrorContains(t, err, ".env: ")
}

// TestScopes checks that the configured scopes are requested; else the default ones, with groups only if a role depends on a
// group.
func TestScopes(t *testing.T) {
	settings := func(more ...string) map[string]string {
		all := map[string]string{"OIDC_ISSUER": "https://login.usc.edu.co", "OIDC_CLIENT_ID": "holotwin", "OIDC_REDIRECT_URL": "https://energia.usc.edu.co/auth/oidc/callback"}
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	for _, c := range []struct {
		settings map[string]string
		wanted   []string
	}{
		{settings("OIDC_VIEWER_GROUP", "*"), []string{"openid", "email", "profile"}},
		{settings("OIDC_VIEWER_GROUP", "*", "OIDC_ADMIN_GROUP", "energia"), []string{"openid", "email", "profile", "groups"}},
		{settings("OIDC_MANAGER_GROUP", "energia", "OIDC_SCOPES", " openid  email "), []string{"openid", "email"}},
	} {
		read, err := parse(c.settings)
		require.NoError(t, err)
		require.Equal(t, c.wanted, read.OIDCScopes)
		require.False(t, read.OIDCTrustUnverified)
	}
	for _, bad := range []string{"email", "openid,email", "openid;email"} {
		_, err := parse(settings("OIDC_VIEWER_GROUP", "*", "OIDC_SCOPES", bad))
		require.ErrorContains(t, err, "OIDC_SCOPES: ", bad)
	}
	_, err := parse(settings("OIDC_VIEWER_GROUP", "*", "OIDC_TRUST_UNVERIFIED_EMAIL", "quizás"))
	require.EqualError(t, err, "OIDC_TRUST_UNVERIFIED_EMAIL: must be true or false (from the environment)")
}

// TestSignOnIsWholeOrNothing checks that every missing setting of the sign-on is named.
func TestSignOnIsWholeOrNothing(t *testing.T) {
	_, err := parse(map[string]string{"OIDC_ISSUER": "https://login.usc.edu.co"})
	for _, name := range []string{"OIDC_CLIENT_ID: ", "OIDC_REDIRECT_URL: ", "OIDC_VIEWER_GROUP: "} {
		require.ErrorContains(t, err, name)
	}
	_, err = parse(map[string]string{
		"OIDC_ISSUER": "login", "OIDC_CLIENT_ID": "holotwin", "OIDC_REDIRECT_URL": "https://energia.usc.edu.co/auth/oidc/callback", "OIDC_VIEWER_GROUP": "*",
	})
	require.ErrorContains(t, err, "OIDC_ISSUER: not an address")
}

func TestTheWeatherIsOpenMeteosOrNone(t *testing.T) {
	for value, want := range map[string]string{"": "https://api.open-meteo.com", "off": WeatherOff, "http://127.0.0.1:8080": "http://127.0.0.1:8080"} {
		c, err := parse(map[string]string{"WEATHER_URL": value})
		require.NoError(t, err)
		require.Equal(t, want, c.WeatherURL)
	}
}

func TestALanguageModelNeedsItsName(t *testing.T) {
	_, err := parse(map[string]string{"LLM_URL": "http://127.0.0.1:11434/v1"})
	require.ErrorContains(t, err, "LLM_MODEL: ")
	_, err = parse(map[string]string{"LLM_URL": "modelo", "LLM_MODEL": "m"})
	require.ErrorContains(t, err, "LLM_URL: not an address")
	_, err = parse(map[string]string{"LLM_URL": "http://127.0.0.1:11434/v1", "LLM_MODEL": "m"})
	require.NoError(t, err)
}

func TestACertificateHasItsKey(t *testing.T) {
	for _, pair := range [][2]string{{"TLS_CERT", "TLS_KEY"}, {"TLS_KEY", "TLS_CERT"}, {"MQTT_TLS_CERT", "MQTT_TLS_KEY"}, {"MQTT_TLS_KEY", "MQTT_TLS_CERT"}} {
		_, err := parse(map[string]string{pair[0]: "pem"})
		require.EqualError(t, err, pair[1]+": required with "+pair[0]+"; set both or neither (not set)")
	}
}
