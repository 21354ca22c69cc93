package httpserver

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// clientAddress returns the address of the client. X-Forwarded-For is used only if a trusted proxy sent it: from the right, the
// first address that is not a trusted proxy.
func (a *API) clientAddress(c *fiber.Ctx) string {
	client := c.IP()
	if !a.isTrustedProxy(client) {
		return client
	}
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for _, hop := range slices.Backward(hops) {
		address, ok := parseHop(strings.TrimSpace(hop))
		if !ok {
			return client // the last valid address
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
