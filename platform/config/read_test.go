package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inFolder makes a working folder with files, and removes the settings of the person who runs the tests.
func inFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	t.Chdir(folder)
	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
	}
	for _, name := range names() {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	return folder
}

// TestEachValueHasItsSource sets values in every way, and reads where each came from.
func TestEachValueHasItsSource(t *testing.T) {
	folder := inFolder(t, map[string]string{
		".env":        "# settings\n\nexport LOCALE=en\nJWT_SECRET_FILE=keys/jwt\nADMIN_EMAIL='a@usc.edu.co'\nMQTT_TOPICS=\"a,\nb\"\nPORT=8001\nLOG_LEVEL=warn\n",
		"keys/jwt":    secret + "\n",
		"keys/tokens": "0123456789abcdef\r\n",
	})
	t.Setenv("PORT", "8002")
	t.Setenv("METRICS_TOKEN_FILE", filepath.Join(folder, "keys", "tokens"))
	c, report := Read()
	require.NoError(t, report.Err())
	require.Equal(t, []Fault{}, report.Warnings, "a list in JSON too")
	require.Equal(t, []any{"en", secret, ":8002", "0123456789abcdef", "warn"}, []any{c.Locale, c.JWTSecret, c.HTTPAddr, c.MetricsToken, c.LogLevel})
	dotenv := filepath.Join(folder, ".env")
	for name, want := range map[string]string{
		"LOCALE": "from " + dotenv + ", line 3", "ADMIN_EMAIL": "from " + dotenv + ", line 5", "LOG_LEVEL": "from " + dotenv + ", line 9",
		"PORT": "from the environment", "SITE_TIME_ZONE": "the default", "DIRECT_DB_URL": "not set",
		"JWT_SECRET":    "from the file " + filepath.Join(folder, "keys/jwt") + ", which JWT_SECRET_FILE names from " + dotenv + ", line 4",
		"METRICS_TOKEN": "from the file " + filepath.Join(folder, "keys/tokens") + ", which METRICS_TOKEN_FILE names from the environment",
	} {
		require.Equal(t, want, report.SourceOf(name).String(), name)
	}
}

// TestEverySecretIsReadFromItsFile also holds the mark to the names: a setting that looks like a secret has it, or a reason not to.
func TestEverySecretIsReadFromItsFile(t *testing.T) {
	unmarked := map[string]string{
		"JWT_KEYS": "a folder", "TLS_KEY": "a path", "MQTT_TLS_KEY": "a path", "OIDC_REDIRECT_URL": "an address that browsers see",
		"AUTH_URL": "refuses credentials", "ENERGY_URL": "refuses credentials", "ADVICE_URL": "refuses credentials",
	}
	looks := regexp.MustCompile(`SECRET|PASSWORD|TOKEN|KEY|URL|HEADERS`)
	for _, v := range variables {
		require.Equal(t, looks.MatchString(v.name) && unmarked[v.name] == "", v.secret, "%s: mark it secret, or give a reason here", v.name)
		if !v.secret {
			continue
		}
		path := filepath.Join(t.TempDir(), "secret")
		value := "value of " + v.name
		require.NoError(t, os.WriteFile(path, []byte(value+"\n"), 0o600))
		g := given{values: map[string]string{v.name + "_FILE": path}, sources: map[string]Source{}}
		require.NoError(t, g.readSecret(v.name))
		require.Equal(t, value, g.values[v.name])
	}
}

