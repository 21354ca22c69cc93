package mqtt

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// TestOnlyADuplicateIsARepetition takes a message for one that came before by its session, number, DUP flag and words together.
func TestOnlyADuplicateIsARepetition(t *testing.T) {
	d := newDeliveries()
	say := func(topic, payload string) intake.Message {
		return intake.Message{Topic: topic, Payload: []byte(payload)}
	}
	first, again := d.begin(packetID{"a", 7}, false, say("t", "1"))
	require.False(t, again)
	same, again := d.begin(packetID{"a", 7}, true, say("t", "1"))
	require.True(t, again && same == first)
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
		_, again := d.begin(c.id, c.dup, c.m)
		require.False(t, again, name)
	}
	// Where a sender uses a number again at once, a DUP may be of a message that never came: it counts.
	d.begin(packetID{"a", 7}, false, say("t", "1"))
	_, again = d.begin(packetID{"a", 7}, true, say("t", "1"))
	require.False(t, again)
}

func TestDeliveriesAreBounded(t *testing.T) {
	d := newDeliveries()
	m := intake.Message{Topic: "t"}
	for i := range 3 * maxDeliveries {
		d.begin(packetID{"a", uint16(i)}, false, m)
	}
	require.Len(t, d.of, maxDeliveries)
	_, again := d.begin(packetID{"a", uint16(3*maxDeliveries - 1)}, true, m)
	require.True(t, again)
	_, again = d.begin(packetID{"a", 0}, true, m)
	require.False(t, again)
	d.recall(packetID{"a", 1}, intake.Delivery{Words: wordsOf(m), Given: []energy.Instant{5}})
	one, again := d.begin(packetID{"a", 1}, true, m)
	require.True(t, again && one.recalled)
	require.Len(t, d.of, maxDeliveries)
}
