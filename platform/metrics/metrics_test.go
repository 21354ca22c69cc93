package metrics_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/metrics"
)

func TestToken(t *testing.T) {
	require.True(t, metrics.NewToken("").Allows(""))
	require.True(t, metrics.NewToken("").Allows("Bearer anything"))
	token := metrics.NewToken("secreto")
	for authorization, allowed := range map[string]bool{
		"Bearer secreto": true, "bearer secreto": true, "": false, "secreto": false, "Bearer ": false, "Bearer": false, "Bearer secret": false,
		"Bearer secretos": false, "Bearer  secreto": false, "Basic secreto": false, "Bearer Secreto": false,
	} {
		require.Equal(t, allowed, token.Allows(authorization), authorization)
	}
}

// slow is a metric that takes until release.
type slow struct{ asked, release chan struct{} }

func (s slow) Describe(out chan<- *prometheus.Desc) {
	out <- prometheus.NewDesc("slow", "Slow.", nil, nil)
}

func (s slow) Collect(out chan<- prometheus.Metric) {
	close(s.asked)
	<-s.release
	out <- prometheus.MustNewConstMetric(prometheus.NewDesc("slow", "Slow.", nil, nil), prometheus.GaugeValue, 1)
}

// TestAScrapeIsAnsweredBeforeTheEnd stops the server in the middle of a scrape.
func TestAScrapeIsAnsweredBeforeTheEnd(t *testing.T) {
	one := slow{make(chan struct{}), make(chan struct{})}
	registry := prometheus.NewRegistry()
	registry.MustRegister(one)
	server := metrics.NewServer(registry, metrics.NewToken("secreto"))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	url := "http://" + listener.Addr().String()
	for path, status := range map[string]int{"/metrics": http.StatusUnauthorized, "/": http.StatusNotFound, "/health/live": http.StatusNotFound} {
		answer, err := http.Get(url + path)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, status, answer.StatusCode, path)
	}
	scraped := make(chan string, 1)
	go func() {
		request, _ := http.NewRequest(http.MethodGet, url+"/metrics", nil)
		request.Header.Set("Authorization", "Bearer secreto")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			scraped <- err.Error()
			return
		}
		defer func() { _ = answer.Body.Close() }()
		text, _ := io.ReadAll(answer.Body)
		scraped <- string(text)
	}()
	<-one.asked
	stopped := make(chan error, 1)
	go func() { stopped <- server.Shutdown(context.Background()) }()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, time.Minute, 5*time.Millisecond, "no new connection is accepted")
	close(one.release)
	require.Contains(t, <-scraped, "\nslow 1\n")
	require.NoError(t, <-stopped)
	require.NoError(t, <-served)
}
