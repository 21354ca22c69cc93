package blackbox

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to take PostgreSQL's connections
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// smallDisk mounts a disk of some MB, which only root may.
func smallDisk(t *testing.T, megabytes int) (folder string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("NOT CHECKED: a disk that is full or read-only is made by mounting one, which only root may")
	}
	folder = t.TempDir()
	require.NoError(t, syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", megabytes)))
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(folder, syscall.MNT_DETACH)) })
	return folder
}

// TestAFullDiskIsToldAndRecovered fills the disk of the database: readings get 503 and are not reported as stored, stored data can be
// read, the operator reads why in the log, and when there is space again the server recovers by itself.
func TestAFullDiskIsToldAndRecovered(t *testing.T) {
	folder := smallDisk(t, 24)
	server := start(t, "sqlite://"+filepath.Join(folder, "holotwin.db"))
	client := login(t, server)
	campus, err := client.MakeCampus(2)
	require.NoError(t, err)
	send(t, client, 200, http.MethodGet, "/api/gemelo", nil)
	fillDisk(t, folder)

	from := time.Now().UTC().Truncate(time.Second).Add(-12 * time.Hour)
	acknowledged, refused := make(map[string]bool), 0
	for at := from; refused < 5; at = at.Add(time.Second) {
		require.Less(t, at.Sub(from), 11*time.Hour, "the disk does not get full")
		answer, err := client.Send(http.MethodPost, "/consumo", reading(campus.Devices[0], at))
		require.NoError(t, err)
		if answer.Status == http.StatusCreated {
			acknowledged[campus.Devices[0]+" "+at.Format(time.RFC3339)] = true
			continue
		}
		requireUnavailable(t, answer, "a reading")
		refused++
	}
	answer, err := client.Send(http.MethodPost, "/consumo/lote?atomic=true", manyReadings(campus.Devices[1], from, 4000))
	require.NoError(t, err)
	requireUnavailable(t, answer, "many readings")
	send(t, client, 200, http.MethodGet, "/consumo?limit=10", nil)
	require.Contains(t, server.Log.String(), "the disk of the database file is full")

	require.NoError(t, os.Remove(filepath.Join(folder, "ballast")))
	eventually(t, "it goes on by itself", func() bool {
		answer, err := client.Send(http.MethodPost, "/consumo", reading(campus.Devices[1], from))
		return err == nil && (answer.Status == http.StatusCreated || answer.Status == http.StatusOK)
	})
	requireStored(t, client, acknowledged)
	require.NoError(t, server.Kill())
	again := login(t, start(t, "sqlite://"+filepath.Join(folder, "holotwin.db")))
	requireStored(t, again, acknowledged)
	require.NotEmpty(t, storedReadings(t, again))
}

// requireStored checks that what was acknowledged is there once, and that the totals are the sum of all that is.
func requireStored(t *testing.T, c *program.Client, acknowledged map[string]bool) {
	t.Helper()
	stored := storedReadings(t, c)
	for key := range acknowledged {
		require.Equal(t, 1, stored[key], key)
	}
	requireTotal(t, c, len(stored))
}

func manyReadings(device string, from time.Time, n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = reading(device, from.Add(time.Duration(i)*time.Second))
	}
	return all
}

// fillDisk leaves no room on the disk of a folder.
func fillDisk(t *testing.T, folder string) {
	t.Helper()
	ballast, err := os.Create(filepath.Join(folder, "ballast"))
	require.NoError(t, err)
	for block := make([]byte, 4096); err == nil; {
		_, err = ballast.Write(block)
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, ballast.Close())
}

// TestADatabaseThatCannotBeOpenedIsToldInOneLine starts the program on files that cannot be its database.
func TestADatabaseThatCannotBeOpenedIsToldInOneLine(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "noise.db"), []byte(strings.Repeat("this is no database ", 500)), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "file"), nil, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "folder.db"), 0o700))
	requireRefused(t, filepath.Join(folder, "noise.db"), "the file is damaged or not a SQLite database")
	requireRefused(t, filepath.Join(folder, "folder.db"), "is a directory")
	requireRefused(t, filepath.Join(folder, "file", "x.db"), "not a directory")
	t.Run("a full disk", func(t *testing.T) {
		full := smallDisk(t, 1)
		fillDisk(t, full)
		requireRefused(t, filepath.Join(full, "x.db"), "disk", "space")
	})
	t.Run("a disk that may not be written", func(t *testing.T) {
		disk := smallDisk(t, 24)
		path := filepath.Join(disk, "x.db")
		require.NoError(t, start(t, "sqlite://"+path).Kill())
		require.NoError(t, syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
		requireRefused(t, path, "read-only file system")
	})
}

