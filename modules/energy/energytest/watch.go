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

// hands is a clock that is set by hand.
type hands struct{ at atomic.Int64 }

func (h *hands) Now() energy.Instant { return energy.Instant(h.at.Load()) }

func (h *hands) move(by energy.Instant) { h.at.Add(int64(by)) }

// asked is a question to the weather service.
type asked struct {
	of       string
	from, to energy.Instant
}

// sky is a weather service that knows what it will be like: in the hour that begins at an instant, as many m°C as it says.
type sky struct {
	mu    sync.Mutex
	calls []asked
	// warmth is nil for what is not known.
	warmth func(at energy.Instant) *int64
	// clouded is the call, counted from 1, from which on it answers nothing; 0 is never.
	clouded int
}

var errClouded = errors.New("clouded")

func (s *sky) answer(of string, from, to energy.Instant) (hours []conditions.WeatherHour, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, asked{of, from, to})
	if s.clouded > 0 && len(s.calls) >= s.clouded {
		return nil, errClouded
	}
	for at := from; at < to; at += hour {
		hours = append(hours, conditions.WeatherHour{Start: at, Temperature: s.warmth(at), Humidity: amount(80_000)})
	}
	return hours, nil
}

func (s *sky) Archive(_ context.Context, _ campus.Coordinates, from, to energy.Instant) ([]conditions.WeatherHour, error) {
	return s.answer("archive", from, to)
}

func (s *sky) Forecast(_ context.Context, _ campus.Coordinates, from, to energy.Instant) ([]conditions.WeatherHour, error) {
	return s.answer("outlook", from, to)
}

// told takes what was asked so far.
func (s *sky) told() []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// watch is an observatory over a site with one device, at noon of a day of UTC.
type watch struct {
	*conditions.WeatherSync
	store ObservatoryStore
	place *directory
	clock *hands
	sky   *sky
	site  energy.SpaceID
}

// midnight is the first instant of the day on which a watch begins.
func (w *watch) midnight() energy.Instant { return Now - Now%day }

// observe lets some time pass and observes.
func (w *watch) observe(t *testing.T, later energy.Instant) (observed int, err error) {
	t.Helper()
	w.clock.move(later)
	return w.Run(context.Background())
}

// weather is all that is kept of some hours.
func (w *watch) weather(t *testing.T, from, to energy.Instant) []conditions.WeatherHour {
	t.Helper()
	hours, err := w.store.WeatherBetween(context.Background(), w.site, from, to, 0)
	require.NoError(t, err)
	return hours
}

// campus is the watch's site with a device, and another site that nobody has said the place of.
func (w *watch) campus(latitude float64) *campus.Campus {
	longitude := cali.Longitude
	return campus.NewCampus(1, []campus.Space{
		{ID: w.site, Name: "site", Kind: campus.KindSite, TimeZone: "America/Bogota", Latitude: &latitude, Longitude: &longitude},
		{ID: "nowhere", Name: "nowhere", Kind: campus.KindSite, TimeZone: "America/Bogota"},
	}, []campus.Device{{ID: w.device(), Name: "device", Kind: campus.KindMeter, Space: w.site}}, time.UTC)
}

func (w *watch) device() energy.DeviceID { return energy.DeviceID("device of " + w.site) }

// report gives the site's device a reading in the day that begins then.
func (w *watch) report(t *testing.T, morning energy.Instant) {
	t.Helper()
	_, err := w.store.Append(context.Background(), []energy.Reading{Interval(w.device(), morning+6*hour, energy.KilowattHour)}, Traits)
	require.NoError(t, err)
}
