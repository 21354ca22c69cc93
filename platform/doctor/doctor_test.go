package doctor

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database"
)

var today = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func TestEveryTextIsInBothLanguages(t *testing.T) {
	names := func(text string) []string {
		found := regexp.MustCompile(`\{\w+\}`).FindAllString(text, -1)
		slices.Sort(found)
		return found
	}
	for code, w := range words {
		require.NotEmpty(t, w.es, code)
		require.NotEmpty(t, w.en, code)
		require.Equal(t, w.doES == "", w.doEN == "", code)
		require.Equal(t, names(w.es), names(w.en), code)
		require.Equal(t, names(w.doES), names(w.doEN), code)
	}
}

func TestTextsHaveTheirValues(t *testing.T) {
	f := warn("disk.low", map[string]any{"free": Bytes(1_500_000_000), "total": Bytes(100_000_000_000), "folder": "/data"})
	require.Equal(t, "Only 1.5 GB of 100.0 GB are free in /data.", f.Text("en"))
	require.Equal(t, "Quedan solo 1,5 GB libres de 100,0 GB en /data.", f.Text("es"))
	require.Equal(t, "Free some space, or make the disk larger.", f.Advice("en"))
	require.Empty(t, fine("migrations.ok", nil).Advice("es"))
	require.Equal(t, []string{"0 s", "59 s", "2 min", "3 h", "4 d"}, []string{
		durationText(0), durationText(59 * time.Second), durationText(150 * time.Second), durationText(3 * time.Hour), durationText(100 * time.Hour),
	})
}

func TestDisk(t *testing.T) {
	const gb = 1_000_000_000
	for _, c := range []struct {
		free, total uint64
		level       Level
	}{{500 * gb, 1000 * gb, OK}, {20 * gb, 1000 * gb, OK}, {9 * gb, 1000 * gb, Warning}, {3 * gb, 20 * gb, OK}, {gb, 20 * gb, Warning}, {gb / 10, 20 * gb, Fault}, {gb, 1000 * gb, Fault}} {
		found := diskFinding("/data", func(string) (uint64, uint64, bool) { return c.free, c.total, true })
		require.Equal(t, c.level, found.Level, "%d of %d", c.free, c.total)
		require.NotEmpty(t, words[found.Code])
	}
	require.Equal(t, OK, diskFinding("/", func(string) (uint64, uint64, bool) { return 0, 0, false }).Level)
	require.NotEmpty(t, Run(t.Context(), []Check{Disk(t.TempDir())}))
}

func TestClock(t *testing.T) {
	for off, level := range map[time.Duration]Level{0: OK, time.Second: OK, -3 * time.Second: Warning, 5 * time.Second: Warning, -2 * time.Minute: Fault, time.Hour: Fault} {
		require.Equal(t, level, clockFinding(today, today.Add(off), today.Add(time.Millisecond)).Level, off)
	}
	found := Run(t.Context(), []Check{Clock(nil, func() time.Time { return time.Unix(0, 0) })})
	require.Equal(t, []Level{Fault}, []Level{found[0].Level})
}

func TestReplica(t *testing.T) {
	for _, c := range []struct {
		condition database.Condition
		lag       time.Duration
		level     Level
	}{{database.Following, 0, OK}, {database.Behind, time.Second, OK}, {database.Behind, time.Hour, Warning}, {database.Away, 0, Warning}, {database.Refused, 0, Warning}} {
		require.Equal(t, c.level, replicaFinding(database.ReplicaState{Condition: c.condition, LagTime: c.lag}).Level, c)
	}
}

func TestFiles(t *testing.T) {
	private, open := filepath.Join(t.TempDir(), "private"), filepath.Join(t.TempDir(), "open")
	require.NoError(t, os.WriteFile(private, nil, 0o600))
	require.NoError(t, os.WriteFile(open, nil, 0o600))
	require.NoError(t, os.Chmod(open, 0o644))
	require.Equal(t, []Finding{{Check: "files", Code: "files.ok", Values: map[string]any{"files": 1}}}, Run(t.Context(), []Check{Files([]string{private, "none"})}))
	require.Equal(t, []Finding{{Check: "files", Level: Warning, Code: "files.exposed", Values: map[string]any{"file": open}}}, Run(t.Context(), []Check{Files([]string{private, open})}))
}