// requireRefused starts the program on a file: it ends with one line that names it and says one of the reasons.
func requireRefused(t *testing.T, path string, reasons ...string) {
	t.Helper()
	binary, err := program.Build()
	require.NoError(t, err)
	run := exec.Command(binary, "serve")
	run.Dir, run.Env = t.TempDir(), []string{"DB_URL=sqlite://" + path, "HTTP_ADDR=127.0.0.1:0", "PATH=/usr/bin:/bin"}
	out, err := run.CombinedOutput()
	require.Error(t, err)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, 1, string(out))
	require.Contains(t, lines[0], "holotwin: DB_URL: ")
	for _, reason := range reasons {
		if strings.Contains(lines[0], reason) {
			return
		}
	}
	t.Errorf("%q says none of %q", lines[0], reasons)
}

// TestAPostgresWithoutConnectionsIsToldAndRecovered takes all connections that PostgreSQL has, so that the program's are refused.
func TestAPostgresWithoutConnectionsIsToldAndRecovered(t *testing.T) {
	postgres := ownPostgres(t, "max_connections=30")
	server := start(t, postgres.URL)
	client := login(t, server)
	campus, err := client.MakeCampus(1)
	require.NoError(t, err)
	others, err := sql.Open("pgx", postgres.URL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = others.Close() })
	taken := takeConnections(t, others)
	from := time.Now().UTC().Truncate(time.Second).Add(-time.Hour)
	at := from
	eventually(t, "the operator reads why", func() bool {
		answer, err := client.Send(http.MethodPost, "/consumo", reading(campus.Devices[0], at))
		require.NoError(t, err)
		at = at.Add(time.Second)
		if answer.Status != http.StatusCreated {
			requireUnavailable(t, answer, "a reading")
		}
		// What the program still holds is ended, and taken as well.
		_, _ = taken[0].ExecContext(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holotwin'")
		taken = append(taken, takeConnections(t, others)...)
		return strings.Contains(server.Log.String(), "PostgreSQL accepts no more connections")
	})
	for _, conn := range taken {
		_ = conn.Close()
	}
	require.NoError(t, others.Close())
	eventually(t, "it goes on by itself", func() bool {
		answer, err := client.Send(http.MethodPost, "/consumo", reading(campus.Devices[0], from.Add(-time.Hour)))
		return err == nil && answer.Status == http.StatusCreated
	})
}

// takeConnections takes those that are free.
func takeConnections(t *testing.T, pool *sql.DB) (taken []*sql.Conn) {
	t.Helper()
	for range 100 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		conn, err := pool.Conn(ctx)
		cancel()
		if err != nil {
			return taken
		}
		taken = append(taken, conn)
	}
	return taken
}

// TestAnotherSecretEndsTokensOnly starts the program again with another JWT_SECRET: tokens of before are refused as any that are not
// good, a session goes on by its refresh token, and logins work.
func TestAnotherSecretEndsTokensOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		client := login(t, server)
		var pair struct {
			RefreshToken string `json:"refresh_token"`
		}
		credentials := map[string]string{"email": program.AdminEmail, "password": program.AdminPassword}
		require.NoError(t, send(t, client, 200, http.MethodPost, "/auth/login", credentials).JSON(&pair))
		require.NoError(t, server.Stop())
		again := start(t, databaseURL, "JWT_SECRET="+strings.Repeat("another secret ", 4))
		client.URL = again.URL
		for _, path := range []string{"/auth/me", "/consumo", "/api/gemelo", "/api/eventos"} {
			answer := send(t, client, 401, http.MethodGet, path, nil)
			require.Contains(t, string(answer.Body), `"unauthenticated"`)
			require.NotEmpty(t, answer.Header.Get("WWW-Authenticate"))
		}
		send(t, client, 200, http.MethodPost, "/auth/refresh", map[string]string{"refresh_token": pair.RefreshToken})
		send(t, login(t, again), 200, http.MethodGet, "/auth/me", nil)
	})
}

// TestAMadeSecretThatIsBrokenIsMadeAnew cuts the secret that was made beside the embedded database short.
func TestAMadeSecretThatIsBrokenIsMadeAnew(t *testing.T) {
	folder := t.TempDir()
	url := "sqlite://" + filepath.Join(folder, "holotwin.db")
	server := start(t, url, "JWT_SECRET=")
	client := login(t, server)
	require.NoError(t, server.Stop())
	require.NoError(t, os.Truncate(filepath.Join(folder, "jwt.secret"), 3))
	again := start(t, url, "JWT_SECRET=")
	client.URL = again.URL
	send(t, client, 401, http.MethodGet, "/auth/me", nil)
	send(t, login(t, again), 200, http.MethodGet, "/auth/me", nil)
}
