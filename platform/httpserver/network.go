package httpserver

import "net/netip"

// networkBits is what of an IPv6 address names the client: whoever is given one is given a /64, and can use any address of it.
const networkBits = 64

// NetworkOf names the client that an address belongs to, so that limits count clients and not the addresses that they have: an
// IPv4 address, however it is written, or the network of an IPv6 one. What is no address is one client.
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

// parseHop reads an address as proxies write it into X-Forwarded-For: bare, with a port, or in brackets; of a mapped IPv4 address
// the IPv4 one, and without a zone, which means something only on the proxy.
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
