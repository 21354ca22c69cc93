package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines without a zone database, such as an empty container
)

// MinSecretBytes is the minimum length of a secret for HS256 (RFC 7518 §3.2).
const MinSecretBytes = 32

// check sets the derived fields and returns the errors of all settings at once.
func (c *Config) check() error {
	return errors.Join(
		c.checkDatabase(), c.checkSecret(), c.checkModules(), c.checkAddress(), c.checkAdmin(), c.checkOrigins(), c.checkProxies(), c.checkSignOn(), c.checkModel(), c.checkMQTT(), c.checkWeather(), c.checkZone(),
		oneOf("LOCALE", c.Locale, "es", "en"),
		oneOf("LOG_LEVEL", c.LogLevel, "debug", "info", "warn", "error"),
		oneOf("LOG_FORMAT", c.LogFormat, "", "console", "json"),
		notNegative("RATE_LIMIT_PER_MIN", c.RateLimitPerMin),
		atLeastOne("LOGIN_LIMIT_PER_MIN", c.LoginLimitPerMin),
		notNegative("RAW_RETENTION_DAYS", c.RawRetentionDays), notNegative("TOTALS_RETENTION_DAYS", c.TotalsRetentionDays),
	)
}

func (c *Config) checkMQTT() error {
	var problems []error
	if c.MQTTURL != "" {
		broker, err := url.Parse(c.MQTTURL)
		if err != nil || broker.Host == "" || (broker.Scheme != "mqtt" && broker.Scheme != "mqtts") {
			problems = append(problems, errors.New("MQTT_URL: use mqtt://user:password@host:port, or mqtts:// with TLS; special characters of the password as %XX"))
		}
	}
	if (c.MQTTTLSCert == "") != (c.MQTTTLSKey == "") {
		problems = append(problems, errors.New("MQTT_TLS_CERT, MQTT_TLS_KEY: set both or neither"))
	}
	return errors.Join(problems...)
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
		return errors.New("READ_DB_URL: a read replica needs PostgreSQL in DB_URL; SQLite has none")
	}
	u, err := url.Parse(c.ReadDBURL)
	if err != nil {
		return errors.New("READ_DB_URL: not a URL; write special characters of the password as %XX")
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errors.New("READ_DB_URL: unknown scheme; use postgresql://user:password@host/database of a standby")
	}
	return nil
}

func (c *Config) checkMainDatabase() error {
	scheme, rest, found := strings.Cut(c.DBURL, ":")
	if !found || !slices.Contains([]string{"sqlite", "postgres", "postgresql"}, scheme) {
		return fmt.Errorf("DB_URL: unknown scheme; use postgresql://user:password@host/database or sqlite:///path")
	}
	if scheme == "sqlite" {
		if strings.Trim(rest, "/") == "" {
			return errors.New("DB_URL: sqlite needs a file, such as sqlite:///var/lib/holotwin/holotwin.db")
		}
		return nil
	}
	if _, err := url.Parse(c.DBURL); err != nil {
		return errors.New("DB_URL: not a URL; write special characters of the password as %XX")
	}
	return nil
}

func (c *Config) checkSecret() error {
	if c.JWTKeys != "" {
		if c.JWTSecret != "" {
			return errors.New("JWT_KEYS: set it or JWT_SECRET, not both: tokens are signed by one algorithm")
		}
		return nil
	}
	if c.JWTSecret == "" {
		if !strings.HasPrefix(c.DBURL, "postgres") {
			return nil // one is generated beside the SQLite file
		}
		return fmt.Errorf("JWT_SECRET: required with PostgreSQL; generate one of at least %d bytes: openssl rand -base64 48", MinSecretBytes)
	}
	if len(c.JWTSecret) < MinSecretBytes {
		return fmt.Errorf("JWT_SECRET: %d bytes are too few; at least %d are needed: openssl rand -base64 48", len(c.JWTSecret), MinSecretBytes)
	}
	return nil
}

