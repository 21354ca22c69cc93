// Package program builds and runs the real binary, as an operator does, for black-box tests and benchmarks. It
// knows HoloTwin by HTTP alone.
package program

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Secrets of the programs that are run here.
const (
	AdminEmail    = "admin@usc.edu.co"
	AdminPassword = "una-clave-larga-de-prueba"
	secret        = "0123456789abcdef0123456789abcdef0123456789abcdef"
)

// Build compiles the program once in a process and returns the binary's path.
var Build = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "holotwin-binary-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "holotwin")
	out, err := exec.Command("go", "build", "-o", path, "github.com/holotwin/holotwin/cmd/holotwin").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

// BuildSource compiles the program of another source folder to a path. From the same folder, the next build takes what it compiled from
// the cache of go build.
func BuildSource(folder, path string) error {
	build := exec.Command("go", "build", "-o", path, "./cmd/holotwin")
	build.Dir = folder
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build in %s: %w: %s", folder, err, out)
	}
	return nil
}

// Server is a running program.
type Server struct {
	URL     string
	Process *exec.Cmd
	// Log is all that the program printed.
	Log *Log

	ended chan error
}

// Start runs `holotwin words…` on a database with further settings (NAME=value, in which $URL is the server's own), and waits
// until it is ready. It listens where HTTP_ADDR says, or else on a free port.
func Start(ctx context.Context, folder, databaseURL string, settings []string, words ...string) (*Server, error) {
	binary, err := Build()
	if err != nil {
		return nil, err
	}
	return StartBinary(ctx, binary, folder, databaseURL, settings, words...)
}

// StartBinary is Start with a binary that was built already, such as that of an earlier version.
func StartBinary(ctx context.Context, binary, folder, databaseURL string, settings []string, words ...string) (*Server, error) {
	address, err := addressIn(settings)
	if err != nil {
		return nil, err
	}
	scheme := "http://"
	if slices.ContainsFunc(settings, func(setting string) bool { return strings.HasPrefix(setting, "TLS_CERT=") }) {
		scheme = "https://"
	}
	s := &Server{URL: scheme + address, Process: command(binary, folder, databaseURL, words), Log: &Log{}, ended: make(chan error, 1)}
	s.Process.Env = append(s.Process.Env, "HTTP_ADDR="+address)
	for _, setting := range settings {
		s.Process.Env = append(s.Process.Env, strings.ReplaceAll(setting, "$URL", s.URL))
	}
	s.Process.Stdout, s.Process.Stderr = s.Log, s.Log
	if err := s.Process.Start(); err != nil {
		return nil, err
	}
	go func() { s.ended <- s.Process.Wait() }()
	return s, s.await(ctx)
}

// addressIn returns the last HTTP_ADDR of some settings, or a free address.
func addressIn(settings []string) (string, error) {
	for _, setting := range slices.Backward(settings) {
		if address, found := strings.CutPrefix(setting, "HTTP_ADDR="); found {
			return address, nil
		}
	}
	return FreeAddress()
}

// Command is `holotwin words…` on a database, with the settings of Start, to be run and killed by the caller.
func Command(folder, databaseURL string, words ...string) (*exec.Cmd, error) {
	binary, err := Build()
	if err != nil {
		return nil, err
	}
	return command(binary, folder, databaseURL, words), nil
}

func command(binary, folder, databaseURL string, words []string) *exec.Cmd {
	c := exec.Command(binary, words...)
	c.Dir = folder
	c.Env = append(plainEnvironment(),
		"DB_URL="+databaseURL, "JWT_SECRET="+secret, "LOG_FORMAT=json",
		"ADMIN_EMAIL="+AdminEmail, "ADMIN_PASSWORD="+AdminPassword, "LOGIN_LIMIT_PER_MIN=1000", "RATE_LIMIT_PER_MIN=0", "WEATHER_URL=off")
	return c
}

// plainEnvironment is the environment without the settings of the person who runs the tests.
func plainEnvironment() []string {
	var kept []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "GOCOVERDIR"} {
		if value, set := os.LookupEnv(name); set {
			kept = append(kept, name+"="+value)
		}
	}
	return kept
}

// FreeAddress is a free port of the loopback range. It is below the ports that Linux assigns to outgoing connections, and chosen at
// random, so that neither a connection nor the tests of another package take it before the program listens on it.
func FreeAddress() (string, error) {
	const lowest, many, tries = 10_000, 20_000, 100
	var failed error
	for range tries {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", lowest+rand.IntN(many)))
		if err != nil {
			failed = err
			continue
		}
		return l.Addr().String(), l.Close()
	}
	return "", failed
}

// trusting is a client that takes any certificate.
var trusting = http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	for {
		if answer, err := trusting.Get(s.URL + "/health/ready"); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the program ended: %w: %s", err, s.Log)
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("the program is not ready: %s", s.Log), s.Kill())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Kill ends the program as a power cut would.
func (s *Server) Kill() error {
	if err := s.Process.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	err := <-s.ended
	s.ended <- err
	return nil
}

// Stop sends the program a signal to end and returns how it ended.
func (s *Server) Stop() error {
	if err := s.Process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return s.Wait(answerFor)
}

// Wait waits until the program ends.
func (s *Server) Wait(most time.Duration) error {
	select {
	case err := <-s.ended:
		s.ended <- err
		return err
	case <-time.After(most):
		return errors.Join(errors.New("the program did not end"), s.Kill())
	}
}

// ResidentKB is the resident memory of the program, in kB, from the kernel.
func (s *Server) ResidentKB() (int, error) { return s.memoryKB("VmRSS:") }

// MostResidentKB is the most that it ever held, in kB.
func (s *Server) MostResidentKB() (int, error) { return s.memoryKB("VmHWM:") }

func (s *Server) memoryKB(line string) (int, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", s.Process.Process.Pid))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), line); found {
			var kb int
			_, err := fmt.Sscan(rest, &kb)
			return kb, err
		}
	}
	return 0, fmt.Errorf("the kernel gives no %s", line)
}

// ProcessorTime is how long the program used processors, all threads together, as the kernel counts it in hundredths of a second.
func (s *Server) ProcessorTime() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.Process.Process.Pid))
	if err != nil {
		return 0, err
	}
	var user, system time.Duration
	fields := strings.Fields(string(stat[strings.LastIndex(string(stat), ")")+1:])) // the name, in brackets, may hold anything
	if len(fields) < 13 {
		return 0, errors.New("the kernel gives no processor time")
	}
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		return 0, err
	}
	return (user + system) * (time.Second / 100), nil
}

// WrittenMB is what the program gave to the disk, in MB.
func (s *Server) WrittenMB() (float64, error) {
	counts, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", s.Process.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(counts)) {
		if rest, found := strings.CutPrefix(line, "write_bytes:"); found {
			var bytes float64
			_, err := fmt.Sscan(rest, &bytes)
			return bytes / 1e6, err
		}
	}
	return 0, errors.New("the kernel gives no bytes written")
}

// Log keeps what a program prints.
type Log struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write keeps more.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is all so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Run runs `holotwin words…` to its end and returns its output.
func Run(words ...string) ([]byte, error) {
	binary, err := Build()
	if err != nil {
		return nil, err
	}
	return exec.Command(binary, words...).Output()
}
