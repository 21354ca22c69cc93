package httpserver

import "net/netip"

// networkBits is the prefix length that identifies an IPv6 client. A client usually has a /64, and can use any address in it.
const networkBits = 64

// NetworkOf returns a name for the client of an address, so that limits count clients and not their addresses: the IPv4 address
// in one notation, or the /64 network of an IPv6 address. All texts that are not an address count as one client, "unknown".
func NetworkOf(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	if parsed = parsed.Unmap(); parsed.Is4() {
		return parsed.String()
	}
	network, err := parsed.Prefix(networkBits)
	if err != nil {
		return "unknown"
	}
	return network.String()
}

// parseHop reads an address of X-Forwarded-For: bare, with a port, or in brackets. A mapped IPv4 address becomes the IPv4
// address. A zone is dropped, because it is valid only on the proxy.
func parseHop(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(text)
	if err != nil && len(text) > 1 && text[0] == '[' && text[len(text)-1] == ']' {
		address, err = netip.ParseAddr(text[1 : len(text)-1])
	}
	if err != nil {
		withPort, notEither := netip.ParseAddrPort(text)
		address, err = withPort.Addr(), notEither
	}
	return address.Unmap().WithZone(""), err == nil
}
