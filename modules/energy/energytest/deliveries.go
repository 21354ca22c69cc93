package energytest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

func deliveryOf(packet int, hash uint64) intake.Delivery {
	return intake.Delivery{Packet: uint16(packet), Hash: hash, Reused: packet == 2, Arrived: 5, Instants: []energy.Instant{7, 0, 9}}
}

func deliveriesFrom(packet, n int, hash uint64) []intake.Delivery {
	all := make([]intake.Delivery, n)
	for i := range all {
		all[i] = deliveryOf(packet+i, hash)
	}
	return all
}

// RunDeliveries checks that a store keeps the last messages of a broker's session, each packet id once.
func RunDeliveries(t *testing.T, store intake.Deliveries) {
	t.Helper()
	ctx := context.Background()
	save := func(t *testing.T, session string, all ...intake.Delivery) {
		t.Helper()
		require.NoError(t, store.SaveDeliveries(ctx, session, all))
	}
	read := func(t *testing.T, session string) []intake.Delivery {
		t.Helper()
		all, err := store.DeliveriesOf(ctx, session)
		require.NoError(t, err)
		return all
	}
	t.Run("a packet id is kept once, with its last message", func(t *testing.T) {
		save(t, "a", deliveryOf(1, 10), deliveryOf(2, 1<<63), deliveryOf(1, 11))
		save(t, "b", deliveryOf(1, 12))
		require.Equal(t, []intake.Delivery{deliveryOf(2, 1<<63), deliveryOf(1, 11)}, read(t, "a"))
	})
	t.Run("the oldest beyond the maximum go", func(t *testing.T) {
		save(t, "c", deliveryOf(1, 11), deliveryOf(2, 13))
		save(t, "c", deliveriesFrom(3, intake.MaxDeliveries-1, 14)...)
		all := read(t, "c")
		require.Len(t, all, intake.MaxDeliveries)
		require.Equal(t, deliveryOf(2, 13), all[0])
	})
	t.Run("messages that come again after each of many kills do not displace those that have not come again yet", func(t *testing.T) {
		const unacknowledged, first = 2000, 500
		save(t, "d", deliveriesFrom(1, unacknowledged, 15)...)
		for range 2 * intake.MaxDeliveries / first {
			save(t, "d", deliveriesFrom(1, first, 15)...)
		}
		require.Len(t, read(t, "d"), unacknowledged)
	})
}
