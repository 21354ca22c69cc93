package blackbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/mqtttest"
	"github.com/holotwin/holotwin/test/program"
)

// TestBrokerWithTLS connects to a broker whose certificate is signed by a configured authority, by both protocol versions, and to no
// other.
func TestBrokerWithTLS(t *testing.T) {
	folder := t.TempDir()
	certificate, key := selfSigned(t, folder, "broker")
	stranger, _ := selfSigned(t, folder, "stranger")
	broker, err := program.StartMosquitto(folder, "../../adapters/mqtt/mosquitto.conf", "certfile "+certificate, "keyfile "+key)
	require.NoError(t, err)
	t.Cleanup(func() { _ = broker.Stop() })
	address := strings.Replace(broker.URL(), "mqtt://", "mqtts://", 1)
	connected(t, login(t, start(t, databasetest.SQLite(t), "MQTT_URL="+address, "MQTT_CA_FILE="+certificate, "MQTT_CLIENT_ID=five")))
	connected(t, login(t, start(t, databasetest.SQLite(t), "MQTT_URL="+address+"?version=3.1.1", "MQTT_CA_FILE="+certificate, "MQTT_CLIENT_ID=three")))
	refused := start(t, databasetest.SQLite(t), "MQTT_URL="+address, "MQTT_CA_FILE="+stranger, "MQTT_CLIENT_ID=stranger")
	eventually(t, "a broker that nobody vouches for is refused", func() bool { return strings.Contains(refused.Log.String(), "the MQTT broker cannot be trusted") })
	require.Zero(t, metric(t, login(t, refused), "holotwin_mqtt_connected"))
}

// TestEmbeddedBrokerWithTLS receives a reading over TLS, accepts nothing in plain text, and closes a connection without a handshake.
func TestEmbeddedBrokerWithTLS(t *testing.T) {
	folder := t.TempDir()
	certificate, key := selfSigned(t, folder, "own")
	address, err := program.FreeAddress()
	require.NoError(t, err)
	server := start(t, databasetest.SQLite(t), "MQTT_LISTEN="+address, "MQTT_TLS_CERT="+certificate, "MQTT_TLS_KEY="+key)
	b := ownBroker{server: server, address: address, admin: login(t, server)}
	_, err = b.admin.MakeCampus(1)
	require.NoError(t, err)
	own := newKey(t, b.admin, map[string]any{"name": "d0", "device_ids": []string{"d0"}})
	at := time.Now().UTC().Format(time.RFC3339)
	say := []string{"-q", "1", "-t", "holotwin/d0/consumo", "-m", `{"kwh":0.5,"timestamp":"` + at + `"}`}
	out, err := b.mosquittoClient("mosquitto_pub", "d0", own.Key, append(say, "--cafile", certificate)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, 1, count(t, b.admin, "d0"))
	require.Error(t, b.mosquittoClient("mosquitto_pub", "d0", own.Key, say...).Run(), "in the clear")
	silent, err := mqtttest.Dial(address)
	require.NoError(t, err)
	_, over := silent.WaitClosed(eventuallyFor)
	require.True(t, over)
}

// selfSigned makes a certificate for the loopback address that signs itself, and its key.
func selfSigned(t *testing.T, folder, name string) (certificate, key string) {
	return signedUntil(t, folder, name, time.Now().Add(time.Hour))
}

// signedUntil makes one that holds for two hours up to an instant.
func signedUntil(t *testing.T, folder, name string, until time.Time) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: until.Add(-2 * time.Hour), NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	signed, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(private)
	require.NoError(t, err)
	certificate, key = filepath.Join(folder, name+".pem"), filepath.Join(folder, name+".key")
	require.NoError(t, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}), 0o600))
	return certificate, key
}
