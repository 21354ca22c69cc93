package config

import (
	"errors"
	"fmt"
)

// minTokenBytes is the length of a token that cannot be guessed.
const minTokenBytes = 16

// idle returns a warning for each setting that is set and does nothing, and for what is weaker than it seems.
func (c *Config) idle() error {
	var all []error
	for _, group := range []struct {
		needs    string
		isOff    bool
		settings [][2]string
	}{
		{"OIDC_ISSUER", c.OIDCIssuer == "", [][2]string{
			{"OIDC_CLIENT_ID", c.OIDCClientID},
			{"OIDC_CLIENT_SECRET", c.OIDCClientSecret},
			{"OIDC_REDIRECT_URL", c.OIDCRedirectURL},
			{"OIDC_ADMIN_GROUP", c.OIDCAdminGroup},
			{"OIDC_MANAGER_GROUP", c.OIDCManagerGroup},
			{"OIDC_VIEWER_GROUP", c.OIDCViewerGroup},
		}},
		{"LLM_URL", c.LLMURL == "", [][2]string{{"LLM_API_KEY", c.LLMAPIKey}, {"LLM_MODEL", c.LLMModel}}},
		{"MQTT_URL", c.MQTTURL == "", [][2]string{{"MQTT_CA_FILE", c.MQTTCAFile}, {"MQTT_SHARED_GROUP", c.MQTTSharedGroup}}},
		{"MQTT_LISTEN", c.MQTTListen == "", [][2]string{{"MQTT_TLS_CERT", c.MQTTTLSCert}}},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", c.TracesURL == "", [][2]string{{"OTEL_EXPORTER_OTLP_HEADERS", c.TracesHeaderText}}},
		{"PostgreSQL in DB_URL", c.Embedded(), [][2]string{{"DIRECT_DB_URL", c.DirectDBURL}}},
	} {
		for _, setting := range group.settings {
			if group.isOff && setting[1] != "" {
				all = append(all, fault(setting[0], "has no effect without "+group.needs, "set both or neither"))
			}
		}
	}
	if n := len(c.MetricsToken); n > 0 && n < minTokenBytes {
		all = append(all, fault("METRICS_TOKEN", fmt.Sprintf("%d bytes can be guessed", n), "use more: openssl rand -hex 24"))
	}
	return errors.Join(all...)
}
