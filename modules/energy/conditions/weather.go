package conditions

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// WeatherHour is what it was, or will be, like outdoors at the beginning of an hour of UTC.
type WeatherHour struct {
	Start energy.Instant
	// Temperature is in m°C, Humidity in m%; nil is not known.
	Temperature, Humidity *int64
	// Forecast is true for what was told before the hour came.
	Forecast bool
}

// Source is where an ambient measure comes from.
type Source string

// The sources: a sensor in the space itself, or a weather service for the site's coordinates.
const (
	FromSensor  Source = "sensor"
	FromWeather Source = "weather"
)

// Weather is a service that knows the weather of any place. It gives the hours of [from, to), whole days of UTC, oldest
// first; those that it does not know are left out or hold nothing.
type Weather interface {
	// Archive tells what was: days that lie ArchiveDelay or more before today.
	Archive(ctx context.Context, at campus.Coordinates, from, to energy.Instant) ([]WeatherHour, error)
	// Forecast tells what was in the last days and what is expected in the next.
	Forecast(ctx context.Context, at campus.Coordinates, from, to energy.Instant) ([]WeatherHour, error)
}

// WeatherRecords keeps the hourly weather of sites, apart from what their sensors measured.
type WeatherRecords interface {
	// LeaseWeather takes the care of a site's weather until an instant, unless it is in care already; of several processes
	// one gets it. What was kept of another place is forgotten, and the care is then taken at once.
	LeaseWeather(ctx context.Context, site energy.SpaceID, at campus.Coordinates, now, until energy.Instant) (mine bool, err error)
	// ScheduleWeather says that a site's weather needs no care before an instant.
	ScheduleWeather(ctx context.Context, site energy.SpaceID, until energy.Instant) error
	// StoreWeather keeps hours in the place of those that are there, in one transaction. A forecast never replaces what was,
	// and what is not known replaces nothing that is. Where what was known of the past changes, it is a past change of
	// the site.
	StoreWeather(ctx context.Context, site energy.SpaceID, hours []WeatherHour) error
	// WeatherDays tells how many hours that are no forecast are kept of each day of [from, to), by days since 1970 of UTC.
	WeatherDays(ctx context.Context, site energy.SpaceID, from, to int32) (map[int32]int, error)
	// WeatherBetween gives the hours in [from, to) whose temperature the site's own sensors do not tell, oldest first, up to
	// limit; 0 is all.
	WeatherBetween(ctx context.Context, site energy.SpaceID, from, to energy.Instant, limit int) ([]WeatherHour, error)
	// SensorBias tells by how many m°C the site's own sensors read above the weather in [from, to), on average, and in how
	// many hours both are known; forecasts do not count.
	SensorBias(ctx context.Context, site energy.SpaceID, from, to energy.Instant) (above float64, hours int, err error)
}

// What of the last weeks a site's sensors are compared with the weather on, and the hours that this needs: two days.
const (
	compareDays  = 14
	compareHours = 48
)

// adjustForecast puts forecast hours on the level of the site's own sensors, where there are any: one in the sun, or above the
// plain that a service knows, is a steady bit off, and what follows what it measured has to be off alike.
func adjustForecast(ctx context.Context, records WeatherRecords, site energy.SpaceID, weather []WeatherHour, now energy.Instant) error {
	first, _ := slices.BinarySearchFunc(weather, now, func(h WeatherHour, now energy.Instant) int { return cmp.Compare(h.Start, now+1) })
	if first == len(weather) {
		return nil
	}
	above, hours, err := records.SensorBias(ctx, site, now.Add(-compareDays*energy.DayMs), now)
	if err != nil || hours < compareHours {
		return err
	}
	for i := range weather[first:] {
		shifted := *weather[first+i].Temperature + int64(math.Round(above))
		weather[first+i].Temperature = &shifted
	}
	return nil
}

// OutdoorWeather returns a space's weather where it is a site that has coordinates; what is inside has its own sensors or nothing.
func OutdoorWeather(ctx context.Context, records WeatherRecords, space campus.Space, from, to energy.Instant, limit int) ([]WeatherHour, error) {
	if _, known := space.Coordinates(); !known || space.Kind != campus.KindSite || from >= to {
		return nil, nil
	}
	return records.WeatherBetween(ctx, space.ID, from, to, limit)
}

// fillHours puts the weather into the hours that a site's own sensors say no temperature of.
func fillHours(measured []AmbientHour, weather []WeatherHour) []AmbientHour {
	all := make([]AmbientHour, 0, len(measured)+len(weather))
	i := 0
	for _, w := range weather {
		for i < len(measured) && measured[i].Start < w.Start {
			all, i = append(all, measured[i]), i+1
		}
		degrees := float64(*w.Temperature) / 1000
		hour := AmbientHour{Start: w.Start, Temperature: &degrees}
		if i < len(measured) && measured[i].Start == w.Start {
			hour.Occupancy, i = measured[i].Occupancy, i+1
		}
		all = append(all, hour)
	}
	return append(all, measured[i:]...)
}

// mergeWeather puts weather between a site's own readings, by instant, and cuts at limit. An instant that a reading has
// is the reading's.
func mergeWeather(site energy.SpaceID, readings []Ambient, weather []WeatherHour, limit int) []Ambient {
	all := make([]Ambient, 0, len(readings)+len(weather))
	i := 0
	for _, w := range weather {
		for i < len(readings) && readings[i].At < w.Start {
			all, i = append(all, readings[i]), i+1
		}
		if i < len(readings) && readings[i].At == w.Start {
			continue
		}
		all = append(all, Ambient{Space: site, At: w.Start, Temperature: w.Temperature, Humidity: w.Humidity, Source: FromWeather, Forecast: w.Forecast})
	}
	all = append(all, readings[i:]...)
	return all[:min(limit, len(all))]
}
