package main

import (
	"net"
	"net/url"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/dialect"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/adapters/mqtt"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/supervise"
	"github.com/holotwin/holotwin/platform/tracing"
)

// mqttParts are the MQTT client and broker, as far as they are set.
var mqttParts = []any{
	func(intake *intake.Intake, tracer *tracing.Tracer) *mqtt.Receiver {
		return mqtt.NewReceiver(dialect.New(), intake).Traced(tracer)
	},
	newMQTTClient, newMQTTBroker,
}

// newMQTTClient returns nil if no external broker is set.
func newMQTTClient(c config.Config, receiver *mqtt.Receiver, books *gormenergy.Store, log *zap.Logger, registry *prometheus.Registry) (*mqtt.Client, error) {
	if c.MQTTURL == "" {
		return nil, nil
	}
	return mqtt.NewClient(mqttSettings(c), receiver, books, instants{}, log, registry)
}

func mqttSettings(c config.Config) mqtt.ClientSettings {
	return mqtt.ClientSettings{URL: c.MQTTURL, ID: c.MQTTClientID, Topics: c.MQTTTopics, SharedGroup: c.MQTTSharedGroup, CAFile: c.MQTTCAFile}
}

// mqttAccess returns what devices must know of the broker.
func mqttAccess(c config.Config) (access httpenergy.MQTTAccess) {
	if host, text, err := net.SplitHostPort(c.MQTTListen); err == nil {
		port, _ := strconv.Atoi(text) // a port that cannot be read ends the program when it begins to listen
		access.Listen = &httpenergy.MQTTListen{Port: port, TLS: c.MQTTTLSCert != ""}
		if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
			access.Listen.Host = &host
		}
	}
	if broker, err := url.Parse(c.MQTTURL); err == nil && broker.Host != "" {
		access.Broker = &httpenergy.MQTTBroker{URL: broker.Scheme + "://" + broker.Host, Filters: c.MQTTTopics}
	}
	return access
}

// newMQTTBroker returns nil if the embedded broker is off.
func newMQTTBroker(c config.Config, receiver *mqtt.Receiver, login mqtt.Login, catalog *campus.Catalog, supervisor *supervise.Supervisor, served certificates, log *zap.Logger, registry *prometheus.Registry) (*mqtt.Broker, error) {
	if c.MQTTListen == "" {
		return nil, nil
	}
	settings := mqtt.BrokerSettings{Listen: c.MQTTListen}
	if served.mqtt != nil {
		settings.TLS = served.mqtt.TLS()
	}
	return mqtt.NewBroker(settings, receiver, login, catalog, instants{}, supervisor, log, registry)
}
