package httpserver

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// clientAddress is the address that a request comes from. What X-Forwarded-For says is believed only of trusted proxies: from
// the right, the first that is none of them.
func (a *API) clientAddress(c *fiber.Ctx) string {
	client := c.IP()
	if !a.isTrustedProxy(client) {
		return client
	}
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for _, hop := range slices.Backward(hops) {
		address, ok := parseHop(strings.TrimSpace(hop))
		if !ok {
			return client // the proxy before it is all that is known
		}
		client = address.String()
		if !a.isTrustedProxy(client) {
			return client
		}
	}
	return client
}

func (a *API) isTrustedProxy(client string) bool {
	if len(a.trustedProxies) == 0 {
		return false
	}
	address, err := netip.ParseAddr(client)
	return err == nil && slices.ContainsFunc(a.trustedProxies, func(p netip.Prefix) bool { return p.Contains(address.Unmap()) })
}