func (c *Config) checkAddress() error {
	name := "HTTP_ADDR"
	if c.HTTPAddr == "" {
		name, c.HTTPAddr = "PORT", ":8000"
		if c.Port != "" {
			c.HTTPAddr = ":" + c.Port
		}
	}
	_, port, err := net.SplitHostPort(c.HTTPAddr)
	if err != nil {
		return fmt.Errorf("%s: not an address; use host:port or :port", name)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%s: the port must be a number from 0 to 65535", name)
	}
	return nil
}

func (c *Config) checkAdmin() error {
	if a, err := mail.ParseAddress(c.AdminEmail); err != nil || a.Address != c.AdminEmail {
		return errors.New("ADMIN_EMAIL: not an e-mail address")
	}
	return nil
}

// checkOrigins rejects "*". Answers allow credentials, and with "*" every web page could use the API.
func (c *Config) checkOrigins() error {
	for _, origin := range c.CORSOrigins {
		if origin == "*" {
			return errors.New("CORS_ORIGINS: * cannot be combined with credentials; list the origins")
		}
		u, err := url.Parse(origin)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" {
			return errors.New("CORS_ORIGINS: not an origin; use https://host[:port] without a path, separated by commas")
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
	for name, value := range map[string]string{"OIDC_CLIENT_ID": c.OIDCClientID, "OIDC_REDIRECT_URL": c.OIDCRedirectURL} {
		if value == "" {
			missing = append(missing, fmt.Errorf("%s: required with OIDC_ISSUER", name))
		}
	}
	if c.OIDCAdminGroup == "" && c.OIDCManagerGroup == "" && c.OIDCViewerGroup == "" {
		missing = append(missing, errors.New("OIDC_VIEWER_GROUP: set a group in OIDC_ADMIN_GROUP, OIDC_MANAGER_GROUP or OIDC_VIEWER_GROUP (* means everyone); without one, all logins are refused"))
	}
	for name, value := range map[string]string{"OIDC_ISSUER": c.OIDCIssuer, "OIDC_REDIRECT_URL": c.OIDCRedirectURL} {
		if u, err := url.Parse(value); err != nil || (value != "" && (u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"))) {
			missing = append(missing, fmt.Errorf("%s: not an address; use https://…", name))
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
		return errors.New("OIDC_SCOPES: separate the scopes by spaces only")
	case !slices.Contains(c.OIDCScopes, "openid"):
		return errors.New("OIDC_SCOPES: must contain openid")
	}
	return nil
}

// checkModel requires a model name if the address of a language model is set.
func (c *Config) checkModel() error {
	if c.LLMURL == "" {
		return nil
	}
	var wrong []error
	if u, err := url.Parse(c.LLMURL); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		wrong = append(wrong, errors.New("LLM_URL: not an address; use https://…/v1, or https://generativelanguage.googleapis.com/v1beta"))
	}
	if c.LLMModel == "" {
		wrong = append(wrong, errors.New("LLM_MODEL: required with LLM_URL"))
	}
	return errors.Join(wrong...)
}

// checkWeather requires the address of a server, or off.
func (c *Config) checkWeather() error {
	if c.WeatherURL == WeatherOff {
		return nil
	}
	if u, err := url.Parse(c.WeatherURL); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return errors.New("WEATHER_URL: not an address; use https://api.open-meteo.com, the base address of your own server, or off")
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
				return errors.New("TRUSTED_PROXIES: not an address or network; use 10.0.0.0/8 or 192.0.2.7, separated by commas")
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
		return errors.New("SITE_TIME_ZONE: not a time zone; use a name such as America/Bogota")
	}
	c.Zone = zone
	return nil
}

func oneOf(name, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s: must be one of %s", name, strings.TrimPrefix(strings.Join(allowed, ", "), ", "))
}

func notNegative(name string, n int) error {
	if n < 0 {
		return fmt.Errorf("%s: must be 0 (no limit) or more", name)
	}
	return nil
}

func atLeastOne(name string, n int) error {
	if n >= 1 {
		return nil
	}
	return fmt.Errorf("%s: must be 1 or more", name)
}
