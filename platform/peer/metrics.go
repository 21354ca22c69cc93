package peer

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count the calls to other processes.
type Metrics struct {
	calls    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewMetrics registers the metrics.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "holotwin_peer_calls_total", Help: "Calls to other processes of the installation, by module, call and result: ok, refused, away or failed.",
		}, []string{"module", "call", "result"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "holotwin_peer_call_duration_seconds", Help: "Time of a call to another process, with its repetitions, by module and call.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"module", "call"}),
	}
	registry.MustRegister(m.calls, m.duration)
	return m
}

// Count counts a call.
func (m *Metrics) Count(module, call, result string, took time.Duration) {
	m.calls.WithLabelValues(module, call, result).Inc()
	m.duration.WithLabelValues(module, call).Observe(took.Seconds())
}
