package mqtt

import (
	"container/list"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Bounds of connections that have not said yet who they are. A device does so within milliseconds, or in a second where many come
// at once. Where there is no room, the one that has been silent for longest makes it, if it has had its second, so that connections
// that say nothing keep nobody out.
const (
	maxPending        = 1000
	maxPendingAddress = 500
	silentTime        = time.Second
	// connectTime is how long a connection may take to log in, its TLS handshake included.
	connectTime = 10 * time.Second
)

// pending are the connections that have said nothing yet, oldest first.
type pending struct {
	mu        sync.Mutex
	all       *list.List
	byAddress map[netip.Prefix]*list.List
	places    map[*connection]place
}

// place is where a connection stands in both lists, and since when.
type place struct {
	address          netip.Prefix
	since            time.Time
	inAll, inAddress *list.Element
}

func newPending() *pending {
	return &pending{all: list.New(), byAddress: make(map[netip.Prefix]*list.List), places: make(map[*connection]place)}
}

// add takes a connection in at an instant. It gives the one that is out for it, if there must be one: it may be the connection itself.
func (p *pending) add(c *connection, now time.Time) (out *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	address := addressOf(c.RemoteAddr())
	switch at := p.byAddress[address]; {
	case at != nil && at.Len() >= maxPendingAddress:
		out = at.Front().Value.(*connection)
	case p.all.Len() >= maxPending:
		out = p.all.Front().Value.(*connection)
	}
	if out != nil {
		if now.Sub(p.places[out].since) < silentTime {
			return c
		}
		p.drop(out)
	}
	if p.byAddress[address] == nil {
		p.byAddress[address] = list.New()
	}
	p.places[c] = place{address, now, p.all.PushBack(c), p.byAddress[address].PushBack(c)}
	return out
}

// remove takes a connection out, if it is in.
func (p *pending) remove(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, in := p.places[c]; in {
		p.drop(c)
	}
}

// drop takes a connection out; p.mu is held.
func (p *pending) drop(c *connection) {
	at := p.places[c]
	delete(p.places, c)
	p.all.Remove(at.inAll)
	p.byAddress[at.address].Remove(at.inAddress)
	if p.byAddress[at.address].Len() == 0 {
		delete(p.byAddress, at.address)
	}
}

// list gives all of them.
func (p *pending) list() []*connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*connection, 0, len(p.places))
	for c := range p.places {
		all = append(all, c)
	}
	return all
}

// addressOf is whose a connection is: an address, or of IPv6 the /64 that one household is given.
func addressOf(a net.Addr) netip.Prefix {
	tcp, is := a.(*net.TCPAddr)
	if !is {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
