package gauge_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/gauge"
)

// TestAScrapeCausesFewReads checks that however many scrapes there are, the source is read at most once in 15 seconds, also while it fails,
// and that figures that cannot be read are absent and not old.
func TestAScrapeCausesFewReads(t *testing.T) {
	now, reads, failure := time.Unix(0, 0), 0, error(nil)
	waiting := gauge.New("waiting", "What waits.", "kind")
	group := gauge.NewGroup(gauge.Every, func() time.Time { return now }, func(ctx context.Context) ([]gauge.Figure, error) {
		_, bounded := ctx.Deadline()
		require.True(t, bounded)
		reads++
		return []gauge.Figure{{Gauge: waiting, Value: float64(reads), Labels: []string{"readings"}}}, failure
	}, waiting)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(group)
	scrape := func() int {
		n, err := testutil.GatherAndCount(registry, "waiting")
		require.NoError(t, err)
		return n
	}
	for range 100 {
		require.Equal(t, 1, scrape())
	}
	require.Equal(t, 1, reads)
	now, failure = now.Add(gauge.Every), errors.New("the database does not answer")
	for range 100 {
		require.Zero(t, scrape())
	}
	require.Equal(t, 2, reads)
	now, failure = now.Add(gauge.Every), nil
	require.Equal(t, 1, scrape())
}
