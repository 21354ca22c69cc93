package blackbox

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestCampusesShareADatabase runs two campuses in the schemas of one database, directly and behind PgBouncer. They have the same devices and
// write at the same time; each has its own users, readings and events. The commands find a campus as the server does.
func TestCampusesShareADatabase(t *testing.T) {
	t.Run("postgres", func(t *testing.T) { shareADatabase(t, databasetest.Postgres(t)) })
	t.Run("pgbouncer", func(t *testing.T) {
		pooled, direct := databasetest.Pooled(t)
		t.Setenv("DIRECT_DB_URL", direct) // for the commands
		shareADatabase(t, pooled, "DIRECT_DB_URL="+direct)
	})
}

func shareADatabase(t *testing.T, databaseURL string, settings ...string) {
	t.Helper()
	clients, streams := make([]*program.Client, 2), make([]*program.Stream, 2)
	users := []string{"ana@cali.edu.co", "ana@palmira.edu.co"}
	urls := []string{databasetest.InSchema(t, databaseURL, "cali"), databasetest.InSchema(t, databaseURL, "palmira")}
	var campus program.Campus
	for i, campusURL := range urls {
		runCommand(t, campusURL, true, "migrate")
		clients[i] = login(t, start(t, campusURL, settings...))
		runCommand(t, campusURL, true, "user", "create", users[i])
		var err error
		campus, err = clients[i].MakeCampus(1)
		require.NoError(t, err)
		streams[i] = followed(t, clients[i], "/api/eventos", "")
	}
	const readings = 25
	now := time.Now().UTC().Truncate(time.Second)
	for n := range readings {
		for i, client := range clients {
			at := now.Add(-time.Duration(2*n+i) * time.Minute).Format(time.RFC3339)
			send(t, client, http.StatusCreated, http.MethodPost, "/consumo", map[string]any{
				"device_id": campus.Devices[0], "kwh": 0.001, "interval_s": 1, "timestamp": at,
			})
			require.Contains(t, next(t, streams[i]).Data, at[:16], "an event of its own")
		}
	}
	file := filepath.Join(t.TempDir(), "more.csv")
	at := now.AddDate(0, 0, -40).Format(time.RFC3339) // of a month that has no table yet
	require.NoError(t, os.WriteFile(file, []byte("device_id,timestamp,kwh,interval_s\n"+campus.Devices[0]+","+at+",0.001,1\n"), 0o600))
	importFiles(t, urls[0], true, file)
	requireTotal(t, clients[0], readings+1)
	requireTotal(t, clients[1], readings)
	for i := range urls {
		silent(t, streams[i])
		list := runCommand(t, urls[i], true, "user", "list")
		require.Contains(t, list, users[i])
		require.False(t, strings.Contains(list, users[1-i]), list)
	}
}
