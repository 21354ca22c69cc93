package httpserver

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
)

// requestMetrics count requests by route template and not by path, so that the number of time series stays small.
type requestMetrics struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newRequestMetrics(registry prometheus.Registerer, open *streams) *requestMetrics {
	m := &requestMetrics{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total", Help: "Requests answered, by method, route and status.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_request_duration_seconds", Help: "Time to answer, by method and route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method", "route"}),
	}
	if registry != nil {
		registry.MustRegister(m.total, m.duration, prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Name: "holotwin_event_streams_open", Help: "Event streams that readers have open."}, open.count,
		))
	}
	return m
}

// measure counts every request, and writes its log line.
func (a *API) measure(c *fiber.Ctx) error {
	start := time.Now()
	err := c.Next()
	if err != nil { // written here, so that its status can be counted and logged
		err = a.answerError(c, err)
	}
	took := time.Since(start)
	status, route := c.Response().StatusCode(), routeOf(c)
	a.requests.total.WithLabelValues(c.Method(), route, strconv.Itoa(status)).Inc()
	a.requests.duration.WithLabelValues(c.Method(), route).Observe(took.Seconds())
	a.logRequest(c, status, took)
	return err
}
