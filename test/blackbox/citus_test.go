//go:build citus

package blackbox

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// These tests need a Citus cluster on this machine: go tool task test:citus.

func init() { underLoad = moveCampus }

// worker is the node that has a campus.
type worker struct {
	host string
	port int
}

// workerOf returns the node that has the campus of a URL.
func workerOf(t *testing.T, databaseURL string) (w worker) {
	t.Helper()
	coordinator := openServer(t, os.Getenv(databasetest.CitusURL))
	require.NoError(t, coordinator.QueryRow("SELECT nodename, nodeport FROM citus_shards WHERE table_name = $1::regclass", schemaIn(t, databaseURL)+".energy_journal").
		Scan(&w.host, &w.port))
	return w
}

func schemaIn(t *testing.T, databaseURL string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	require.NoError(t, err)
	return u.Query().Get("search_path")
}

func openServer(t *testing.T, serverURL string) *sql.DB {
	t.Helper()
	server, err := sql.Open("pgx", serverURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// moveCampus moves the campus of a URL to another worker, in the mode that lets it be used meanwhile.
func moveCampus(t *testing.T, databaseURL string) {
	t.Helper()
	from, begun := workerOf(t, databaseURL), time.Now()
	coordinator := openServer(t, os.Getenv(databasetest.CitusURL))
	var host string
	var port int
	require.NoError(t, coordinator.QueryRow("SELECT nodename, nodeport FROM pg_dist_node WHERE shouldhaveshards AND (nodename, nodeport) <> ($1, $2) LIMIT 1", from.host, from.port).
		Scan(&host, &port), "the cluster needs two workers")
	_, err := coordinator.Exec("SELECT citus_schema_move($1::regnamespace, $2::text, $3::integer)", schemaIn(t, databaseURL), host, port)
	require.NoError(t, err)
	require.Equal(t, worker{host, port}, workerOf(t, databaseURL))
	t.Logf("moved from %d to %d in %v", from.port, port, time.Until(begun).Abs().Round(time.Millisecond))
}

// TestACampusMovesWhileItIsUsed moves a campus three times while readings come in, are read and are followed: the answer is never anything but
// what was asked for or 503, what was acknowledged is there once, and its events arrive.
func TestACampusMovesWhileItIsUsed(t *testing.T) {
	databaseURL := databasetest.Postgres(t)
	client := login(t, start(t, databaseURL))
	load := beginLoad(t, client)
	for range 3 {
		load.comesIn(t)
		moveCampus(t, databaseURL)
	}
	load.comesIn(t)
	load.end(t)
}

// TestAWorkerIsKilled kills the worker that has the campus: the program answers 503 until the worker is back, and then goes on by itself.
func TestAWorkerIsKilled(t *testing.T) {
	databaseURL := databasetest.Postgres(t)
	server := start(t, databaseURL)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(server.Log)
		}
	})
	client := login(t, server)
	load := beginLoad(t, client)
	load.comesIn(t)
	restart := killWorker(t, workerOf(t, databaseURL))
	eventually(t, "readings get 503", func() bool { return load.refused() > 0 })
	for _, path := range []string{"/consumo", "/api/consumo/serie?bucket=day", "/api/gemelo"} {
		answer, err := client.Send(http.MethodGet, path, nil)
		require.NoError(t, err)
		require.Contains(t, []int{http.StatusOK, http.StatusServiceUnavailable}, answer.Status, "%s: %s", path, answer.Body)
	}
	restart()
	back := time.Now()
	load.comesIn(t)
	t.Logf("50 readings were stored %v after the worker was back", time.Until(back).Abs().Round(time.Millisecond))
	load.end(t)
	require.Nil(t, server.Process.ProcessState, "the program that began is still running")
}

// campusLoad is readings that are written by four devices, and read and followed.
type campusLoad struct {
	client       *program.Client
	mu           sync.Mutex
	acknowledged map[string]bool
	unavailable  int
	stop         chan struct{}
	running      sync.WaitGroup
	events       *program.Stream
}

