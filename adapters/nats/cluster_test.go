package nats_test

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// startCluster starts three servers with JetStream, and returns their addresses as NATS_URL.
func startCluster(t *testing.T) (servers []*server.Server, address string) {
	t.Helper()
	const size = 3
	ports, routes := make([]int, size), []*url.URL{}
	for i := range ports {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ports[i] = free.Addr().(*net.TCPAddr).Port
		require.NoError(t, free.Close())
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", ports[i])})
	}
	var addresses []string
	for i, port := range ports {
		one, err := server.NewServer(&server.Options{
			ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir(),
			Cluster: server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: port}, Routes: routes,
		})
		require.NoError(t, err)
		go one.Start()
		t.Cleanup(func() { one.Shutdown(); one.WaitForShutdown() })
		servers = append(servers, one)
	}
	for _, one := range servers {
		require.True(t, one.ReadyForConnections(eventually))
		addresses = append(addresses, one.ClientURL())
	}
	return servers, strings.Join(addresses, ",")
}

// TestAClusterKeepsThreeCopies ends the server that leads the stream: events go on, once and in order.
func TestAClusterKeepsThreeCopies(t *testing.T) {
	servers, address := startCluster(t)
	connection, err := natsgo.Connect(address)
	require.NoError(t, err)
	t.Cleanup(connection.Close)
	js, err := jetstream.New(connection)
	require.NoError(t, err)
	require.Eventually(t, func() bool { _, err := js.AccountInfo(t.Context()); return err == nil }, eventually, 50*time.Millisecond)
	from := start(t, address, newDatabase(t, databasetest.SQLite(t))).publish()
	to := start(t, address, newDatabase(t, databasetest.SQLite(t)))
	reader := to.read(nil)
	to.collect(to.outbox)
	from.put("a", "b")
	require.Equal(t, []string{"a", "b"}, readNames(t, reader, 2))
	stream, err := js.Stream(t.Context(), "HOLOTWIN_EVENTS")
	require.NoError(t, err)
	require.Equal(t, 3, stream.CachedInfo().Config.Replicas)
	for _, one := range servers {
		if one.Name() == stream.CachedInfo().Cluster.Leader {
			one.Shutdown()
		}
	}
	want := numbered(20)
	for _, name := range want {
		from.put(name)
	}
	require.Equal(t, want, readNames(t, reader, len(want)))
	require.Equal(t, 2+len(want), to.received())
}
