package mqtt

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// noDeliveries holds no earlier deliveries.
type noDeliveries struct{}

func (noDeliveries) SaveDeliveries(context.Context, string, []intake.Delivery) error { return nil }

func (noDeliveries) DeliveriesOf(context.Context, string) ([]intake.Delivery, error) { return nil, nil }

// savedDeliveries are those of an earlier process, oldest first.
type savedDeliveries []intake.Delivery

func (savedDeliveries) SaveDeliveries(context.Context, string, []intake.Delivery) error { return nil }

func (s savedDeliveries) DeliveriesOf(context.Context, string) ([]intake.Delivery, error) {
	return s, nil
}

// TestMessagesOfSeveralKillsAreRecalled is of a server that was killed several times while it received the same messages anew: those
// that came only once, half an hour before the last, are recognised too; those of the day before are not, whose ids may be others' by now.
func TestMessagesOfSeveralKillsAreRecalled(t *testing.T) {
	const minute = energy.Instant(time.Minute / time.Millisecond)
	m := intake.Message{Topic: "t", Payload: []byte("1")}
	kept := savedDeliveries{
		{Packet: 1, Hash: contentHash(m), Arrived: 0, Instants: []energy.Instant{5}},
		{Packet: 2, Hash: contentHash(m), Arrived: 24 * 60 * minute, Instants: []energy.Instant{6}},
		{Packet: 3, Hash: contentHash(m), Arrived: 24*60*minute + 30*minute, Instants: []energy.Instant{7}},
	}
	c, err := NewClient(ClientSettings{URL: "mqtt://127.0.0.1:1"}, NewReceiver(noDialect{}, nil), kept, now{}, zap.NewNop(), prometheus.NewRegistry())
	require.NoError(t, err)
	c.recall(t.Context())
	for packet, known := range map[uint16]bool{1: false, 2: true, 3: true} {
		_, repeated := c.deliveries.begin(packetID{id: packet}, true, m)
		require.Equal(t, known, repeated, packet)
	}
}

// noDialect decodes no message.
type noDialect struct{}

func (noDialect) Decode(intake.Message) ([]intake.Observation, error) { return nil, nil }

// TestWhatWaitsIsBounded lets an outside broker send more than the queue holds: it waits, and everything is stored in the end.
func TestWhatWaitsIsBounded(t *testing.T) {
	c, err := NewClient(ClientSettings{URL: "mqtt://127.0.0.1:1"}, NewReceiver(noDialect{}, nil), noDeliveries{}, now{}, zap.NewNop(), prometheus.NewRegistry())
	require.NoError(t, err)
	const long, messages = 16 << 20, 12
	var arrived, acknowledged atomic.Int64
	go func() {
		for i := range messages {
			payload := make([]byte, long)
			if i == messages-1 {
				payload = make([]byte, 2*maxQueued)
			}
			c.enqueue(t.Context(), intake.Message{Topic: "some/other/thing", Payload: payload}, 0, false, func() error { acknowledged.Add(1); return nil })
			arrived.Add(1)
		}
	}()
	eventually(t, "some wait", func() bool { return arrived.Load() == maxQueued/long-1 })
	require.Len(t, c.arrivals, maxQueued/long-1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go c.Run(ctx)
	eventually(t, "all are taken", func() bool { return acknowledged.Load() == messages })
}
