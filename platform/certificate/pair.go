package certificate

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/clock"
)

// RefreshEvery is how often a pair's files are read again. They are a few kB, and reading them finds every way to replace them: a
// rename, a symbolic link that changes its target, and a file system without notifications.
const RefreshEvery = 2 * time.Second

// ErrPair says why a certificate and its key cannot be served. OfKey is true if the file of the key is the cause.
type ErrPair struct {
	OfKey           bool
	Problem, Remedy string
}

func (e ErrPair) Error() string { return e.Problem + "; " + e.Remedy }

// Read reads a certificate, with the chain that is in its file, and its key, both in PEM. Errors: ErrPair.
func Read(certFile, keyFile string) (*tls.Certificate, error) {
	return readFiles(certFile, keyFile).pair()
}

// Validity returns what is wrong with the dates of a certificate at an instant; "" if nothing is.
func Validity(pair *tls.Certificate, now time.Time) string {
	switch {
	case now.After(pair.Leaf.NotAfter):
		return "the certificate has expired on " + day(pair.Leaf.NotAfter)
	case now.Before(pair.Leaf.NotBefore):
		return "the certificate is not valid before " + day(pair.Leaf.NotBefore)
	}
	return ""
}

// files are what the two files hold.
type files struct {
	cert, key       []byte
	certErr, keyErr error
}

func readFiles(certFile, keyFile string) (f files) {
	f.cert, f.certErr = readFile(certFile)
	f.key, f.keyErr = readFile(keyFile)
	return f
}

// maxFile is far above what a chain of certificates takes, in bytes.
const maxFile = 1 << 20

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxFile))
}

func (f files) equal(other files) bool {
	return bytes.Equal(f.cert, other.cert) && bytes.Equal(f.key, other.key) &&
		(f.certErr == nil) == (other.certErr == nil) && (f.keyErr == nil) == (other.keyErr == nil)
}

func (f files) pair() (*tls.Certificate, error) {
	if f.certErr != nil {
		return nil, ErrPair{false, "the file cannot be read: " + fileReason(f.certErr), "name a certificate in PEM that the user of the program may read"}
	}
	if f.keyErr != nil {
		return nil, ErrPair{true, "the file cannot be read: " + fileReason(f.keyErr), "name a key in PEM that the user of the program may read"}
	}
	pair, err := tls.X509KeyPair(f.cert, f.key)
	if err == nil {
		return &pair, nil
	}
	if !bytes.Contains(f.cert, []byte("-----BEGIN CERTIFICATE-----")) {
		return nil, ErrPair{false, "the file holds no certificate in PEM", "name the file with the certificate and its chain"}
	}
	if bytes.Contains(f.key, []byte("ENCRYPTED")) {
		return nil, ErrPair{true, "the key is protected by a passphrase", "write it without one: openssl pkey -in KEY -out NEW"}
	}
	if !bytes.Contains(f.key, []byte("PRIVATE KEY-----")) {
		return nil, ErrPair{true, "the file holds no private key in PEM", "name the file with the key of the certificate"}
	}
	return nil, ErrPair{true, "the key and the certificate do not belong together: " + err.Error(), "name the key that the certificate was made for"}
}

func fileReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "this user may not read it"
	}
	return "the system refuses it"
}

// Pair is a certificate with its key that a listener serves. When its files change, new connections get the new pair; connections that
// are open go on. A new pair that cannot be served changes nothing.
type Pair struct {
	certFile, keyFile string
	log               *zap.Logger
	served            atomic.Pointer[tls.Certificate]
	failed            atomic.Bool

	mu sync.Mutex
	// inUse are the files that are served. seen are those that were read last.
	inUse, seen files
	reported    bool

	expiry, reloadFailed *prometheus.Desc
}

// Open reads a pair. The name of its listener is in the log and in the metrics. Errors: ErrPair.
func Open(listener, certFile, keyFile string, log *zap.Logger) (*Pair, error) {
	label := prometheus.Labels{"listener": listener}
	p := &Pair{
		certFile: certFile, keyFile: keyFile, log: log.With(zap.String("listener", listener), zap.String("file", certFile)),
		expiry:       prometheus.NewDesc("holotwin_certificate_expiry_timestamp_seconds", "When the certificate that is served expires, in seconds since 1970.", nil, label),
		reloadFailed: prometheus.NewDesc("holotwin_certificate_reload_failed", "1 while the files hold a certificate and key that cannot be served, and the former ones are.", nil, label),
	}
	p.inUse = readFiles(certFile, keyFile)
	p.seen = p.inUse
	pair, err := p.inUse.pair()
	if err != nil {
		return nil, err
	}
	p.serve(pair)
	return p, nil
}

// TLS returns the configuration of a listener that serves the pair.
func (p *Pair) TLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.served.Load(), nil }}
}

// Refresh reads the files again. Two files are not replaced at one instant: a pair that cannot be served is reported when it is read
// for the second time, and once.
func (p *Pair) Refresh() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := readFiles(p.certFile, p.keyFile)
	again := now.equal(p.seen)
	p.seen = now
	if now.equal(p.inUse) {
		p.failed.Store(false)
		p.reported = false
		return
	}
	pair, err := now.pair()
	switch {
	case err == nil:
		p.inUse, p.reported = now, false
		p.failed.Store(false)
		p.serve(pair)
		p.log.Info("new connections get the new certificate", zap.Time("not_after", pair.Leaf.NotAfter))
	case !again:
		p.reported = false
	case !p.reported:
		p.reported = true
		p.failed.Store(true)
		p.log.Error("could not read the new certificate and its key; the former ones stay in use; will retry", zap.Error(err))
	}
}

func (p *Pair) serve(pair *tls.Certificate) {
	p.served.Store(pair)
	if wrong := Validity(pair, clock.System{}.Now()); wrong != "" {
		p.log.Error(wrong+": clients that check it do not connect; renew it, or correct the clock of this machine",
			zap.Time("not_before", pair.Leaf.NotBefore), zap.Time("not_after", pair.Leaf.NotAfter))
	}
}

// Describe implements prometheus.Collector.
func (p *Pair) Describe(out chan<- *prometheus.Desc) {
	out <- p.expiry
	out <- p.reloadFailed
}

// Collect implements prometheus.Collector.
func (p *Pair) Collect(out chan<- prometheus.Metric) {
	failed := 0.0
	if p.failed.Load() {
		failed = 1
	}
	out <- prometheus.MustNewConstMetric(p.expiry, prometheus.GaugeValue, float64(p.served.Load().Leaf.NotAfter.Unix()))
	out <- prometheus.MustNewConstMetric(p.reloadFailed, prometheus.GaugeValue, failed)
}
