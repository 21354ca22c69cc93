package memoryenergy

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

type weatherKey struct {
	site energy.SpaceID
	hour energy.Instant
}

// weatherSite is a site's location, and when its weather is due.
type weatherSite struct {
	at  campus.Coordinates
	due energy.Instant
}

// clockSkew is the maximum difference between the clocks of processes, ms.
const clockSkew = int64(time.Minute / time.Millisecond)

// LeaseWeather leases a site's weather sync until an instant, unless it is leased. A lease that ends too far ahead was written by a clock
// that has been set back, and does not count.
func (s *Store) LeaseWeather(_ context.Context, site energy.SpaceID, at campus.Coordinates, now, until energy.Instant) (mine bool, err error) {
	err = s.transact(func(t *tables) error {
		known, was := t.weatherSites.has(site), t.weatherSites.get(site)
		moved := known && was.at != at
		if mine = !known || moved || was.due <= now || was.due > now.Add(conditions.WeatherEvery+clockSkew); !mine {
			return nil
		}
		t.weatherSites.put(site, weatherSite{at: at, due: until})
		if moved { // the stored weather is of another place
			t.weather.dropWhere(func(key weatherKey, _ conditions.WeatherHour) bool { return key.site == site })
			t.markPast(ledger.Changed{Space: site}, s.clock.Now())
		}
		return nil
	})
	return mine, err
}

// ScheduleWeather sets when a site's weather is due.
func (s *Store) ScheduleWeather(_ context.Context, site energy.SpaceID, until energy.Instant) error {
	return s.transact(func(t *tables) error {
		if t.weatherSites.has(site) {
			t.weatherSites.put(site, weatherSite{at: t.weatherSites.get(site).at, due: until})
		}
		return nil
	})
}

// StoreWeather stores the hours that are new. A forecast replaces no measurement, and an unknown value replaces nothing.
func (s *Store) StoreWeather(_ context.Context, site energy.SpaceID, hours []conditions.WeatherHour) error {
	return s.transact(func(t *tables) error {
		for _, h := range hours {
			key := weatherKey{site, h.Start}
			was, known := t.weather.get(key), t.weather.has(key)
			if known && !was.Forecast && h.Forecast {
				continue
			}
			if h.Temperature == nil {
				h.Temperature, h.Humidity = was.Temperature, was.Humidity
			}
			t.weather.put(key, h)
			if !alike(was.Temperature, h.Temperature) {
				t.markIfPast(ledger.Changed{Space: site}, h.Start, s.clock.Now())
			}
		}
		return nil
	})
}

func alike(a, b *int64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// weatherIn are the stored hours of a site in [from, to), oldest first.
func (t *tables) weatherIn(site energy.SpaceID, from, to energy.Instant) (hours []conditions.WeatherHour) {
	for key, h := range t.weather.rows {
		if key.site == site && h.Start >= from && h.Start < to {
			hours = append(hours, h)
		}
	}
	slices.SortFunc(hours, func(a, b conditions.WeatherHour) int { return cmp.Compare(a.Start, b.Start) })
	return hours
}

// WeatherDays counts the hours of each day that are not forecasts.
func (s *Store) WeatherDays(_ context.Context, site energy.SpaceID, from, to int32) (map[int32]int, error) {
	days := make(map[int32]int)
	for _, h := range s.read().weatherIn(site, energy.Instant(int64(from)*dayMs), energy.Instant(int64(to)*dayMs)) {
		if !h.Forecast {
			days[dayOf(h.Start)]++
		}
	}
	return days, nil
}

// WeatherBetween returns the hours in which no sensor of the site measured the temperature.
func (s *Store) WeatherBetween(_ context.Context, site energy.SpaceID, from, to energy.Instant, limit int) ([]conditions.WeatherHour, error) {
	t := s.read()
	hours := []conditions.WeatherHour{}
	for _, h := range t.weatherIn(site, from, to) {
		sensed := slices.ContainsFunc(t.ambientIn(site, h.Start, h.Start.Add(hourMs)), func(a conditions.Ambient) bool { return a.Temperature != nil })
		if h.Temperature != nil && !sensed && (limit == 0 || len(hours) < limit) {
			hours = append(hours, h)
		}
	}
	return hours, nil
}

// SensorBias compares each reading of a site's sensors with the weather of its hour, m°C.
func (s *Store) SensorBias(_ context.Context, site energy.SpaceID, from, to energy.Instant) (above float64, hours int, err error) {
	t := s.read()
	readings, compared := 0, make(map[energy.Instant]bool)
	for _, a := range t.ambientIn(site, from, to) {
		h := t.weather.get(weatherKey{site, hourOf(a.At)})
		if a.Temperature == nil || h.Temperature == nil || h.Forecast {
			continue
		}
		readings++
		compared[h.Start] = true
		above += float64(*a.Temperature - *h.Temperature)
	}
	return above / float64(max(1, readings)), len(compared), nil
}
