package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/dialect"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/local"
	"github.com/holotwin/holotwin/adapters/mqtt"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/supervise"
)

// mqttParts are the ways in over MQTT, as far as they are set.
var mqttParts = fx.Module("mqtt",
	fx.Provide(
		func(intake *energy.Intake) *mqtt.Receiver { return mqtt.NewReceiver(dialect.New(), intake) },
		newMQTTClient, newMQTTBroker,
	),
)

// newMQTTClient is nil where no outside broker is set.
func newMQTTClient(c config.Config, receiver *mqtt.Receiver, books *gormenergy.Store, log *zap.Logger, registry *prometheus.Registry) (*mqtt.Client, error) {
	if c.MQTTURL == "" {
		return nil, nil
	}
	return mqtt.NewClient(mqtt.ClientSettings{
		URL: c.MQTTURL, ID: c.MQTTClientID, Topics: c.MQTTTopics, SharedGroup: c.MQTTSharedGroup, CAFile: c.MQTTCAFile,
	}, receiver, books, instants{}, log, registry)
}

// newMQTTBroker is nil where none is to listen.
func newMQTTBroker(c config.Config, receiver *mqtt.Receiver, keys *auth.Keys, catalog *energy.Catalog, supervisor *supervise.Supervisor, log *zap.Logger, registry *prometheus.Registry) (*mqtt.Broker, error) {
	if c.MQTTListen == "" {
		return nil, nil
	}
	settings := mqtt.BrokerSettings{Listen: c.MQTTListen, CertFile: c.MQTTTLSCert, KeyFile: c.MQTTTLSKey}
	return mqtt.NewBroker(settings, receiver, local.Devices{Keys: keys}.Login, catalog, instants{}, supervisor, log, registry)
}

// runMQTT ties the ways in to the program's life. It is told after the server, so that it begins after the schema is there and
// ends before the database does.
func runMQTT(life fx.Lifecycle, client *mqtt.Client, broker *mqtt.Broker, supervisor *supervise.Supervisor, log *zap.Logger) {
	if client != nil {
		life.Append(fx.Hook{OnStart: func(context.Context) error {
			supervisor.Run("mqtt messages", client.Run)
			supervisor.Run("mqtt connection", client.Connect)
			return nil
		}})
	}
	if broker != nil {
		life.Append(fx.Hook{
			OnStart: func(context.Context) error {
				if err := broker.Start(); err != nil {
					return err
				}
				supervisor.Run("rights of mqtt connections", broker.Watch)
				log.Info("devices may connect over MQTT", zap.Stringer("address", broker.Address()))
				return nil
			},
			OnStop: func(context.Context) error { return broker.Stop() },
		})
	}
}
