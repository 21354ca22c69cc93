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
	"github.com/holotwin/holotwin/platform/database/databasetest/pooler"
)

// need is one thing that a command needs of its machine.
type need struct {
	name     string                                     // as a person calls it
	of       func(command []string) bool                // whether this command needs it
	packages []string                                   // Debian's packages that bring it
	find     func() bool                                // whether its program is on this machine
	start    func(ctx context.Context) (running, error) // nil: each test that needs it starts one of its own
	variable string                                     // the command reads here where it was started; if set already, nothing is started
	missing  error                                      // one line: what is missing and how to get it
}

// running is what was started.
type running struct {
	where string
	stop  func() error
}

// needs is all that the tests need; one more is one more row.
var needs = []need{
	{
		name: "a C compiler", of: usesRaceDetector, packages: []string{"gcc", "libc6-dev"}, find: has(os.Getenv("CC"), "gcc", "clang"),
		missing: errors.New("a C compiler, which -race needs, is missing: apt-get install gcc libc6-dev"),
	},
	{
		name: "PostgreSQL", of: always, packages: []string{"postgresql"}, find: func() bool { return pgserver.Find() == nil },
		start: startPostgres, variable: databasetest.ServerURL, missing: pgserver.ErrMissing,
	},
	{
		name: "PgBouncer", of: always, packages: []string{"pgbouncer"}, find: func() bool { _, err := pooler.Find(); return err == nil },
		missing: pooler.ErrMissing,
	},
	{
		name: "HAProxy", of: always, packages: []string{"haproxy"}, find: has("haproxy", "/usr/sbin/haproxy"),
		missing: errors.New("haproxy, the edge in front of the modules' processes, is missing: apt-get install haproxy"),
	},
	{
		name: "Mosquitto", of: always, packages: []string{"mosquitto"}, find: has("mosquitto", "/usr/sbin/mosquitto"),
		missing: errors.New("mosquitto, the MQTT broker that devices are tested with, is missing: apt-get install mosquitto"),
	},
	{
		name: "Mosquitto's clients", of: always, packages: []string{"mosquitto-clients"}, find: has("mosquitto_pub"),
		missing: errors.New("mosquitto_pub, with which devices' messages are tested, is missing: apt-get install mosquitto-clients"),
	},
	{
		name: "Prometheus' promtool", of: always, packages: []string{"prometheus"}, find: has("promtool"),
		missing: errors.New("promtool, which checks the alert rules, is missing: apt-get install prometheus"),
	},
	{
		name: "Chromium", of: always, packages: []string{"chromium"}, find: has("chromium", "chromium-browser", "google-chrome"),
		missing: errors.New("chromium, the browser that the dashboard is tested in, is missing: apt-get install chromium"),
	},
	{
		name: "Node.js", of: always, packages: []string{"nodejs", "npm"}, find: has("node"),
		missing: errors.New("node, which drives the browser and builds the dashboard, is missing: install Node.js 20.19 or later, with npm"),
	},
}

func always([]string) bool { return true }

func usesRaceDetector(command []string) bool { return slices.Contains(command, "-race") }

// has looks for a program by its names.
func has(names ...string) func() bool {
	return func() bool {
		return slices.ContainsFunc(names, func(name string) bool {
			_, err := exec.LookPath(name)
			return err == nil
		})
	}
}

func startPostgres(ctx context.Context) (running, error) {
	server, err := pgserver.Start(ctx)
	if err != nil {
		return running{}, err
	}
	return running{where: server.URL, stop: server.Stop}, nil
}

// given is true if the environment names the server's address already.
func (n need) given() bool { return n.variable != "" && os.Getenv(n.variable) != "" }

// bring installs what is needed.
func (n need) bring(ctx context.Context) error {
	fmt.Fprintln(os.Stderr, "servers: installing", strings.Join(n.packages, " "))
	if err := install(ctx, n.packages); err != nil {
		return fmt.Errorf("%w (%w)", n.missing, err)
	}
	if !n.find() {
		return n.missing
	}
	return nil
}

// install calls Debian's package manager, as root or with a sudo that needs no password. Its error is one line.
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
