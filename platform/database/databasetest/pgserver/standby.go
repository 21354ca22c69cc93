package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// StartStandby starts a copy of the server that follows it synchronously: from then on, the server commits nothing that the standby does not
// have on disk.
func (s *Server) StartStandby(ctx context.Context) (*Server, error) {
	standby, err := s.startCopy(ctx, nil)
	if err != nil {
		return nil, err
	}
	return standby, s.commitWith(ctx)
}

// StartReplica starts a copy of the server that follows it without the server waiting for it. settings are NAME=value lines of
// postgresql.conf.
func (s *Server) StartReplica(ctx context.Context, settings ...string) (*Server, error) {
	return s.startCopy(ctx, settings)
}

func (s *Server) startCopy(ctx context.Context, settings []string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "holotwin-standby-")
	if err != nil {
		return nil, err
	}
	standby := &Server{folder: folder, exited: make(chan struct{})}
	if err := standby.follow(ctx, bin, s, settings); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return standby, nil
}

// follow copies the primary's cluster and starts it as a standby.
func (s *Server) follow(ctx context.Context, bin string, primary *Server, settings []string) error {
	account, err := s.account()
	if err != nil {
		return err
	}
	address, err := pgx.ParseConfig(primary.URL)
	if err != nil {
		return err
	}
	data := filepath.Join(s.folder, "data")
	copied := exec.CommandContext(ctx, filepath.Join(bin, "pg_basebackup"), "-D", data, "-R", "-X", "stream", "-c", "fast",
		"-h", "127.0.0.1", "-p", strconv.Itoa(int(address.Port)), "-U", "postgres")
	if err := runQuietly(asUser(copied, account)); err != nil {
		return fmt.Errorf("pg_basebackup: %w", err)
	}
	return s.run(ctx, bin, data, account, settings)
}

// commitWith makes the server wait for its standby at each commit, once the standby is there.
func (s *Server) commitWith(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range []string{"ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	for range 2400 {
		var following bool
		if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')").Scan(&following); err != nil || following {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the standby does not follow")
}

// Promote makes a standby the primary, and returns once it takes writes.
func (s *Server) Promote(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	var promoted bool
	if err := conn.QueryRow(ctx, "SELECT pg_promote(true, 600)").Scan(&promoted); err != nil {
		return err
	}
	if !promoted {
		return errors.New("the standby was not promoted")
	}
	return nil
}

// Kill ends every process of the server at once, as when its machine loses power.
func (s *Server) Kill() error {
	if err := s.process.Process.Signal(syscall.SIGSTOP); err != nil { // so that no new process begins
		return err
	}
	err := errors.Join(s.signalChildren(syscall.SIGKILL), s.process.Process.Kill())
	<-s.exited
	return err
}

// Restart starts a killed server again, at its former address.
func (s *Server) Restart(ctx context.Context) error {
	killed := s.process
	s.process, s.exited = asUser(exec.Command(killed.Path, killed.Args[1:]...), killed.SysProcAttr.Credential), make(chan struct{})
	return s.begin(ctx)
}
