// Package pooler starts a PgBouncer for tests as Debian ships it: in transaction mode, with its defaults for all else, and with so few
// connections to PostgreSQL that clients must share them.
package pooler

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Pooler is a running PgBouncer.
type Pooler struct {
	address string
	folder  string
	process *exec.Cmd
	exited  chan struct{}
}

// ErrMissing says how to install PgBouncer.
var ErrMissing = errors.New("pgbouncer, the connection pooler that the program is tested behind, is missing: apt-get install pgbouncer")

// Find returns the path of PgBouncer's program, or ErrMissing.
func Find() (string, error) {
	for _, name := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrMissing
}

// maxServerConnections is fewer than one process of the program opens.
const maxServerConnections = 6

// Start starts one in front of a PostgreSQL server, for all its databases. settings are NAME=value lines of pgbouncer.ini.
func Start(serverURL string, settings ...string) (*Pooler, error) {
	program, err := Find()
	if err != nil {
		return nil, err
	}
	server, err := url.Parse(serverURL)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "holotwin-pgbouncer-")
	if err != nil {
		return nil, err
	}
	p := &Pooler{folder: folder, exited: make(chan struct{})}
	if err := p.start(program, server, settings); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

func (p *Pooler) start(program string, server *url.URL, more []string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.address = listener.Addr().String()
	if err := listener.Close(); err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(p.address)
	password, _ := server.User.Password()
	users := filepath.Join(p.folder, "userlist.txt")
	settings := fmt.Sprintf(`[databases]
* = host=%s port=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %s
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = transaction
default_pool_size = %s
max_client_conn = 500
%s
`, server.Hostname(), server.Port(), port, users, strconv.Itoa(maxServerConnections), strings.Join(more, "\n"))
	file := filepath.Join(p.folder, "pgbouncer.ini")
	if err := errors.Join(
		os.WriteFile(users, []byte(fmt.Sprintf("%q %q\n", server.User.Username(), password)), 0o644),
		os.WriteFile(file, []byte(settings), 0o644), os.Chmod(p.folder, 0o755),
	); err != nil {
		return err
	}
	words := []string{"-q", file}
	if os.Geteuid() == 0 { // it refuses to run as root
		words = append([]string{"-u", "nobody"}, words...)
	}
	p.process = exec.Command(program, words...)
	p.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.process.Start(); err != nil {
		return err
	}
	go func() {
		_ = p.process.Wait()
		close(p.exited)
	}()
	return p.waitUntilReady()
}

func (p *Pooler) waitUntilReady() error {
	for range 2400 {
		if conn, err := net.Dial("tcp", p.address); err == nil {
			return conn.Close()
		}
		select {
		case <-p.exited:
			return errors.New("pgbouncer exited at once")
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("pgbouncer does not listen on %s", p.address)
}

// URL returns the address of a database, which is on the server, through the pooler.
func (p *Pooler) URL(databaseURL string) (string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", err
	}
	u.Host = p.address
	return u.String(), nil
}

// Stop stops it and removes its folder.
func (p *Pooler) Stop() error {
	if p.process != nil && p.process.Process != nil {
		_ = p.process.Process.Signal(syscall.SIGQUIT)
		select {
		case <-p.exited:
		case <-time.After(time.Minute):
			_ = p.process.Process.Kill()
		}
	}
	return os.RemoveAll(p.folder)
}
