package pgserver

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Freeze suspends every process of the server. It then behaves like a machine that has frozen: it accepts data and does not
// answer.
func (s *Server) Freeze() error {
	// The first process starts the others. Once it is suspended, there are no new ones.
	if err := s.process.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	return s.signalChildren(syscall.SIGSTOP)
}

// Thaw resumes a frozen server.
func (s *Server) Thaw() error {
	return errors.Join(s.signalChildren(syscall.SIGCONT), s.process.Process.Signal(syscall.SIGCONT))
}

func (s *Server) signalChildren(how syscall.Signal) error {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return errors.New("no /proc: the processes of the server cannot be found")
	}
	var failed error
	for _, path := range stats {
		pid, parent := childOf(path)
		if parent != s.process.Process.Pid {
			continue
		}
		if err := syscall.Kill(pid, how); err != nil && !errors.Is(err, syscall.ESRCH) {
			failed = errors.Join(failed, fmt.Errorf("process %d: %w", pid, err))
		}
	}
	return failed
}

// childOf returns the id of a process and of its parent; 0 if it has ended. The name in parentheses may contain anything.
func childOf(path string) (pid, parent int) {
	stat, err := os.ReadFile(path)
	if err != nil {
		return 0, 0
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0, 0
	}
	pid, _ = strconv.Atoi(filepath.Base(filepath.Dir(path)))
	parent, _ = strconv.Atoi(string(fields[1]))
	return pid, parent
}
