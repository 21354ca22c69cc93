// Package pgserver starts a PostgreSQL server for tests: a fresh cluster in a temporary folder on a free loopback port. It
// syncs to disk like a production server, because durability is tested.
package pgserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a running PostgreSQL.
type Server struct {
	// URL is for the superuser, with the database postgres.
	URL string

	folder    string
	process   *exec.Cmd
	exited    chan struct{} // closed when the process has exited
	exitError error         // why it exited; read after exited is closed
}

// ErrMissing says how to install PostgreSQL.
var ErrMissing = errors.New("PostgreSQL 14 or newer is missing: apt-get install postgresql, or set TEST_DB_URL")

// Find returns ErrMissing if this machine has no PostgreSQL that Start can start.
func Find() error {
	if os.Geteuid() == 0 {
		if _, err := user.Lookup("postgres"); err != nil {
			return ErrMissing
		}
	}
	_, err := binaries()
	return err
}

// Start creates a cluster and waits until it answers. settings are NAME=value lines of postgresql.conf.
func Start(ctx context.Context, settings ...string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "holotwin-postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{folder: folder, exited: make(chan struct{})}
	if err := s.start(ctx, bin, settings); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, bin string, settings []string) error {
	account, err := s.account()
	if err != nil {
		return err
	}
	data := filepath.Join(s.folder, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if err := runQuietly(asUser(initdb, account)); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	return s.run(ctx, bin, data, account, settings)
}

// run starts the server on the data of a cluster and waits until it answers.
func (s *Server) run(ctx context.Context, bin, data string, account *syscall.Credential, settings []string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s.URL = fmt.Sprintf("postgresql://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
	words := []string{"-D", data, "-p", strconv.Itoa(port)}
	for _, setting := range append([]string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=" + s.folder, "max_connections=200", "shared_buffers=256MB", "max_wal_size=4GB", "log_min_messages=fatal",
	}, settings...) {
		words = append(words, "-c", setting)
	}
	s.process = asUser(exec.Command(filepath.Join(bin, "postgres"), words...), account)
	return s.begin(ctx)
}

// begin starts the process.
func (s *Server) begin(ctx context.Context) error {
	if err := s.process.Start(); err != nil {
		return err
	}
	go func() {
		s.exitError = s.process.Wait()
		close(s.exited)
	}()
	return s.waitUntilReady(ctx)
}

// account returns the user that runs the server: PostgreSQL refuses to run as root.
func (s *Server) account() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, ErrMissing
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(s.folder, int(uid), int(gid))
}

func asUser(cmd *exec.Cmd, account *syscall.Credential) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account, Setpgid: true}
	cmd.Dir = "/"
	return cmd
}

func runQuietly(cmd *exec.Cmd) error {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(out.String()))
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// waitUntilReady waits until the server answers or has exited.
func (s *Server) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.URL)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.exited:
			return fmt.Errorf("postgres exited at once: %w", s.exitError)
		case <-ctx.Done():
			return errors.Join(errors.New("postgres did not start"), s.Stop())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// Stop stops the server and removes its folder.
func (s *Server) Stop() error {
	select {
	case <-s.exited: // killed before
		return os.RemoveAll(s.folder)
	default:
		err := s.signal(syscall.SIGQUIT)
		return errors.Join(err, os.RemoveAll(s.folder))
	}
}

// signal sends a signal that ends the server, and waits until it has exited.
func (s *Server) signal(how syscall.Signal) error {
	if err := s.process.Process.Signal(how); err != nil {
		return err
	}
	select {
	case <-s.exited:
		return nil
	case <-time.After(time.Minute):
		return s.process.Process.Kill()
	}
}

// binaries returns the program folder of the newest installed PostgreSQL.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrMissing
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) < version(found[j]) })
	newest := found[len(found)-1]
	if version(newest) < 14 {
		return "", ErrMissing
	}
	return filepath.Dir(newest), nil
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// Command returns the command of a PostgreSQL program (psql, pgbench) with the address of this server.
func (s *Server) Command(ctx context.Context, program string, words ...string) *exec.Cmd {
	if bin, err := binaries(); err == nil {
		program = filepath.Join(bin, program)
	}
	cmd := exec.CommandContext(ctx, program, words...)
	address, err := pgx.ParseConfig(s.URL)
	if err == nil {
		cmd.Env = append(os.Environ(), "PGHOST=127.0.0.1", "PGPORT="+strconv.Itoa(int(address.Port)), "PGUSER=postgres", "PGDATABASE=postgres")
	}
	return cmd
}

// Run runs a PostgreSQL program.
func (s *Server) Run(ctx context.Context, program string, words ...string) error {
	return runQuietly(s.Command(ctx, program, words...))
}
