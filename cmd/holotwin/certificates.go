package main

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/certificate"
	"github.com/holotwin/holotwin/platform/config"
)

// certificates are those that this process serves; nil for a listener without TLS.
type certificates struct{ http, mqtt *certificate.Pair }

// newCertificates reads the certificates that are set, and registers their metrics.
func newCertificates(c config.Config, log *zap.Logger, registry *prometheus.Registry) (all certificates, err error) {
	for _, of := range certificateSettings(c) {
		if of.cert == "" {
			continue
		}
		pair, err := certificate.Open(of.listener, of.cert, of.key, log)
		if err != nil {
			return all, of.fault(err)
		}
		registry.MustRegister(pair)
		*of.in(&all) = pair
	}
	return all, nil
}

// certificateSetting is where the certificate of a listener is set.
type certificateSetting struct {
	listener, name, cert, key string
	in                        func(*certificates) **certificate.Pair
}

// certificateSettings are the listeners of this process that may have a certificate.
func certificateSettings(c config.Config) []certificateSetting {
	all := []certificateSetting{{"http", "TLS", c.TLSCert, c.TLSKey, func(in *certificates) **certificate.Pair { return &in.http }}}
	if c.MQTTListen != "" && c.Runs(config.Energy) {
		all = append(all, certificateSetting{"mqtt", "MQTT_TLS", c.MQTTTLSCert, c.MQTTTLSKey, func(in *certificates) **certificate.Pair { return &in.mqtt }})
	}
	return all
}

// fault returns the error of a pair as one of its settings.
func (s certificateSetting) fault(err error) error {
	var wrong certificate.ErrPair
	if !errors.As(err, &wrong) {
		return err
	}
	setting := s.name + "_CERT"
	if wrong.OfKey {
		setting = s.name + "_KEY"
	}
	return config.Fault{Setting: setting, Problem: wrong.Problem, Remedy: wrong.Remedy}
}

// refresh reads the certificates again.
func (c certificates) refresh(context.Context) error {
	for _, pair := range []*certificate.Pair{c.http, c.mqtt} {
		if pair != nil {
			pair.Refresh()
		}
	}
	return nil
}

// none reports whether no listener has a certificate.
func (c certificates) none() bool { return c.http == nil && c.mqtt == nil }
