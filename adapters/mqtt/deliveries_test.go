package mqtt

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// TestOnlyADuplicateIsARepetition requires the same session, packet id, DUP flag and content together.
func TestOnlyADuplicateIsARepetition(t *testing.T) {
	d := newDeliveries()
	say := func(topic, payload string) intake.Message {
		return intake.Message{Topic: topic, Payload: []byte(payload)}
	}
	first, repeated := d.begin(packetID{"a", 7}, false, say("t", "1"))
	require.False(t, repeated)
	same, repeated := d.begin(packetID{"a", 7}, true, say("t", "1"))
	require.True(t, repeated && same == first)
	for name, c := range map[string]struct {
		id  packetID
		dup bool
		m   intake.Message
	}{
		"another session": {packetID{"b", 7}, true, say("t", "1")},
		"another number":  {packetID{"a", 8}, true, say("t", "1")},
		"other words":     {packetID{"a", 7}, true, say("t", "2")},
		"no flag":         {packetID{"a", 7}, false, say("t", "1")},
	} {
		d := newDeliveries()
		d.begin(packetID{"a", 7}, false, say("t", "1"))
		_, repeated := d.begin(c.id, c.dup, c.m)
		require.False(t, repeated, name)
	}
	// If a sender reuses an id at once, a DUP may be of a message that never arrived: it counts.
	d.begin(packetID{"a", 7}, false, say("t", "1"))
	_, repeated = d.begin(packetID{"a", 7}, true, say("t", "1"))
	require.False(t, repeated)
}

func TestDeliveriesAreBounded(t *testing.T) {
	d := newDeliveries()
	m := intake.Message{Topic: "t"}
	for i := range 3 * maxDeliveries {
		d.begin(packetID{"a", uint16(i)}, false, m)
	}
	require.Len(t, d.byID, maxDeliveries)
	_, repeated := d.begin(packetID{"a", uint16(3*maxDeliveries - 1)}, true, m)
	require.True(t, repeated)
	_, repeated = d.begin(packetID{"a", 0}, true, m)
	require.False(t, repeated)
	d.recall(packetID{"a", 1}, intake.Delivery{Hash: contentHash(m), Instants: []energy.Instant{5}})
	one, repeated := d.begin(packetID{"a", 1}, true, m)
	require.True(t, repeated && one.recalled)
	require.Len(t, d.byID, maxDeliveries)
}
