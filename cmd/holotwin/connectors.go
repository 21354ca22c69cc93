package main

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/platform/clock"
)

// connectors count the answers of services outside.
type connectors struct {
	succeeded *prometheus.GaugeVec
	failures  *prometheus.CounterVec
}

func newConnectors(registry *prometheus.Registry) connectors {
	c := connectors{
		succeeded: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "holotwin_connector_last_success_timestamp_seconds", Help: "The last answer of a service outside, in seconds since 1970: weather, llm or oidc. 0 if there was none since the start."}, []string{"connector"}),
		failures:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "holotwin_connector_failures_total", Help: "Requests to a service outside that failed."}, []string{"connector"}),
	}
	registry.MustRegister(c.succeeded, c.failures)
	return c
}

// of returns the counter of one connector, which shows from then on.
func (c connectors) of(name string) connector {
	return connector{c.succeeded.WithLabelValues(name), c.failures.WithLabelValues(name)}
}

type connector struct {
	succeeded prometheus.Gauge
	failures  prometheus.Counter
}

func (c connector) count(err error) {
	if err != nil {
		c.failures.Inc()
		return
	}
	c.succeeded.Set(float64(clock.System{}.Now().UnixMilli()) / 1000)
}

// countedWeather counts the answers of a weather service.
type countedWeather struct {
	conditions.Weather
	connector
}

// Archive implements conditions.Weather.
func (w countedWeather) Archive(ctx context.Context, at campus.Coordinates, from, to energy.Instant) ([]conditions.WeatherHour, error) {
	hours, err := w.Weather.Archive(ctx, at, from, to)
	w.count(err)
	return hours, err
}

// Forecast implements conditions.Weather.
func (w countedWeather) Forecast(ctx context.Context, at campus.Coordinates, from, to energy.Instant) ([]conditions.WeatherHour, error) {
	hours, err := w.Weather.Forecast(ctx, at, from, to)
	w.count(err)
	return hours, err
}

// countedRewriter counts the answers of a language model.
type countedRewriter struct {
	recommendations.Rewriter
	connector
}

// Reword implements recommendations.Rewriter.
func (r countedRewriter) Reword(ctx context.Context, l text.Language, original text.Text) (text.Text, error) {
	better, err := r.Rewriter.Reword(ctx, l, original)
	r.count(err)
	return better, err
}

// countedSignOn counts the answers of the university's login.
type countedSignOn struct {
	auth.SignOn
	connector
}

// Address implements auth.SignOn. It asks the provider only if it does not know it yet.
func (s countedSignOn) Address(ctx context.Context, attempt auth.Attempt) (string, error) {
	address, err := s.SignOn.Address(ctx, attempt)
	if err != nil {
		s.count(err)
	}
	return address, err
}

// Identity implements auth.SignOn. A refused login is an answer.
func (s countedSignOn) Identity(ctx context.Context, code string, attempt auth.Attempt) (auth.Identity, error) {
	identity, err := s.SignOn.Identity(ctx, code, attempt)
	if errors.Is(err, auth.ErrUnavailable) {
		s.count(err)
	} else {
		s.count(nil)
	}
	return identity, err
}
