package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
)

// need is one thing that a command needs of its machine.
type need struct {
	name     string                                 // as a person calls it
	of       func(command []string) bool            // whether this command needs it
	variable string                                 // tells the command where it is; set already, nothing is started
	packages []string                               // Debian's packages that bring it
	start    func(ctx context.Context) (met, error) // errMissing: its program is not there
	missing  error                                  // one line: what is missing and how to get it
}

// met is a need that was met.
type met struct {
	where string
	stop  func() error
}

// needs is all that the tests need; one more is one more row.
var needs = []need{
	{
		name: "a C compiler", of: usesRaceDetector, packages: []string{"gcc", "libc6-dev"}, start: findCompiler,
		missing: errors.New("a C compiler, which -race needs, is missing: apt-get install gcc libc6-dev"),
	},
	{
		name: "PostgreSQL", of: always, variable: databasetest.ServerURL, packages: []string{"postgresql"}, start: startPostgres,
		missing: pgserver.ErrMissing,
	},
	{
		name: "Mosquitto", of: always, packages: []string{"mosquitto"}, start: finds("mosquitto", "/usr/sbin/mosquitto"),
		missing: errors.New("mosquitto, the MQTT broker that devices are tested with, is missing: apt-get install mosquitto"),
	},
	{
		name: "Mosquitto's clients", of: always, packages: []string{"mosquitto-clients"}, start: finds("mosquitto_pub"),
		missing: errors.New("mosquitto_pub, with which devices' messages are tested, is missing: apt-get install mosquitto-clients"),
	},
	{
		name: "Chromium", of: always, packages: []string{"chromium"}, start: finds("chromium", "chromium-browser", "google-chrome"),
		missing: errors.New("chromium, the browser that the dashboard is tested in, is missing: apt-get install chromium"),
	},
	{
		name: "Node.js", of: always, packages: []string{"nodejs", "npm"}, start: finds("node"),
		missing: errors.New("node, which drives the browser and builds the dashboard, is missing: install Node.js 20.19 or later, with npm"),
	},
}

func always([]string) bool { return true }

func usesRaceDetector(command []string) bool { return slices.Contains(command, "-race") }

// errMissing is a start's answer where the program is not on this machine.
var errMissing = errors.New("missing")

func findCompiler(context.Context) (met, error) {
	for _, name := range []string{os.Getenv("CC"), "gcc", "clang"} {
		if path, err := exec.LookPath(name); err == nil {
			return met{where: path, stop: func() error { return nil }}, nil
		}
	}
	return met{}, errMissing
}

// finds only looks for a program under its names: each test that needs it starts one of its own.
func finds(names ...string) func(context.Context) (met, error) {
	return func(context.Context) (met, error) {
		for _, name := range names {
			if path, err := exec.LookPath(name); err == nil {
				return met{where: path, stop: func() error { return nil }}, nil
			}
		}
		return met{}, errMissing
	}
}

func startPostgres(ctx context.Context) (met, error) {
	server, err := pgserver.Start(ctx)
	if errors.Is(err, pgserver.ErrMissing) {
		return met{}, errMissing
	}
	if err != nil {
		return met{}, err
	}
	return met{where: server.URL, stop: server.Stop}, nil
}

// find finds or starts what is needed; errMissing where its program is not there.
func (n need) find(ctx context.Context) (met, error) {
	if given := os.Getenv(n.variable); given != "" {
		return met{where: given, stop: func() error { return nil }}, nil
	}
	found, err := n.start(ctx)
	if err != nil {
		return met{}, fmt.Errorf("%s: %w", n.name, err)
	}
	return found, nil
}

// bring installs what is needed, and finds or starts it.
func (n need) bring(ctx context.Context) (met, error) {
	fmt.Fprintln(os.Stderr, "servers: installing", strings.Join(n.packages, " "))
	if err := install(ctx, n.packages); err != nil {
		return met{}, fmt.Errorf("%w (%w)", n.missing, err)
	}
	found, err := n.find(ctx)
	if errors.Is(err, errMissing) {
		return met{}, n.missing
	}
	return found, err
}

// install asks Debian's package manager, as root or through a sudo that asks no password. Its error is one line.
func install(ctx context.Context, packages []string) error {
	var before []string
	if os.Geteuid() != 0 {
		before = []string{"sudo", "-n"}
	}
	for _, command := range [][]string{
		{"apt-get", "update", "-qq"},
		append([]string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"}, packages...),
	} {
		command = append(slices.Clone(before), command...)
		out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w%s", strings.Join(command, " "), err, lastLine(out))
		}
	}
	return nil
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if lines[len(lines)-1] == "" {
		return ""
	}
	return ": " + lines[len(lines)-1]
}
