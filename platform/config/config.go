// Package config reads the operator's settings: one struct, read once at the start from .env and the environment (the
// environment has priority). It is checked as a whole and passed on in small parts. Each error is one line that names the
// variable, so that an operator can correct a typing error without reading code. Start reading at read.go.
package config

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Config holds all settings, one field for each variable. A field whose value is a secret, or may hold one such as a password in a URL, is
// marked secret: its variable may then be set by NAME_FILE too.
type Config struct {
	DBURL       string `env:"DB_URL" envDefault:"sqlite://./data/holotwin.db" secret:"true"`
	DirectDBURL string `env:"DIRECT_DB_URL" secret:"true"`
	// ReadDBURL is a standby that answers reports; empty means none.
	ReadDBURL string `env:"READ_DB_URL" secret:"true"`
	JWTSecret string `env:"JWT_SECRET" secret:"true"`
	JWTKeys   string `env:"JWT_KEYS"`

	// Modules are what this process runs: modules, and "web" for the pages. The URLs are where the others are.
	Modules   []string `env:"MODULES" envDefault:"auth,energy,advice"`
	AuthURL   string   `env:"AUTH_URL"`
	EnergyURL string   `env:"ENERGY_URL"`
	AdviceURL string   `env:"ADVICE_URL"`
	// ServiceSecret is what the processes of one installation know each other by.
	ServiceSecret string `env:"SERVICE_SECRET" secret:"true"`
	// ServiceSecretOld is the secret that ServiceSecret replaces. It is accepted while some processes still have it.
	ServiceSecretOld string `env:"SERVICE_SECRET_OLD" secret:"true"`

	HTTPAddr string `env:"HTTP_ADDR"`
	Port     string `env:"PORT"`
	// TLSCert and TLSKey are files in PEM. With them the server uses HTTPS only.
	TLSCert string `env:"TLS_CERT"`
	TLSKey  string `env:"TLS_KEY"`
	// MetricsToken is the bearer token that /metrics requires; empty means none. MetricsAddr, if set, is the only address that serves it.
	MetricsToken string `env:"METRICS_TOKEN" secret:"true"`
	MetricsAddr  string `env:"METRICS_ADDR"`

	AdminEmail    string `env:"ADMIN_EMAIL" envDefault:"admin@localhost"`
	AdminPassword string `env:"ADMIN_PASSWORD" secret:"true"`

	CORSOrigins []string `env:"CORS_ORIGINS"`

	SiteTimeZone string `env:"SITE_TIME_ZONE" envDefault:"America/Bogota"`
	Locale       string `env:"LOCALE" envDefault:"es"`

	LogLevel  string `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat string `env:"LOG_FORMAT"`

	OIDCIssuer       string `env:"OIDC_ISSUER"`
	OIDCClientID     string `env:"OIDC_CLIENT_ID"`
	OIDCClientSecret string `env:"OIDC_CLIENT_SECRET" secret:"true"`
	OIDCRedirectURL  string `env:"OIDC_REDIRECT_URL"`
	OIDCGroupsClaim  string `env:"OIDC_GROUPS_CLAIM" envDefault:"groups"`
	OIDCAdminGroup   string `env:"OIDC_ADMIN_GROUP"`
	OIDCManagerGroup string `env:"OIDC_MANAGER_GROUP"`
	OIDCViewerGroup  string `env:"OIDC_VIEWER_GROUP"`
	// OIDCScopeText is the value that was set; OIDCScopes are the scopes that are requested from the provider.
	OIDCScopeText       string   `env:"OIDC_SCOPES"`
	OIDCScopes          []string `env:"-"`
	OIDCTrustUnverified bool     `env:"OIDC_TRUST_UNVERIFIED_EMAIL" envDefault:"false"`

	RateLimitPerMin  int `env:"RATE_LIMIT_PER_MIN" envDefault:"6000"`
	LoginLimitPerMin int `env:"LOGIN_LIMIT_PER_MIN" envDefault:"10"`
	// TrustedProxyList is the value that was set; TrustedProxies are the same as networks.
	TrustedProxyList []string       `env:"TRUSTED_PROXIES"`
	TrustedProxies   []netip.Prefix `env:"-"`

	// RawRetentionDays is how long readings are stored, TotalsRetentionDays their quarter-hour totals; 0 means for ever.
	RawRetentionDays    int `env:"RAW_RETENTION_DAYS" envDefault:"731"`
	TotalsRetentionDays int `env:"TOTALS_RETENTION_DAYS" envDefault:"0"`

	// AuditRetentionDays is how long audit entries are stored; 0 means for ever.
	AuditRetentionDays int `env:"AUDIT_RETENTION_DAYS" envDefault:"0"`

	// LLMURL is the base address of a language model that rewrites the texts of recommendations; empty means none.
	LLMURL    string `env:"LLM_URL" secret:"true"`
	LLMAPIKey string `env:"LLM_API_KEY" secret:"true"`
	LLMModel  string `env:"LLM_MODEL"`

	// MQTTURL is an external broker; empty means none. MQTTListen is the address of the embedded broker; empty means none.
	MQTTURL         string   `env:"MQTT_URL" secret:"true"`
	MQTTClientID    string   `env:"MQTT_CLIENT_ID" envDefault:"holotwin"`
	MQTTTopics      []string `env:"MQTT_TOPICS" envDefault:"#"`
	MQTTSharedGroup string   `env:"MQTT_SHARED_GROUP"`
	MQTTCAFile      string   `env:"MQTT_CA_FILE"`
	MQTTListen      string   `env:"MQTT_LISTEN"`
	MQTTTLSCert     string   `env:"MQTT_TLS_CERT"`
	MQTTTLSKey      string   `env:"MQTT_TLS_KEY"`

	// NATSURL is the message bus on which replicas inform each other of commits, and processes with databases of their own hand over their
	// events. If it is empty, replicas poll the database.
	NATSURL string `env:"NATS_URL" secret:"true"`

	// WeatherURL is the base address of an Open-Meteo server, or WeatherOff.
	WeatherURL string `env:"WEATHER_URL" envDefault:"https://api.open-meteo.com" secret:"true"`

	// TracesURL is the base address of a collector of OpenTelemetry; empty means none. TracesHeaderText and TracesShareText are the values
	// that were set; TracesHeaders are sent to it, and TracesShare is the share of the traces that are recorded.
	TracesURL        string            `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	TracesHeaderText string            `env:"OTEL_EXPORTER_OTLP_HEADERS" secret:"true"`
	TracesHeaders    map[string]string `env:"-"`
	TracesService    string            `env:"OTEL_SERVICE_NAME" envDefault:"holotwin"`
	TracesShareText  string            `env:"OTEL_TRACES_SAMPLER_ARG" envDefault:"1"`
	TracesShare      float64           `env:"-"`

	// Zone is SiteTimeZone, loaded.
	Zone *time.Location `env:"-"`
	// Demo is set by the command demo.
	Demo bool `env:"-"`
	// Warnings are what is not wrong with the settings, but likely not meant.
	Warnings []Fault `env:"-"`
}

// WeatherOff is the WeatherURL that disables weather requests.
const WeatherOff = "off"

// NeedsGroups returns true if a role depends on the user's groups.
func (c Config) NeedsGroups() bool {
	return slices.ContainsFunc([]string{c.OIDCAdminGroup, c.OIDCManagerGroup, c.OIDCViewerGroup}, func(group string) bool {
		return group != "" && group != anyGroup
	})
}

// anyGroup means everyone.
const anyGroup = "*"

// Embedded returns true if the database is a SQLite file, which needs no server.
func (c Config) Embedded() bool { return strings.HasPrefix(c.DBURL, "sqlite:") }
