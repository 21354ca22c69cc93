package blackbox

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	nats "github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// division is the modules in processes of their own, each module with a database of its own, behind the edge that the project ships.
type division struct {
	// edge is the address that users have.
	edge string
	// databases are the URLs by module.
	databases map[string]string
	// settings and running are of each process; its module is its name up to "-".
	settings map[string][]string
	running  map[string]*program.Server
}

// processes are the names of the processes of a division, in the order in which they start.
var processes = []string{"auth", "energy-1", "energy-2", "advice"}

func moduleOf(process string) string {
	module, _, _ := strings.Cut(process, "-")
	return module
}

// divide starts a division.
func divide(t *testing.T) *division {
	t.Helper()
	d := &division{databases: make(map[string]string), settings: make(map[string][]string), running: make(map[string]*program.Server)}
	for _, module := range []string{"auth", "energy", "advice"} {
		d.databases[module] = databasetest.Postgres(t)
	}
	addresses := make(map[string]string)
	for _, name := range append(processes, "edge", "internal") {
		address, err := program.FreeAddress()
		require.NoError(t, err)
		require.NotContains(t, slices.Collect(maps.Values(addresses)), address)
		addresses[name] = address
	}
	bus := startBus(t)
	for _, name := range processes {
		d.settings[name] = []string{
			"HTTP_ADDR=" + addresses[name], "MODULES=" + moduleOf(name), "SERVICE_SECRET=un-secreto-de-los-procesos-de-prueba",
			"AUTH_URL=http://" + addresses["auth"], "ENERGY_URL=http://" + addresses["internal"], "ADVICE_URL=http://" + addresses["advice"],
			"NATS_URL=" + bus, "TRUSTED_PROXIES=127.0.0.0/8",
		}
	}
	edge, err := program.StartHAProxy("../../platform/deploy/haproxy.cfg", addresses["edge"],
		"EDGE_ADDRESS="+addresses["edge"], "EDGE_INTERNAL_ADDRESS="+addresses["internal"], "AUTH_ADDRESS="+addresses["auth"],
		"ENERGY_1_ADDRESS="+addresses["energy-1"], "ENERGY_2_ADDRESS="+addresses["energy-2"], "ADVICE_ADDRESS="+addresses["advice"])
	require.NoError(t, err)
	t.Cleanup(func() { _ = edge.Stop() })
	d.edge = "http://" + addresses["edge"]
	for _, name := range processes {
		d.start(t, name)
	}
	t.Cleanup(func() {
		for _, server := range d.running {
			_ = server.Kill()
		}
		if t.Failed() {
			t.Log(edge.Log())
		}
	})
	return d
}

func startBus(t *testing.T) (address string) {
	t.Helper()
	bus, err := nats.NewServer(&nats.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir()})
	require.NoError(t, err)
	go bus.Start()
	require.True(t, bus.ReadyForConnections(time.Minute))
	t.Cleanup(func() { bus.Shutdown(); bus.WaitForShutdown() })
	return bus.ClientURL()
}

// start starts a process, again too, and waits until it is ready.
func (d *division) start(t *testing.T, name string) {
	t.Helper()
	server, err := program.Start(t.Context(), t.TempDir(), d.databases[moduleOf(name)], d.settings[name])
	require.NoError(t, err)
	d.running[name] = server
}

// direct returns a client of one process, with the token of another client.
func (d *division) direct(name string, c *program.Client) *program.Client {
	direct := *c
	direct.URL, direct.Check = d.running[name].URL, nil
	return &direct
}
