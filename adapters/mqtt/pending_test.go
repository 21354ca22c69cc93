package mqtt

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// from is a connection from an address.
type from struct {
	net.Conn
	address net.Addr
}

func (f from) RemoteAddr() net.Addr { return f.address }

func connectionFrom(t *testing.T, address string) *connection {
	t.Helper()
	tcp, err := net.ResolveTCPAddr("tcp", address)
	require.NoError(t, err)
	return &connection{Conn: from{address: tcp}}
}

// TestPendingMakeRoom reaches the limit of one address, and then of all: the connection that is silent for longest is closed,
// after a second.
func TestPendingMakeRoom(t *testing.T) {
	p, begun := newPending(), time.Now()
	later := begun.Add(silentTime)
	oldest, first := connectionFrom(t, "192.0.2.1:1"), connectionFrom(t, "[2001:db8::1]:1")
	require.Nil(t, p.add(oldest, begun))
	require.Nil(t, p.add(first, begun))
	for range maxPendingAddress - 2 {
		require.Nil(t, p.add(connectionFrom(t, "[2001:db8::1]:1"), later))
	}
	neighbour, next := connectionFrom(t, "[2001:db8::ffff:1]:7"), connectionFrom(t, "[2001:db8::2]:1")
	require.Nil(t, p.add(neighbour, later))
	require.Same(t, next, p.add(next, later.Add(-1)), "the others have not had their second")
	require.Same(t, first, p.add(next, later), "a /64 is one")
	p.remove(neighbour)
	p.remove(neighbour)
	require.Nil(t, p.add(connectionFrom(t, "[2001:db8::3]:1"), later))
	require.Nil(t, p.add(connectionFrom(t, "[2001:db8:0:1::1]:1"), later), "another is another")
	for i := p.all.Len(); i < maxPending; i++ {
		require.Nil(t, p.add(connectionFrom(t, net.JoinHostPort(net.IPv4(10, 0, byte(i>>8), byte(i)).String(), "1")), later))
	}
	require.Same(t, oldest, p.add(connectionFrom(t, "198.51.100.1:1"), later))
	require.Len(t, p.list(), maxPending)
	for _, c := range p.list() {
		p.remove(c)
	}
	require.Empty(t, p.byAddress)
	require.Zero(t, p.all.Len())
}
