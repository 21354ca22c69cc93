package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// lamp is a need that counts how often it was started and stopped.
type lamp struct {
	absent           bool
	started, stopped int
	stopErr          error
}

func (l *lamp) need() need {
	return need{
		name: "a lamp", of: always, variable: "TEST_LAMP", missing: errors.New("a lamp is missing: buy one"),
		find: func() bool { return !l.absent },
		start: func(context.Context) (running, error) {
			l.started++
			return running{where: "on the table", stop: func() error { l.stopped++; return l.stopErr }}, nil
		},
	}
}

func shell(script string) []string { return []string{"sh", "-c", script} }

func TestServeRunsTheCommandWithWhatItNeeds(t *testing.T) {
	l := &lamp{}
	code, err := serve(context.Background(), []need{l.need()}, shell(`test "$TEST_LAMP" = "on the table"`))
	require.NoError(t, err)
	require.Zero(t, code)
	require.Equal(t, 1, l.started)
	require.Equal(t, 1, l.stopped)
}

func TestServePassesTheExitCodeOn(t *testing.T) {
	for script, want := range map[string]int{"exit 0": 0, "exit 7": 7, "kill -KILL $$": 128 + 9} {
		l := &lamp{}
		code, err := serve(context.Background(), []need{l.need()}, shell(script))
		require.NoError(t, err, script)
		require.Equal(t, want, code, script)
		require.Equal(t, 1, l.stopped, script)
	}
}

func TestServeLeavesAGivenServerAlone(t *testing.T) {
	t.Setenv("TEST_LAMP", "elsewhere")
	l := &lamp{}
	code, err := serve(context.Background(), []need{l.need()}, shell(`test "$TEST_LAMP" = elsewhere`))
	require.NoError(t, err)
	require.Zero(t, code)
	require.Zero(t, l.started)
}

func TestServeRunsNothingWhereANeedIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // no apt-get, no sudo
	trace := filepath.Join(t.TempDir(), "ran")
	l := &lamp{absent: true}
	code, err := serve(context.Background(), []need{l.need()}, []string{"/bin/sh", "-c", "> " + trace})
	require.Equal(t, 1, code)
	require.ErrorContains(t, err, "a lamp is missing: buy one")
	require.NotContains(t, err.Error(), "\n")
	require.NoFileExists(t, trace)
}

// TestServeSaysAtOnceAllThatItWillInstall lacks two things: both are named before the first is installed.
func TestServeSaysAtOnceAllThatItWillInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // no apt-get, no sudo
	said, err := os.Create(filepath.Join(t.TempDir(), "said"))
	require.NoError(t, err)
	before := os.Stderr
	os.Stderr = said
	t.Cleanup(func() { os.Stderr = before })
	there := &lamp{}
	one, two := (&lamp{absent: true}).need(), (&lamp{absent: true}).need()
	one.packages, two.name, two.packages = []string{"lamp"}, "a table", []string{"table", "chair"}
	_, err = serve(context.Background(), []need{there.need(), one, two}, shell("exit 0"))
	require.Error(t, err)
	require.Zero(t, there.started, "nothing is started before")
	text, err := os.ReadFile(said.Name())
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	require.Contains(t, first, "a lamp, a table")
	require.Contains(t, first, "apt-get installs lamp table chair")
}

func TestServeFailsWhereAServerCannotBeStopped(t *testing.T) {
	l := &lamp{stopErr: errors.New("stuck")}
	code, err := serve(context.Background(), []need{l.need()}, shell("exit 0"))
	require.Equal(t, 1, code)
	require.ErrorContains(t, err, "stop a lamp: stuck")
}

func TestServeEndsTheCommandAndItsChildrenWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	noted := filepath.Join(t.TempDir(), "pid")
	var child int
	go func() {
		defer cancel()
		for range 6000 {
			time.Sleep(10 * time.Millisecond)
			line, _ := os.ReadFile(noted)
			if pid, err := strconv.Atoi(strings.TrimSpace(string(line))); err == nil {
				child = pid
				return
			}
		}
	}()
	l := &lamp{}
	code, err := serve(ctx, []need{l.need()}, shell("sleep 60 & echo $! > "+noted+"; wait"))
	require.NoError(t, err)
	require.Equal(t, 128+15, code)
	require.Equal(t, 1, l.stopped)
	require.NotZero(t, child)
	require.Eventually(t, func() bool { return syscall.Kill(child, 0) != nil || zombie(child) }, 5*time.Minute, 10*time.Millisecond)
}

// zombie reports whether a process has ended and its parent has not waited for it yet.
func zombie(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

// The program as it is run: its PostgreSQL syncs, is gone after SIGTERM, and leaves no folder.
func TestTheProgramStartsAndStopsPostgreSQL(t *testing.T) {
	program := filepath.Join(t.TempDir(), "servers")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))

	temporary := t.TempDir()
	require.NoError(t, os.Chmod(temporary, 0o755)) // the server's own user passes through
	require.NoError(t, os.Chmod(filepath.Dir(temporary), 0o755))
	cmd := exec.Command(program, "--", "sh", "-c", "echo $"+databasetest.ServerURL+"; sleep 60")
	cmd.Env = append(os.Environ(), databasetest.ServerURL+"=", "TMPDIR="+temporary)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	url, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	url = strings.TrimSpace(url)

	conn, err := pgx.Connect(context.Background(), url)
	require.NoError(t, err)
	var fsync string
	require.NoError(t, conn.QueryRow(context.Background(), "SHOW fsync").Scan(&fsync))
	require.Equal(t, "on", fsync)
	require.NoError(t, conn.Close(context.Background()))

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	var exit *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &exit)
	require.Equal(t, 128+15, exit.ExitCode())
	_, err = pgx.Connect(context.Background(), url)
	require.Error(t, err)
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}
