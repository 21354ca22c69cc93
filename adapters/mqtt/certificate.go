package mqtt

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/clock"
)

// reloadedCertificate is the broker's certificate. It is read again when its file changes, so that a renewal needs no restart.
type reloadedCertificate struct {
	certFile, keyFile string
	log               *zap.Logger

	mu      sync.Mutex
	current *tls.Certificate
	read    time.Time // the modification time of the file that was read
	checked time.Time
}

// certificateCheckInterval is how often the file's modification time is checked.
const certificateCheckInterval = time.Minute

// serverTLS returns a configuration that serves a certificate. Errors: ErrSettings.
func serverTLS(certFile, keyFile string, log *zap.Logger) (*tls.Config, error) {
	c := &reloadedCertificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.load(); err != nil {
		return nil, ErrSettings{"MQTT_TLS_CERT", "the certificate and its key cannot be read"}
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.serve}, nil
}

// serve returns the certificate for a handshake: the earlier one if the new one cannot be read.
func (c *reloadedCertificate) serve(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := (clock.System{}).Now(); now.Sub(c.checked) >= certificateCheckInterval || now.Before(c.checked) {
		c.checked = now
		if info, err := os.Stat(c.certFile); err == nil && !info.ModTime().Equal(c.read) {
			if err := c.load(); err != nil {
				c.log.Error("could not read the MQTT broker's new certificate; the old one stays in use", zap.String("file", c.certFile), zap.Error(err))
			}
		}
	}
	return c.current, nil
}

// load reads the files and logs if the certificate is not valid now.
func (c *reloadedCertificate) load() error {
	info, err := os.Stat(c.certFile)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return err
	}
	now := clock.System{}.Now()
	if now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		c.log.Error("the MQTT broker's certificate is out of date; devices that check it will not connect",
			zap.String("file", c.certFile), zap.Time("not_before", leaf.NotBefore), zap.Time("not_after", leaf.NotAfter))
	}
	c.current, c.read, c.checked = &pair, info.ModTime(), now
	return nil
}
