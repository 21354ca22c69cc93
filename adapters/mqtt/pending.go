package mqtt

import (
	"container/list"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Limits of connections that have not sent a CONNECT yet. A device sends it within milliseconds, or within a second if many
// connect at once. If there is no room, the connection that is silent for longest is closed, after its first second. So silent
// connections keep no device out.
const (
	maxPending        = 1000
	maxPendingAddress = 500
	silentTime        = time.Second
	// connectTime is how long a connection may take to log in, including its TLS handshake.
	connectTime = 10 * time.Second
)

// pending holds the connections that have sent nothing yet, oldest first.
type pending struct {
	mu        sync.Mutex
	all       *list.List
	byAddress map[netip.Prefix]*list.List
	places    map[*connection]pendingPlace
}

// pendingPlace is a connection's place in both lists, and since when.
type pendingPlace struct {
	address          netip.Prefix
	since            time.Time
	inAll, inAddress *list.Element
}

func newPending() *pending {
	return &pending{all: list.New(), byAddress: make(map[netip.Prefix]*list.List), places: make(map[*connection]pendingPlace)}
}

// add adds a connection at an instant. It returns the connection to close, if there is no room: this may be the new one.
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
	p.places[c] = pendingPlace{address, now, p.all.PushBack(c), p.byAddress[address].PushBack(c)}
	return out
}

// remove removes a connection, if it is pending.
func (p *pending) remove(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, in := p.places[c]; in {
		p.drop(c)
	}
}

// drop removes a connection; p.mu is held.
func (p *pending) drop(c *connection) {
	at := p.places[c]
	delete(p.places, c)
	p.all.Remove(at.inAll)
	p.byAddress[at.address].Remove(at.inAddress)
	if p.byAddress[at.address].Len() == 0 {
		delete(p.byAddress, at.address)
	}
}

// list returns all pending connections.
func (p *pending) list() []*connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*connection, 0, len(p.places))
	for c := range p.places {
		all = append(all, c)
	}
	return all
}

// addressOf returns the address of a connection. For IPv6 it is the /64, which one household has.
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
