package blackbox

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

// replicaRun has two processes on one database with a read replica.
type replicaRun struct {
	replica *pgserver.Server
	clients []*program.Client
	device  string
	next    time.Time
	stored  int
}

// TestAReadReplica stores readings through one process and reads at once through both, while the replica follows, has paused, follows again,
// is killed and is back: each total has all readings, each report is answered, and the replica has answered while it could.
func TestAReadReplica(t *testing.T) {
	t.Parallel()
	primary := ownPostgres(t)
	replica, err := primary.StartReplica(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = replica.Stop() })
	run := &replicaRun{replica: replica, next: time.Now().UTC().Truncate(time.Second).Add(-time.Hour)}
	for range 2 {
		run.clients = append(run.clients, login(t, start(t, primary.URL, "READ_DB_URL="+replica.URL)))
	}
	campus, err := run.clients[0].MakeCampus(1)
	require.NoError(t, err)
	run.device = campus.Devices[0]

	run.await(t, "1")
	run.requireAnswers(t)

	require.NoError(t, replica.Run(t.Context(), "psql", "-c", "SELECT pg_wal_replay_pause()"))
	run.storeAndRead(t)
	run.await(t, "0")
	before := run.answered(t)
	run.storeAndRead(t)
	require.Equal(t, before, run.answered(t), "the primary answers")
	require.NoError(t, replica.Run(t.Context(), "psql", "-c", "SELECT pg_wal_replay_resume()"))
	run.await(t, "1")

	require.NoError(t, replica.Kill())
	run.storeAndRead(t)
	require.NoError(t, replica.Restart(t.Context()))
	run.await(t, "1")
	run.requireAnswers(t)
}

// requireAnswers reads until the replica has answered some.
func (r *replicaRun) requireAnswers(t *testing.T) {
	t.Helper()
	for before := r.answered(t); r.answered(t) <= before+10; {
		r.await(t, "1")
		r.storeAndRead(t)
	}
}

// storeAndRead stores some readings, and reads totals and reports after each.
func (r *replicaRun) storeAndRead(t *testing.T) {
	t.Helper()
	for range 3 {
		send(t, r.clients[0], http.StatusCreated, http.MethodPost, "/consumo", map[string]any{
			"device_id": r.device, "kwh": 0.001, "interval_s": 1, "timestamp": r.next.Format(time.RFC3339),
		})
		r.next = r.next.Add(time.Second)
		r.stored++
		for _, c := range r.clients {
			requireTotal(t, c, r.stored)
		}
	}
	require.Equal(t, r.stored, count(t, r.clients[0], r.device))
	month := r.next.Format("2006-01")
	for _, path := range []string{"/api/consumo/resumen", "/api/consumo/perfil", "/api/consumo/factura?month=" + month, "/consumo?format=csv&device_id=" + r.device} {
		answer, err := r.clients[1].Raw(http.MethodGet, path, "", nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.Status, "%s: %s", path, answer.Body)
		if strings.Contains(path, "csv") {
			require.Equal(t, 1+r.stored, strings.Count(string(answer.Body), "\n"), path)
		}
	}
}

// await waits until each process has seen whether the replica follows.
func (r *replicaRun) await(t *testing.T, follows string) {
	t.Helper()
	for _, c := range r.clients {
		eventually(t, "the replica follows: "+follows, func() bool {
			return strings.Contains(string(send(t, c, http.StatusOK, http.MethodGet, "/metrics", nil).Body), "\nholotwin_read_replica_following "+follows+"\n")
		})
	}
}

// answered is how many reads the replica answered.
func (r *replicaRun) answered(t *testing.T) (n int) {
	t.Helper()
	for _, c := range r.clients {
		n += metric(t, c, `holotwin_read_replica_reads_total{by="replica",reason="following"}`)
	}
	return n
}

// TestAWrongReadReplicaStopsTheStart names a server that is no copy of DB_URL's.
func TestAWrongReadReplicaStopsTheStart(t *testing.T) {
	_, err := program.Start(t.Context(), t.TempDir(), ownPostgres(t).URL, []string{"READ_DB_URL=" + ownPostgres(t).URL})
	require.ErrorContains(t, err, "READ_DB_URL: it is no copy of DB_URL's server")
}
