package httpserver

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// strictTransport makes browsers use only HTTPS for this host for a year. Other hosts of the campus may have no HTTPS, so
// subdomains are not included.
const strictTransport = "max-age=31536000"

// IsHTTPS returns true if the request arrived over HTTPS.
func IsHTTPS(ctx context.Context) bool {
	https, _ := ctx.Value(httpsKey).(bool)
	return https
}

// setStrictTransport sets Strict-Transport-Security if the request arrived over HTTPS.
func (a *API) setStrictTransport(c *fiber.Ctx) error {
	if a.isHTTPS(c) {
		c.Set(fiber.HeaderStrictTransportSecurity, strictTransport)
	}
	return c.Next()
}

// isHTTPS uses X-Forwarded-Proto only if a trusted proxy sent it. If several proxies added a value, the first one is the
// client's.
func (a *API) isHTTPS(c *fiber.Ctx) bool {
	if c.Context().IsTLS() {
		return true
	}
	if !a.isTrustedProxy(c.IP()) {
		return false
	}
	proto, _, _ := strings.Cut(c.Get(fiber.HeaderXForwardedProto), ",")
	return strings.EqualFold(strings.TrimSpace(proto), "https")
}
