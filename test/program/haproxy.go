package program

import (
	"fmt"
	"net"
	"os/exec"
	"syscall"
	"time"
)

// HAProxy is a proxy that runs with the settings that the project ships.
type HAProxy struct {
	process *exec.Cmd
	log     *Log
}

// StartHAProxy starts one with a file of settings and the addresses that it reads from the environment (NAME=value), and waits
// until it listens.
func StartHAProxy(settings, listens string, addresses ...string) (*HAProxy, error) {
	path, err := exec.LookPath("haproxy")
	if err != nil {
		path = "/usr/sbin/haproxy"
	}
	p := &HAProxy{process: exec.Command(path, "-db", "-f", settings), log: &Log{}}
	p.process.Env = append(plainEnvironment(), addresses...)
	p.process.Stdout, p.process.Stderr = p.log, p.log
	if err := p.process.Start(); err != nil {
		return nil, fmt.Errorf("haproxy, which apt-get install haproxy brings: %w", err)
	}
	for range 2400 {
		if conn, err := net.Dial("tcp", listens); err == nil {
			return p, conn.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, fmt.Errorf("haproxy does not listen on %s: %s", listens, p.log)
}

// Log is all that it printed.
func (p *HAProxy) Log() string { return p.log.String() }

// Stop ends it.
func (p *HAProxy) Stop() error {
	_ = p.process.Process.Signal(syscall.SIGTERM)
	_ = p.process.Wait()
	return nil
}