func TestBadFilesOfSecretsAreRefused(t *testing.T) {
	folder := inFolder(t, map[string]string{"empty": "\n \n", "large": strings.Repeat("hunter2 ", 10_000), "utf16": "\xff\xfeh\x00u\x00", "short": "hunter2\n", "good": secret})
	require.NoError(t, os.Mkdir("folder", 0o700))
	for path, problem := range map[string]string{
		"empty": "the file is empty", "large": "the file is larger than 64 KiB", "utf16": "the file is in UTF-16", "short": "7 bytes are too few",
		"folder": "the path leads to a folder", "missing": "the file cannot be read: it does not exist", os.DevNull: "the path leads to no plain file",
	} {
		_, err := parse(map[string]string{"JWT_SECRET_FILE": path})
		require.Error(t, err, path)
		require.True(t, strings.HasPrefix(err.Error(), "JWT_SECRET: "+problem+"; "), err.Error())
		require.Contains(t, err.Error(), "JWT_SECRET_FILE names from the environment")
		require.NotContains(t, err.Error(), "hunter2")
		require.NotContains(t, err.Error(), "\n")
	}
	_, err := parse(map[string]string{"JWT_SECRET_FILE": "good", "JWT_SECRET": secret})
	require.EqualError(t, err, "JWT_SECRET: JWT_SECRET and JWT_SECRET_FILE are both set; remove one of them; JWT_SECRET_FILE is from the environment (from the environment)")
	_, err = parse(map[string]string{"DB_URL_FILE": "missing", "READ_DB_URL": "postgresql://host/db"})
	require.EqualError(t, err, "DB_URL: the file cannot be read: it does not exist; correct the path, or let the user that runs the program read it (from the file "+
		filepath.Join(folder, "missing")+", which DB_URL_FILE names from the environment)")
	c, err := parse(map[string]string{"JWT_SECRET_FILE": "good", "JWT_SECRET": " "})
	require.NoError(t, err, "an empty setting is not set")
	require.Equal(t, secret, c.JWTSecret)
}

// TestMisspeltNamesAreNoticed also checks that names of other programs are left alone.
func TestMisspeltNamesAreNoticed(t *testing.T) {
	for name, meant := range map[string]string{
		"JWT_SECERT": "JWT_SECRET", "jwt_secret": "JWT_SECRET", "HOLOTWIN_DB_URL": "DB_URL", "DB_URI": "DB_URL", "LOCLAE": "LOCALE", "JWT_SECRET_FIEL": "JWT_SECRET_FILE",
		"SITE_TIMEZONE": "SITE_TIME_ZONE", "ADMIN_PASWORD": "ADMIN_PASSWORD", "METRIC_TOKEN": "METRICS_TOKEN", "MODULE": "MODULES", "LOCALE_FILE": "LOCALE",
		"HOST": "", "PORTS": "", "PATH": "", "LANG": "", "LC_ALL": "", "GOGC": "", "PGPORT": "", "SSL_CERT_FILE": "", "POSTGRES_USER": "", "POSTGRES_PASSWORD": "",
		"AUTH_SERVICE_HOST": "", "AUTH_PORT": "", "NATS_PORT_4222_TCP": "", "DB_USER": "", "DB_PORT": "", "SIMULATE_PASSWORD": "", "TZ": "", "HTTP_PROXY": "",
	} {
		_, report := judge(given{values: map[string]string{name: "hunter2"}, sources: map[string]Source{name: {Kind: FromEnvironment}}})
		if meant == "" {
			require.Empty(t, report.Warnings, name)
			continue
		}
		require.Len(t, report.Warnings, 1, name)
		require.Contains(t, report.Warnings[0].Error(), meant)
		require.NotContains(t, report.Warnings[0].Error(), "hunter2")
	}
}

func TestSettingsWithoutEffectAreNoticed(t *testing.T) {
	_, report := judge(given{values: map[string]string{
		"OIDC_CLIENT_ID": "x", "LLM_MODEL": "m", "MQTT_CA_FILE": "ca", "DIRECT_DB_URL": "postgresql://host/db", "METRICS_TOKEN": "hunter2",
	}, sources: map[string]Source{}})
	require.NoError(t, report.Err())
	var named []string
	for _, w := range report.Warnings {
		named = append(named, w.Setting)
	}
	require.Equal(t, []string{"OIDC_CLIENT_ID", "LLM_MODEL", "MQTT_CA_FILE", "DIRECT_DB_URL", "METRICS_TOKEN"}, named)
	require.NotContains(t, report.Warnings[4].Error(), "hunter2")
}

