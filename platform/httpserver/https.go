package httpserver

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// strictTransport is how long browsers remember to come by HTTPS alone: a year, and for this host, since others of the campus may
// have none.
const strictTransport = "max-age=31536000"

// IsHTTPS tells whether the request came by HTTPS.
func IsHTTPS(ctx context.Context) bool {
	https, _ := ctx.Value(httpsKey).(bool)
	return https
}

// setStrictTransport tells browsers that came by HTTPS not to come without.
func (a *API) setStrictTransport(c *fiber.Ctx) error {
	if a.isHTTPS(c) {
		c.Set(fiber.HeaderStrictTransportSecurity, strictTransport)
	}
	return c.Next()
}

// isHTTPS believes X-Forwarded-Proto of trusted proxies alone. Where several have written, the first is the client's.
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