func TestCertificates(t *testing.T) {
	for _, c := range []struct {
		from, until time.Duration
		code        string
	}{{-time.Hour, 90 * 24 * time.Hour, "certificate.ok"}, {-time.Hour, 10 * 24 * time.Hour, "certificate.soon"}, {-time.Hour, -time.Minute, "certificate.invalid"}, {time.Hour, 90 * 24 * time.Hour, "certificate.invalid"}} {
		found := Run(t.Context(), []Check{Certificates([]Certificate{{"MQTT_TLS_CERT", certificate(t, today.Add(c.from), today.Add(c.until))}}, func() time.Time { return today })})
		require.Equal(t, c.code, found[0].Code)
		require.NotContains(t, found[0].Text("en"), "{")
	}
	require.Equal(t, Fault, Run(t.Context(), []Check{Certificates([]Certificate{{"MQTT_TLS_CERT", "none"}}, time.Now)})[0].Level)
}

func certificate(t *testing.T, from, until time.Time) (file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "cert.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return file
}

func TestJournal(t *testing.T) {
	now, rows, first := today, int64(3), "a"
	journal := Journal(func(context.Context) (int64, string, error) { return rows, first, nil }, func() time.Time { return now }, time.Minute)
	level := func() Level { return Run(t.Context(), []Check{journal})[0].Level }
	require.Equal(t, OK, level())
	now = now.Add(2 * time.Minute)
	require.Equal(t, Warning, level())
	first = "b"
	require.Equal(t, OK, level(), "it moves")
	now, rows = now.Add(2*time.Minute), 0
	require.Equal(t, OK, level(), "nothing waits")
}

func TestAWatchReportsTheWorst(t *testing.T) {
	down := errors.New("down")
	watch := NewWatch([]Check{
		Broker("NATS", "NATS_URL", func(context.Context) error { return down }), Broker("MQTT", "MQTT_URL", func(context.Context) error { return nil }), Files(nil),
	})
	require.Empty(t, watch.Warnings())
	require.NoError(t, watch.Look(t.Context()))
	require.Equal(t, []string{"broker"}, watch.Warnings())
	require.Len(t, watch.Findings(), 3)
	registry := prometheus.NewRegistry()
	registry.MustRegister(watch)
	gathered, err := registry.Gather()
	require.NoError(t, err)
	levels := map[string]float64{}
	for _, m := range gathered[0].Metric {
		levels[m.GetLabel()[0].GetValue()] = m.GetGauge().GetValue()
	}
	require.Equal(t, map[string]float64{"broker": 1, "files": 0}, levels)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, watch.Look(ended))
	require.Len(t, watch.Findings(), 3, "what was found stays")
}

// TestABundleHasNoSecretsAndNoPersons plants them in every part of a bundle.
func TestABundleHasNoSecretsAndNoPersons(t *testing.T) {
	planted := []string{"maria.lopez@uao.edu.co", "192.0.2.17", "2001:db8:85a3::8a2e:370:7334", "eyJhbGciOiJIUzI1NiJ9.e30.abc", "/home/marialopez/holotwin", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "hunter2"}
	values := map[string]any{"n": 3, "version": Plain("PostgreSQL 15")}
	metrics := "holotwin_check_level{check=\"disk\"} 1\n"
	for _, secret := range planted {
		values["string "+secret[:2]] = secret
		if secret != "hunter2" && secret[0] != '/' { // metrics have neither paths nor words of people
			metrics += "m{label=\"" + secret + "\"} 1\n"
		}
	}
	var zipped bytes.Buffer
	require.NoError(t, Bundle{
		Version: "1.0.0", Made: today, Settings: map[string]string{"LOG_LEVEL": "info", "WHO": "maria.lopez@uao.edu.co"},
		Findings: []Finding{{Check: "database", Level: Fault, Code: "database.unreachable", Values: values}},
		Schemas:  []database.SchemaVersion{{Module: "energy", Stored: 1, Newest: 2}}, Tables: []database.Table{{Name: "energy_pages", Bytes: 7}},
		Books: []BookDifference{{Device: 1, Figure: "day_energy", Stored: 2, Computed: 1}}, Metrics: []byte(metrics),
	}.Write(&zipped))
	files := unzipped(t, zipped.Bytes())
	for name, text := range files {
		for _, secret := range planted {
			require.NotContains(t, text, secret, name)
		}
	}
	require.Contains(t, files["doctor.json"], `"version": "PostgreSQL 15"`)
	require.Contains(t, files["metrics.txt"], `holotwin_check_level{check="disk"} 1`)
	require.Contains(t, files["version.json"], "2026-11-28T12:00:00Z")
	for name := range files {
		require.Contains(t, files["README.txt"]+"README.txt", name)
	}
}

func unzipped(t *testing.T, content []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	files := make(map[string]string)
	for _, f := range archive.File {
		from, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(from)
		require.NoError(t, err)
		files[f.Name] = string(text)
	}
	return files
}
