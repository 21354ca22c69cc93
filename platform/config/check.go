package config

import (
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines without a zone database, such as an empty container
)

// MinSecretBytes is the minimum length of a secret for HS256 (RFC 7518 §3.2).
const MinSecretBytes = 32

// check sets the derived fields and returns the errors of all settings at once.
func (c *Config) check() error {
	return errors.Join(
		c.checkDatabase(), c.checkSecret(), c.checkModules(), c.checkAddress(), c.checkListeners(), c.checkAdmin(), c.checkOrigins(), c.checkProxies(), c.checkSignOn(), c.checkModel(), c.checkMQTT(), c.checkWeather(), c.checkTracing(), c.checkZone(),
		oneOf("LOCALE", c.Locale, "es", "en"),
		oneOf("LOG_LEVEL", c.LogLevel, "debug", "info", "warn", "error"),
		oneOf("LOG_FORMAT", c.LogFormat, "", "console", "json"),
		notNegative("RATE_LIMIT_PER_MIN", c.RateLimitPerMin),
		atLeastOne("LOGIN_LIMIT_PER_MIN", c.LoginLimitPerMin),
		notNegative("RAW_RETENTION_DAYS", c.RawRetentionDays), notNegative("TOTALS_RETENTION_DAYS", c.TotalsRetentionDays), notNegative("AUDIT_RETENTION_DAYS", c.AuditRetentionDays),
	)
}

func (c *Config) checkMQTT() error {
	var problems []error
	if c.MQTTURL != "" {
		broker, err := url.Parse(c.MQTTURL)
		if err != nil || broker.Host == "" || (broker.Scheme != "mqtt" && broker.Scheme != "mqtts") {
			problems = append(problems, fault("MQTT_URL", "not the address of a broker", "use mqtt://user:password@host:port, or mqtts:// with TLS; write special characters of the password as %XX"))
		}
	}
	return errors.Join(append(problems, both("MQTT_TLS_CERT", c.MQTTTLSCert, "MQTT_TLS_KEY", c.MQTTTLSKey))...)
}

func (c *Config) checkDatabase() error {
	return errors.Join(c.checkMainDatabase(), c.checkReadDatabase())
}

// checkReadDatabase requires a standby of the same kind of database.
func (c *Config) checkReadDatabase() error {
	if c.ReadDBURL == "" {
		return nil
	}
	if c.Embedded() {
		return fault("READ_DB_URL", "a read replica needs PostgreSQL in DB_URL", "remove it, since SQLite has none")
	}
	u, err := url.Parse(c.ReadDBURL)
	if err != nil {
		return fault("READ_DB_URL", "not a URL", "write special characters of the password as %XX")
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return fault("READ_DB_URL", "unknown scheme", "use postgresql://user:password@host/database of a standby")
	}
	return nil
}

func (c *Config) checkMainDatabase() error {
	scheme, rest, found := strings.Cut(c.DBURL, ":")
	if !found || !slices.Contains([]string{"sqlite", "postgres", "postgresql"}, scheme) {
		return fault("DB_URL", "unknown scheme", "use postgresql://user:password@host/database or sqlite:///path")
	}
	if scheme == "sqlite" {
		if strings.Trim(rest, "/") == "" {
			return fault("DB_URL", "sqlite needs a file", "use a path, such as sqlite:///var/lib/holotwin/holotwin.db")
		}
		return nil
	}
	if _, err := url.Parse(c.DBURL); err != nil {
		return fault("DB_URL", "not a URL", "write special characters of the password as %XX")
	}
	return nil
}

func (c *Config) checkSecret() error {
	if c.JWTKeys != "" {
		if c.JWTSecret != "" {
			return fault("JWT_KEYS", "JWT_SECRET is set too, and tokens are signed by one algorithm", "remove one of them")
		}
		return nil
	}
	if c.JWTSecret == "" {
		if !strings.HasPrefix(c.DBURL, "postgres") {
			return nil // one is generated beside the SQLite file
		}
		return fault("JWT_SECRET", "required with PostgreSQL", generate)
	}
	return longEnough("JWT_SECRET", c.JWTSecret)
}

func (c *Config) checkAdmin() error {
	if a, err := mail.ParseAddress(c.AdminEmail); err != nil || a.Address != c.AdminEmail {
		return fault("ADMIN_EMAIL", "not an e-mail address", "use name@host")
	}
	return nil
}

// checkOrigins rejects "*". Answers allow credentials, and with "*" every web page could use the API.
func (c *Config) checkOrigins() error {
	for _, origin := range c.CORSOrigins {
		if origin == "*" {
			return fault("CORS_ORIGINS", "* cannot be combined with credentials", "list the origins")
		}
		u, err := url.Parse(origin)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" {
			return fault("CORS_ORIGINS", "not an origin", "use https://host[:port] without a path, separated by commas")
		}
	}
	return nil
}

