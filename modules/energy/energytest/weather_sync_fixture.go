package energytest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

// manualClock is a clock that a test sets.
type manualClock struct{ at atomic.Int64 }

func (h *manualClock) Now() energy.Instant { return energy.Instant(h.at.Load()) }

func (h *manualClock) move(by energy.Instant) { h.at.Add(int64(by)) }

// weatherRequest is a request to the weather service.
type weatherRequest struct {
	of       string
	from, to energy.Instant
}

// fakeWeather is a weather service with known values: temperature returns the m°C of the hour that begins at an instant.
type fakeWeather struct {
	mu    sync.Mutex
	calls []weatherRequest
	// temperature returns nil if the value is unknown.
	temperature func(at energy.Instant) *int64
	// failFrom is the number of the first call, counted from 1, that fails, as all after it do; 0 is never.
	failFrom int
}

var errUnavailable = errors.New("unavailable")

func (s *fakeWeather) answer(of string, from, to energy.Instant) (hours []conditions.WeatherHour, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, weatherRequest{of, from, to})
	if s.failFrom > 0 && len(s.calls) >= s.failFrom {
		return nil, errUnavailable
	}
	for at := from; at < to; at += hour {
		hours = append(hours, conditions.WeatherHour{Start: at, Temperature: s.temperature(at), Humidity: amount(80_000)})
	}
	return hours, nil
}

func (s *fakeWeather) Archive(_ context.Context, _ campus.Coordinates, from, to energy.Instant) ([]conditions.WeatherHour, error) {
	return s.answer("archive", from, to)
}

func (s *fakeWeather) Forecast(_ context.Context, _ campus.Coordinates, from, to energy.Instant) ([]conditions.WeatherHour, error) {
	return s.answer("outlook", from, to)
}

// takeRequests returns and clears the requests so far.
func (s *fakeWeather) takeRequests() []weatherRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// syncFixture is a weather sync of a site with one device, at noon of a UTC day.
type syncFixture struct {
	*conditions.WeatherSync
	store     WeatherSyncStore
	directory *directory
	clock     *manualClock
	service   *fakeWeather
	site      energy.SpaceID
}

// midnight returns the first instant of the day on which a fixture begins.
func (w *syncFixture) midnight() energy.Instant { return Now - Now%day }

// sync moves the clock and runs the weather sync.
func (w *syncFixture) sync(t *testing.T, later energy.Instant) (observed int, err error) {
	t.Helper()
	w.clock.move(later)
	return w.Run(context.Background())
}

// weather returns all stored weather of some hours.
func (w *syncFixture) weather(t *testing.T, from, to energy.Instant) []conditions.WeatherHour {
	t.Helper()
	hours, err := w.store.WeatherBetween(context.Background(), w.site, from, to, 0)
	require.NoError(t, err)
	return hours
}

// campus returns the fixture's site with a device, and another site without coordinates.
func (w *syncFixture) campus(latitude float64) *campus.Campus {
	longitude := cali.Longitude
	return campus.NewCampus(1, []campus.Space{
		{ID: w.site, Name: "site", Kind: campus.KindSite, TimeZone: "America/Bogota", Latitude: &latitude, Longitude: &longitude},
		{ID: "nowhere", Name: "nowhere", Kind: campus.KindSite, TimeZone: "America/Bogota"},
	}, []campus.Device{{ID: w.device(), Name: "device", Kind: campus.KindMeter, Space: w.site}}, time.UTC)
}

func (w *syncFixture) device() energy.DeviceID { return energy.DeviceID("device of " + w.site) }

// report stores a reading of the site's device in the day that begins then.
func (w *syncFixture) report(t *testing.T, morning energy.Instant) {
	t.Helper()
	_, err := w.store.Append(context.Background(), []energy.Reading{Interval(w.device(), morning+6*hour, energy.KilowattHour)}, Traits)
	require.NoError(t, err)
}
