package config

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// checkTracing reads where traces go, and which.
func (c *Config) checkTracing() error {
	share, err := strconv.ParseFloat(c.TracesShareText, 64)
	if err != nil || !(share >= 0 && share <= 1) {
		return fault("OTEL_TRACES_SAMPLER_ARG", "not a share", "use a number from 0 (no traces) to 1 (all)")
	}
	c.TracesShare = share
	return errors.Join(c.checkCollector(), c.checkCollectorHeaders())
}

func (c *Config) checkCollector() error {
	if c.TracesURL == "" {
		return nil
	}
	u, err := url.Parse(c.TracesURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fault("OTEL_EXPORTER_OTLP_ENDPOINT", "not the address of a collector", "use http://host:4318 or https://host; a key goes into OTEL_EXPORTER_OTLP_HEADERS")
	}
	return nil
}

// checkCollectorHeaders reads name=value pairs, whose values are escaped as in a URL.
func (c *Config) checkCollectorHeaders() error {
	if c.TracesHeaderText == "" {
		return nil
	}
	c.TracesHeaders = make(map[string]string)
	for pair := range strings.SplitSeq(c.TracesHeaderText, ",") {
		name, value, found := strings.Cut(pair, "=")
		plain, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !found || err != nil || !isHeader(name) || strings.ContainsAny(plain, "\r\n\x00") {
			return fault("OTEL_EXPORTER_OTLP_HEADERS", "not headers", "use name=value, separated by commas; write special characters of a value as %XX")
		}
		c.TracesHeaders[name] = plain
	}
	return nil
}

// isHeader reports whether a name is one of a header (RFC 9110).
func isHeader(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}
