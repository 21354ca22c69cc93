package httpserver

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// requestMetrics count requests by route template and not by path, so that the number of time series stays small.
type requestMetrics struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newRequestMetrics(registry prometheus.Registerer) *requestMetrics {
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
		registry.MustRegister(m.total, m.duration)
	}
	return m
}

// slowRequest is the time after which a request is logged as a warning.
const slowRequest = 2 * time.Second

// measure counts every request, and logs those that failed or were slow.
func (a *API) measure(c *fiber.Ctx) error {
	start := time.Now()
	err := c.Next()
	if err != nil { // written here, so that its status can be counted and logged
		err = a.answerError(c, err)
	}
	took := time.Since(start)
	status, route := c.Response().StatusCode(), c.Route().Path
	if status == fiber.StatusNotFound || status == fiber.StatusMethodNotAllowed {
		route = "none"
	}
	a.requests.total.WithLabelValues(c.Method(), route, strconv.Itoa(status)).Inc()
	a.requests.duration.WithLabelValues(c.Method(), route).Observe(took.Seconds())
	a.logRequest(c, status, took)
	return err
}

func (a *API) logRequest(c *fiber.Ctx, status int, took time.Duration) {
	write := a.log.Debug
	switch {
	case status >= fiber.StatusInternalServerError, took > slowRequest:
		write = a.log.Warn
	case status >= fiber.StatusBadRequest:
		write = a.log.Info
	}
	write("request", zap.String("request_id", requestIDOf(c)), zap.String("method", c.Method()), zap.String("path", c.Path()),
		zap.Int("status", status), zap.Duration("took", took), zap.String("client", a.clientAddress(c)))
}
