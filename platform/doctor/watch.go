package doctor

import (
	"context"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// Watch runs the checks of a server again and again, and has what they found last.
type Watch struct {
	checks []Check

	mu   sync.Mutex
	last []Finding
}

// NewWatch returns a watch that has not looked yet.
func NewWatch(checks []Check) *Watch { return &Watch{checks: checks} }

// Look runs the checks.
func (w *Watch) Look(ctx context.Context) error {
	found := Run(ctx, w.checks)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = found
	return nil
}

// Findings returns what was found last.
func (w *Watch) Findings() []Finding {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.last)
}

// Warnings returns the names of the checks that found something.
func (w *Watch) Warnings() (names []string) {
	for name, level := range w.levels() {
		if level > OK {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// levels are the worst levels of the checks.
func (w *Watch) levels() map[string]Level {
	levels := make(map[string]Level)
	for _, f := range w.Findings() {
		levels[f.Check] = max(levels[f.Check], f.Level)
	}
	return levels
}

var checkLevel = prometheus.NewDesc("holotwin_check_level", "What the checks of holotwin doctor found last, by check: 0 nothing, 1 a warning, 2 a fault.", []string{"check"}, nil)

// Describe implements prometheus.Collector.
func (w *Watch) Describe(out chan<- *prometheus.Desc) { out <- checkLevel }

// Collect implements prometheus.Collector.
func (w *Watch) Collect(out chan<- prometheus.Metric) {
	for name, level := range w.levels() {
		out <- prometheus.MustNewConstMetric(checkLevel, prometheus.GaugeValue, float64(level), name)
	}
}