func beginLoad(t *testing.T, client *program.Client) *campusLoad {
	t.Helper()
	campus, err := client.MakeCampus(4)
	require.NoError(t, err)
	l := &campusLoad{client: client, acknowledged: make(map[string]bool), stop: make(chan struct{}), events: followed(t, client, "/api/eventos", "")}
	for i, device := range campus.Devices {
		from := time.Now().UTC().Truncate(time.Second).Add(-time.Hour).AddDate(0, 0, -60*(i%2))
		l.running.Go(func() { writeThrough(t, client, device, from, &l.mu, l.acknowledged, l.stop) })
	}
	l.running.Go(func() { l.read(t) })
	return l
}

// read reads until the load ends. Only 503 is a reason not to get an answer.
func (l *campusLoad) read(t *testing.T) {
	for {
		select {
		case <-l.stop:
			return
		case <-time.After(50 * time.Millisecond):
		}
		answer, err := l.client.Send(http.MethodGet, "/api/consumo/serie?bucket=hour", nil)
		switch {
		case err != nil:
			t.Errorf("the program does not answer: %v", err)
			return
		case answer.Status == http.StatusServiceUnavailable:
			l.mu.Lock()
			l.unavailable++
			l.mu.Unlock()
		case answer.Status != http.StatusOK:
			t.Errorf("%d %s", answer.Status, answer.Body)
		}
	}
}

func (l *campusLoad) refused() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unavailable
}

func (l *campusLoad) comesIn(t *testing.T) {
	t.Helper()
	sofar := size(&l.mu, l.acknowledged)
	eventually(t, "readings come in", func() bool { return size(&l.mu, l.acknowledged) > sofar+50 })
}

// end ends the load and checks what came of it.
func (l *campusLoad) end(t *testing.T) {
	t.Helper()
	close(l.stop)
	l.running.Wait()
	stored := storedReadings(t, l.client)
	for key := range l.acknowledged {
		require.Equal(t, 1, stored[key], key)
	}
	requireTotal(t, l.client, len(stored))
	for range stored {
		require.Equal(t, "reading", next(t, l.events).Kind)
	}
	silent(t, l.events)
	t.Logf("%d readings were acknowledged, %d are stored, %d answers were 503", len(l.acknowledged), len(stored), l.unavailable)
}

// killWorker kills every process of a worker on this machine, and returns what starts it again.
func killWorker(t *testing.T, w worker) (restart func()) {
	t.Helper()
	u, err := url.Parse(os.Getenv(databasetest.CitusURL))
	require.NoError(t, err)
	u.Host = fmt.Sprintf("%s:%d", w.host, w.port)
	server := openServer(t, u.String())
	var data, programs string
	require.NoError(t, server.QueryRow("SELECT current_setting('data_directory'), (SELECT setting FROM pg_config WHERE name = 'BINDIR')").Scan(&data, &programs))
	lines, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	require.NoError(t, err, "the workers must be on this machine")
	pid, err := strconv.Atoi(strings.SplitN(string(lines), "\n", 2)[0])
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP)) // so that no new process begins
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	require.NoError(t, err)
	for _, child := range append(strings.Fields(string(children)), strconv.Itoa(pid)) {
		id, err := strconv.Atoi(child)
		require.NoError(t, err)
		_ = syscall.Kill(id, syscall.SIGKILL)
	}
	owner, err := os.Stat(data)
	require.NoError(t, err)
	var once sync.Once
	restart = func() {
		once.Do(func() {
			// Where nothing waits for the process, its number stays taken, and the server would think that it runs.
			_ = os.Remove(filepath.Join(data, "postmaster.pid"))
			start := exec.Command(filepath.Join(programs, "pg_ctl"), "-D", data, "-l", filepath.Join(data, "log"), "-t", "300", "-w", "start")
			start.Dir = data
			if os.Geteuid() == 0 {
				of := owner.Sys().(*syscall.Stat_t)
				start.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: of.Uid, Gid: of.Gid}, Setsid: true}
			}
			require.NoError(t, start.Run())
		})
	}
	t.Cleanup(restart) // also if the test fails before
	return restart
}