// checkSignOn requires all settings of the sign-on, or none.
func (c *Config) checkSignOn() error {
	if c.OIDCIssuer == "" {
		return nil
	}
	var missing []error
	for _, required := range [][2]string{{"OIDC_CLIENT_ID", c.OIDCClientID}, {"OIDC_REDIRECT_URL", c.OIDCRedirectURL}} {
		if required[1] == "" {
			missing = append(missing, fault(required[0], "required with OIDC_ISSUER", "set it as the provider knows it"))
		}
	}
	if c.OIDCAdminGroup == "" && c.OIDCManagerGroup == "" && c.OIDCViewerGroup == "" {
		missing = append(missing, fault("OIDC_VIEWER_GROUP", "no group has a role, so all logins would be refused", "set a group in OIDC_ADMIN_GROUP, OIDC_MANAGER_GROUP or OIDC_VIEWER_GROUP (* means everyone)"))
	}
	for _, address := range [][2]string{{"OIDC_ISSUER", c.OIDCIssuer}, {"OIDC_REDIRECT_URL", c.OIDCRedirectURL}} {
		if address[1] != "" && !isHTTP(address[1]) {
			missing = append(missing, fault(address[0], "not an address", "use https://…"))
		}
	}
	return errors.Join(append(missing, c.checkScopes())...)
}

// checkScopes sets the scopes that are requested from the provider: those of OIDC_SCOPES, or the ones that are needed.
func (c *Config) checkScopes() error {
	c.OIDCScopes = strings.Fields(c.OIDCScopeText)
	switch {
	case len(c.OIDCScopes) == 0:
		c.OIDCScopes = []string{"openid", "email", "profile"}
		if c.NeedsGroups() {
			c.OIDCScopes = append(c.OIDCScopes, "groups")
		}
	case strings.ContainsAny(c.OIDCScopeText, `,;"\`):
		return fault("OIDC_SCOPES", "not a list of scopes", "separate the scopes by spaces only")
	case !slices.Contains(c.OIDCScopes, "openid"):
		return fault("OIDC_SCOPES", "must contain openid", "add it")
	}
	return nil
}

// checkModel requires a model name if the address of a language model is set.
func (c *Config) checkModel() error {
	if c.LLMURL == "" {
		return nil
	}
	var wrong []error
	if !isHTTP(c.LLMURL) {
		wrong = append(wrong, fault("LLM_URL", "not an address", "use https://…/v1, or https://generativelanguage.googleapis.com/v1beta"))
	}
	if c.LLMModel == "" {
		wrong = append(wrong, fault("LLM_MODEL", "required with LLM_URL", "set the name of the model"))
	}
	return errors.Join(wrong...)
}

// checkWeather requires the address of a server, or off.
func (c *Config) checkWeather() error {
	if c.WeatherURL == WeatherOff {
		return nil
	}
	if !isHTTP(c.WeatherURL) {
		return fault("WEATHER_URL", "not an address", "use https://api.open-meteo.com, the base address of your own server, or off")
	}
	return nil
}

// checkProxies reads addresses and networks.
func (c *Config) checkProxies() error {
	for _, text := range c.TrustedProxyList {
		text = strings.TrimSpace(text)
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, alone := netip.ParseAddr(text)
			if alone != nil {
				return fault("TRUSTED_PROXIES", "not an address or network", "use 10.0.0.0/8 or 192.0.2.7, separated by commas")
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		c.TrustedProxies = append(c.TrustedProxies, prefix.Masked())
	}
	return nil
}

func (c *Config) checkZone() error {
	zone, err := time.LoadLocation(c.SiteTimeZone)
	if err != nil || c.SiteTimeZone == "Local" {
		return fault("SITE_TIME_ZONE", "not a time zone", "use a name such as America/Bogota")
	}
	c.Zone = zone
	return nil
}

func oneOf(name, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fault(name, "not one of its values", "use "+strings.TrimPrefix(strings.Join(allowed, ", "), ", "))
}

func notNegative(name string, n int) error {
	if n < 0 {
		return fault(name, "must not be negative", "use 0 (no limit) or more")
	}
	return nil
}

func atLeastOne(name string, n int) error {
	if n >= 1 {
		return nil
	}
	return fault(name, "must not be 0 or negative", "use 1 or more")
}

// generate is how to make a secret.
var generate = fmt.Sprintf("generate one of at least %d bytes: openssl rand -base64 48", MinSecretBytes)

// longEnough requires MinSecretBytes of a secret, if it is set.
func longEnough(name, secret string) error {
	if secret == "" || len(secret) >= MinSecretBytes {
		return nil
	}
	return fault(name, fmt.Sprintf("%d bytes are too few", len(secret)), generate)
}

// both requires two settings together, or neither.
func both(name, value, other, otherValue string) error {
	switch {
	case value != "" && otherValue == "":
		return fault(other, "required with "+name, "set both or neither")
	case value == "" && otherValue != "":
		return fault(name, "required with "+other, "set both or neither")
	}
	return nil
}

func isHTTP(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}
