package mqtt

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// noDeliveries holds no earlier deliveries.
type noDeliveries struct{}

func (noDeliveries) SaveDeliveries(context.Context, string, []intake.Delivery) error { return nil }

func (noDeliveries) DeliveriesOf(context.Context, string) ([]intake.Delivery, error) { return nil, nil }

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
