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

// ownCertificate is the broker's, read again when its file has changed: who renews it need not restart the program.
type ownCertificate struct {
	certFile, keyFile string
	log               *zap.Logger

	mu      sync.Mutex
	current *tls.Certificate
	read    time.Time // the change of the file that was read
	looked  time.Time
}

// lookEvery is how often it is looked whether the file has changed.
const lookEvery = time.Minute

// serverTLS serves a certificate. Errors: ErrSettings.
func serverTLS(certFile, keyFile string, log *zap.Logger) (*tls.Config, error) {
	c := &ownCertificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.load(); err != nil {
		return nil, ErrSettings{"MQTT_TLS_CERT", "the certificate and its key cannot be read"}
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.serve}, nil
}

// serve gives the certificate for a handshake: the one before where the new one cannot be read.
func (c *ownCertificate) serve(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := (clock.System{}).Now(); now.Sub(c.looked) >= lookEvery || now.Before(c.looked) {
		c.looked = now
		if info, err := os.Stat(c.certFile); err == nil && !info.ModTime().Equal(c.read) {
			if err := c.load(); err != nil {
				c.log.Error("could not read the MQTT broker's new certificate; the old one stays in use", zap.String("file", c.certFile), zap.Error(err))
			}
		}
	}
	return c.current, nil
}

// load reads the files and says where the certificate is not good today.
func (c *ownCertificate) load() error {
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
	c.current, c.read, c.looked = &pair, info.ModTime(), now
	return nil
}
