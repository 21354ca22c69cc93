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

// Freeze stops every process of the server where it is, as a machine that hangs does: what is sent to it is taken and not answered.
func (s *Server) Freeze() error {
	// The first process makes the others: once it stands still there are no more of them.
	if err := s.process.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	return s.signalChildren(syscall.SIGSTOP)
}

// Thaw lets a frozen server go on.
func (s *Server) Thaw() error {
	return errors.Join(s.signalChildren(syscall.SIGCONT), s.process.Process.Signal(syscall.SIGCONT))
}

func (s *Server) signalChildren(how syscall.Signal) error {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return errors.New("processes are found in /proc alone")
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

// childOf reads a process's id and its parent's; 0 where it has ended. The name, in brackets, may hold anything.
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
