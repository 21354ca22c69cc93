// Command servers runs a command, such as the tests, with the servers it needs. It finds or installs their programs, starts those
// that the environment does not name already, passes their addresses to the command in environment variables, and stops what it
// started. Its exit code is the exit code of the command.
//
//	go run ./test/servers -- go test -race ./...
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// patience is how long a command may take to end after a signal before it is killed.
const patience = 20 * time.Second

func main() {
	command := os.Args[1:]
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		fmt.Fprintln(os.Stderr, "usage: go run ./test/servers -- COMMAND [ARGUMENT …]")
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := serve(ctx, needs, command)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
	}
	os.Exit(code)
}

// serve runs the command with its servers and returns its exit code; 1 with an error if a server cannot be started or stopped. It prints
// what it will install before it installs or starts anything.
func serve(ctx context.Context, needs []need, command []string) (code int, err error) {
	needs = slices.DeleteFunc(slices.Clone(needs), func(n need) bool { return !n.of(command) })
	if err := bringAll(ctx, needs); err != nil {
		return 1, err
	}
	environment := os.Environ()
	var stops []func() error
	defer func() {
		for _, stop := range slices.Backward(stops) {
			if left := stop(); left != nil {
				code, err = max(code, 1), errors.Join(err, left)
			}
		}
	}()
	for _, n := range needs {
		if n.start == nil || n.given() {
			continue
		}
		running, err := n.start(ctx)
		if err != nil {
			return 1, fmt.Errorf("%s: %w", n.name, err)
		}
		stops = append(stops, func() error {
			if left := running.stop(); left != nil {
				return fmt.Errorf("stop %s: %w", n.name, left)
			}
			return nil
		})
		environment = append(environment, n.variable+"="+running.where)
	}
	fmt.Fprintln(os.Stderr, "servers: running", strings.Join(command, " "))
	return run(ctx, command, environment)
}

// bringAll installs what is missing on this machine, and first prints all that it will install.
func bringAll(ctx context.Context, needs []need) error {
	var absent []need
	var names, packages []string
	for _, n := range needs {
		if n.given() || n.find() {
			continue
		}
		absent = append(absent, n)
		names, packages = append(names, n.name), append(packages, n.packages...)
	}
	if len(absent) == 0 {
		fmt.Fprintln(os.Stderr, "servers: all programs are on this machine; nothing is installed")
		return nil
	}
	fmt.Fprintf(os.Stderr, "servers: %s: not on this machine; apt-get installs %s, which may take some minutes\n", strings.Join(names, ", "), strings.Join(packages, " "))
	for _, n := range absent {
		if err := n.bring(ctx); err != nil {
			return err
		}
	}
	return nil
}

// run starts the command in a process group of its own, so that a signal ends all processes that it started.
func run(ctx context.Context, command, environment []string) (int, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = environment
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = patience
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	_ = cmd.Wait() // its result is in the state
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	return exitCode(cmd.ProcessState.Sys().(syscall.WaitStatus)), nil
}

// exitCode is the command's own; as in a shell, 128 + the signal that ended it.
func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