// TestABadDotenvIsNamedByItsLine reads what can be read, so that faults of the environment are reported at once with it.
func TestABadDotenvIsNamedByItsLine(t *testing.T) {
	folder := inFolder(t, map[string]string{".env": "LOCALE=en\n\nJWT_SECRET=\"hunter2\nPORT=1\n"})
	t.Setenv("LOG_LEVEL", "loud")
	t.Setenv("DB_URL", "postgresql://host/db")
	_, report := Read()
	require.Len(t, report.Faults, 2, report.Faults)
	require.Equal(t, ".env: cannot be read as NAME=value lines; look for a missing = or quote from this line on (from "+filepath.Join(folder, ".env")+", line 3)", report.Faults[0].Error())
	require.Equal(t, "LOG_LEVEL", report.Faults[1].Setting)

	require.NoError(t, os.WriteFile(".env", []byte("PORT=1\nLOCALE=en\nPORT=2\n"), 0o600))
	require.NoError(t, os.Unsetenv("LOG_LEVEL"))
	require.NoError(t, os.Unsetenv("DB_URL"))
	c, report := Read()
	require.NoError(t, report.Err())
	require.Equal(t, ":2", c.HTTPAddr)
	require.Len(t, report.Warnings, 1)
	require.Equal(t, "PORT: is set more than once, first in line 1; the last one counts; remove the others (from "+filepath.Join(folder, ".env")+", line 3)", report.Warnings[0].Error())
}

// TestADollarIsNoticed covers passwords that are cut in silence.
func TestADollarIsNoticed(t *testing.T) {
	folder := inFolder(t, map[string]string{".env": "LLM_API_KEY=hunter2$HOME\nNATS_URL='nats://a:$B@c'\nMQTT_URL=\"mqtt://a:\\$B@c\"\nADMIN_PASSWORD=pa$word-largo\n"})
	c, report := Read()
	require.NoError(t, report.Err())
	require.Equal(t, []string{"hunter2", "nats://a:$B@c", "mqtt://a:$B@c", "pa$word-largo"}, []string{c.LLMAPIKey, c.NATSURL, c.MQTTURL, c.AdminPassword})
	require.Equal(t, "LLM_API_KEY: a $ in the value stands for the value of another name in the file, or for nothing; if it belongs to the value, put the value in single quotes (from "+
		filepath.Join(folder, ".env")+", line 1)", report.Warnings[0].Error())
	require.Len(t, report.Warnings, 2, "that, and a key without LLM_URL")
}

// TestNoValueIsEverReported gives each setting a value that is a secret, and wrong for most of them.
func TestNoValueIsEverReported(t *testing.T) {
	for _, value := range []string{"hunter2", "x://user:hunter2@host", "hunter2%zz://\x01", "-7,hunter2", "http://user:hunter2@host?token=hunter2"} {
		g := given{values: map[string]string{"JWT_SECERT": value}, sources: map[string]Source{}}
		for _, v := range variables {
			g.values[v.name] = value
			g.sources[v.name] = Source{Kind: FromEnvironment}
		}
		_, report := judge(g)
		require.NotEmpty(t, report.Faults)
		written, err := json.Marshal(report)
		require.NoError(t, err)
		require.NotContains(t, string(written)+report.Err().Error(), "hunter2", value)
	}
}

// TestFaultsOfOtherParts adds faults that another part of the program found.
func TestFaultsOfOtherParts(t *testing.T) {
	_, report := judge(given{values: map[string]string{"LOCALE": "fr"}, sources: map[string]Source{"LOCALE": {Kind: FromEnvironment}}})
	report.Add(nil)
	report.Add(fmt.Errorf("NATS_URL: is odd; mend it"))
	report.Add(fault("LOCALE", "is odd too", "")) // a consequence
	require.Len(t, report.Faults, 2)
	require.Equal(t, Fault{Setting: "NATS_URL", Problem: "is odd", Remedy: "mend it", Source: Source{Kind: NotSet}}, report.Faults[1])
}

// FuzzDotenv compares the names whose lines are found with the names that are read.
func FuzzDotenv(f *testing.F) {
	for _, seed := range []string{"A=1\nB='x\ny'\nC=\"a\\\"b\"\n", "export A = b # c\n#x\nB: c", "exportA=1", "A=\"\n\n", "=", ":\n\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		path := filepath.Join(t.TempDir(), "env")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		file, err := readDotenv(path)
		lines := strings.Count(content, "\n") + 1
		if err != nil {
			var fault Fault
			require.ErrorAs(t, err, &fault)
			require.LessOrEqual(t, fault.Source.Line, lines)
			return
		}
		for _, one := range file.assignments {
			require.LessOrEqual(t, one.line, lines)
		}
	})
}
