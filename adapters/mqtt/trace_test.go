package mqtt

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/tracing"
	"github.com/holotwin/holotwin/platform/tracing/tracingtest"
)

// TestMessagesAreTraces checks that a message of the embedded broker, and a batch of an outside one, is a trace that does not name its
// device.
func TestMessagesAreTraces(t *testing.T) {
	collector := tracingtest.New(t)
	tracer, err := tracing.New(tracing.Options{Endpoint: collector.URL, Share: 1}, zap.NewNop(), prometheus.NewRegistry())
	require.NoError(t, err)
	receiver := NewReceiver(noDialect{}, nil).Traced(tracer)
	m := intake.Message{Topic: "holotwin/dv_17/energy", Payload: []byte("12345")}
	require.NoError(t, receiver.Ingest(t.Context(), outsideBroker, published{message: m}))
	c, err := NewClient(ClientSettings{URL: "mqtt://127.0.0.1:1"}, receiver, noDeliveries{}, now{}, zap.NewNop(), prometheus.NewRegistry())
	require.NoError(t, err)
	require.True(t, c.ingest(t.Context(), []arrival{{message: m}, {message: m}}))
	require.NoError(t, tracer.Stop(t.Context()))
	var counts []string
	for _, s := range collector.Spans() {
		require.Equal(t, []string{"MQTT messages", "mqtt", ""}, []string{s.Name, s.About["messaging.system"], s.Parent})
		counts = append(counts, s.About["messaging.batch.message_count"])
	}
	require.Equal(t, []string{"1", "2"}, counts)
	require.NotContains(t, collector.Raw(), "dv_17")
	require.NotContains(t, collector.Raw(), "12345")
}
