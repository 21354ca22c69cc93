package packages

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	settingsFile = "/etc/holotwin/holotwin.env"
	email        = "energia@usc.edu.co"
	password     = "una-clave-larga-de-prueba"
)

// The life of an installation: installed, set up, started, upgraded, removed, installed again, purged. Settings and data stay until the purge.
func TestADebIsInstalledUpgradedAndRemoved(t *testing.T) {
	m := newMachine(t)
	binary := compile(t)
	first, second := pack(t, binary, "1.0.0", "deb"), pack(t, binary, "1.1.0~rc1", "deb")

	require.Equal(t, []string{"daemon-reload"}, m.dpkg("--install", first), "the first installation starts nothing: it is not set up yet")
	require.True(t, same(t, binary, m.path("usr/bin/holotwin")))
	m.write("etc/holotwin/secrets/admin_password", password+"\n")
	own := m.read(settingsFile)
	for _, offered := range []string{"#ADMIN_EMAIL=energia@example.edu", "#ADMIN_PASSWORD_FILE=", "#HTTP_ADDR=127.0.0.1:8000"} {
		require.Contains(t, own, offered)
	}
	own = strings.NewReplacer("#ADMIN_EMAIL=energia@example.edu", "ADMIN_EMAIL="+email, "#ADMIN_PASSWORD_FILE=", "ADMIN_PASSWORD_FILE=",
		"#HTTP_ADDR=127.0.0.1:8000", "HTTP_ADDR="+freeAddress(m)).Replace(own) + "WEATHER_URL=off\n"
	m.write(settingsFile, own)

	before := m.start()
	before.login(email, password)
	var made, found struct{ ID, Name string }
	require.Equal(t, http.StatusCreated, before.call(http.MethodPost, "/api/espacios", map[string]string{"name": "Universidad", "kind": "site"}, &made))

	require.Equal(t, []string{"daemon-reload", "try-restart holotwin.service"}, m.dpkg("--install", second), "while it serves")
	require.Equal(t, "1.1.0~rc1-1", m.version())
	before.stop()
	require.Equal(t, own, m.read(settingsFile))
	after := m.start()
	after.login(email, password)
	require.Equal(t, http.StatusOK, after.call(http.MethodGet, "/api/espacios/"+made.ID, nil, &found))
	require.Equal(t, made, found)
	after.stop()

	require.Equal(t, []string{"disable --now holotwin.service", "daemon-reload"}, m.dpkg("--remove", "holotwin"))
	require.NoFileExists(t, m.path("usr/bin/holotwin"))
	require.NoFileExists(t, m.path("usr/lib/systemd/system/holotwin.service"))
	kept := []string{"var/lib/holotwin/holotwin.db", "var/lib/private/holotwin/holotwin.db", "etc/holotwin/secrets/admin_password"}
	for _, file := range kept {
		require.FileExists(t, m.path(file))
	}
	m.dpkg("--install", second)
	require.Equal(t, own, m.read(settingsFile))
	require.FileExists(t, m.path(kept[0]))

	m.dpkg("--purge", "holotwin")
	for _, gone := range []string{"var/lib/holotwin", "var/lib/private/holotwin", "etc/holotwin", "usr/bin/holotwin", "usr/share/doc/holotwin"} {
		_, err := os.Lstat(m.path(gone))
		require.ErrorIs(t, err, os.ErrNotExist, gone)
	}
}
