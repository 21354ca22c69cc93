// Package gauge publishes figures that cost a query, as Prometheus gauges. However often they are asked for, they are read at most once
// in a while, and a source that does not answer delays an answer little: its figures are absent then, and the others are not.
package gauge

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// Every is how old the figures may be.
	Every = 15 * time.Second
	// readTime is the maximum time of reading them, of which a scrape that finds them too old waits.
	readTime = 2 * time.Second
)

// Figure is one value of a gauge, with the values of the gauge's labels.
type Figure struct {
	Gauge  *prometheus.Desc
	Value  float64
	Labels []string
}

// Group reads gauges together.
type Group struct {
	every  time.Duration
	now    func() time.Time
	gauges []*prometheus.Desc
	read   func(context.Context) ([]Figure, error)

	mu      sync.Mutex
	readAt  time.Time
	figures []Figure
}

var _ prometheus.Collector = (*Group)(nil)

// NewGroup returns a group of gauges that read reads, at most once in every.
func NewGroup(every time.Duration, now func() time.Time, read func(context.Context) ([]Figure, error), gauges ...*prometheus.Desc) *Group {
	return &Group{every: every, now: now, gauges: gauges, read: read}
}

// Describe implements prometheus.Collector.
func (g *Group) Describe(out chan<- *prometheus.Desc) {
	for _, d := range g.gauges {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (g *Group) Collect(out chan<- prometheus.Metric) {
	for _, f := range g.current() {
		out <- prometheus.MustNewConstMetric(f.Gauge, prometheus.GaugeValue, f.Value, f.Labels...)
	}
}

// current returns the figures, read again if they are too old. A failure counts as read, so that a source that does not answer is not
// asked by each scrape.
func (g *Group) current() []Figure {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now := g.now(); g.readAt.IsZero() || now.Sub(g.readAt) >= g.every || now.Before(g.readAt) {
		ctx, cancel := context.WithTimeout(context.Background(), readTime)
		defer cancel()
		figures, err := g.read(ctx)
		if err != nil {
			figures = nil
		}
		g.figures, g.readAt = figures, now
	}
	return g.figures
}

// New describes a gauge.
func New(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}
