package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/platform/config"
)

// TestMQTTAccess checks what the settings show to a device: never a user or a password.
func TestMQTTAccess(t *testing.T) {
	loopback, name := "127.0.0.1", "mqtt.usc.edu.co"
	for _, c := range []struct {
		settings config.Config
		want     httpenergy.MQTTAccess
	}{
		{config.Config{}, httpenergy.MQTTAccess{}},
		{config.Config{MQTTListen: ":1883"}, httpenergy.MQTTAccess{Listen: &httpenergy.MQTTListen{Port: 1883}}},
		{config.Config{MQTTListen: "0.0.0.0:8883", MQTTTLSCert: "c", MQTTTLSKey: "k"}, httpenergy.MQTTAccess{Listen: &httpenergy.MQTTListen{Port: 8883, TLS: true}}},
		{config.Config{MQTTListen: "[::]:1883"}, httpenergy.MQTTAccess{Listen: &httpenergy.MQTTListen{Port: 1883}}},
		{config.Config{MQTTListen: "127.0.0.1:1883"}, httpenergy.MQTTAccess{Listen: &httpenergy.MQTTListen{Host: &loopback, Port: 1883}}},
		{config.Config{MQTTListen: name + ":1883"}, httpenergy.MQTTAccess{Listen: &httpenergy.MQTTListen{Host: &name, Port: 1883}}},
		{
			config.Config{MQTTURL: "mqtts://holotwin:s3cret@broker.example:8883/?token=x#y", MQTTTopics: []string{"#"}},
			httpenergy.MQTTAccess{Broker: &httpenergy.MQTTBroker{URL: "mqtts://broker.example:8883", Filters: []string{"#"}}},
		},
	} {
		require.Equal(t, c.want, mqttAccess(c.settings))
	}
}
