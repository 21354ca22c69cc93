package blackbox

import (
	"crypto/tls"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	nats "github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// outOfDate is the operator's message about an expired certificate.
const outOfDate = "the server's certificate is valid from "

// TestACertificateOutOfDateIsToldInWords uses servers whose certificates expired an hour ago: the database's ends the start with one line,
// without waiting; the others' are logged, and the program serves without them.
func TestACertificateOutOfDateIsToldInWords(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	certificate, key := signedUntil(t, folder, "old", time.Now().Add(-time.Hour))
	t.Run("PostgreSQL", func(t *testing.T) {
		readableByPostgres(t, certificate, key)
		postgres := ownPostgres(t, "ssl=on", "ssl_cert_file="+certificate, "ssl_key_file="+key)
		counted, connections := countConnections(t, postgres.URL)
		binary, err := program.Build()
		require.NoError(t, err)
		run := exec.Command(binary, "serve")
		run.Dir = t.TempDir()
		run.Env = []string{
			"DB_URL=" + strings.Replace(counted, "sslmode=disable", "sslmode=verify-full&sslrootcert="+certificate, 1),
			"JWT_SECRET=0123456789abcdef0123456789abcdef", "PATH=/usr/bin:/bin",
		}
		out, err := run.CombinedOutput()
		require.Error(t, err)
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		require.Len(t, lines, 1, string(out))
		require.Contains(t, lines[0], "holotwin: DB_URL: ")
		require.Contains(t, lines[0], outOfDate)
		require.LessOrEqual(t, connections.Load(), int32(4), "it does not get better by trying again, as it does with a database that is away")
	})
	t.Run("MQTT", func(t *testing.T) {
		broker, err := program.StartMosquitto(t.TempDir(), "../../adapters/mqtt/mosquitto.conf", "certfile "+certificate, "keyfile "+key)
		require.NoError(t, err)
		t.Cleanup(func() { _ = broker.Stop() })
		address := strings.Replace(broker.URL(), "mqtt://", "mqtts://", 1)
		for _, version := range []string{"", "?version=3.1.1"} {
			requireTold(t, start(t, databasetest.SQLite(t), "MQTT_URL="+address+version, "MQTT_CA_FILE="+certificate), "the MQTT broker cannot be trusted")
		}
	})
	t.Run("NATS", func(t *testing.T) {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		require.NoError(t, err)
		bus, err := nats.NewServer(&nats.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}})
		require.NoError(t, err)
		go bus.Start()
		require.True(t, bus.ReadyForConnections(time.Minute))
		t.Cleanup(bus.Shutdown)
		address := strings.Replace(bus.ClientURL(), "nats://", "tls://", 1)
		requireTold(t, start(t, databasetest.Postgres(t), "NATS_URL="+address, "SSL_CERT_FILE="+certificate), "the NATS server cannot be trusted")
	})
}

// countConnections passes connections on to a database and counts them. It returns the URL to connect to.
func countConnections(t *testing.T, databaseURL string) (through string, connections *atomic.Int32) {
	t.Helper()
	target, err := url.Parse(databaseURL)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	connections = new(atomic.Int32)
	behind := target.Host
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			server, err := net.Dial("tcp", behind)
			if err != nil {
				_ = client.Close()
				continue
			}
			pass := func(to, from net.Conn) { _, _ = io.Copy(to, from); _ = to.Close() }
			go pass(server, client)
			go pass(client, server)
		}
	}()
	target.Host = listener.Addr().String()
	return target.String(), connections
}

// requireTold waits until a running program has logged it, with the reason.
func requireTold(t *testing.T, server *program.Server, what string) {
	t.Helper()
	eventually(t, what, func() bool {
		for line := range strings.Lines(server.Log.String()) {
			if strings.Contains(line, what) && strings.Contains(line, outOfDate) {
				return true
			}
		}
		return false
	})
}

// readableByPostgres changes the owner of files to the user of PostgreSQL, if the tests run as root.
func readableByPostgres(t *testing.T, files ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	account, err := user.Lookup("postgres")
	require.NoError(t, err)
	uid, err := strconv.Atoi(account.Uid)
	require.NoError(t, err)
	for _, file := range files {
		require.NoError(t, os.Chown(file, uid, -1))
		for folder := filepath.Dir(file); folder != os.TempDir() && folder != "/"; folder = filepath.Dir(folder) {
			require.NoError(t, os.Chmod(folder, 0o711))
		}
	}
}
