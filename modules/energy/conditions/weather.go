package conditions

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// WeatherHour is the outdoor weather at the beginning of a UTC hour, measured or forecast.
type WeatherHour struct {
	Start energy.Instant
	// Temperature is in m°C, Humidity in m%; nil is not known.
	Temperature, Humidity *int64
	// Forecast is true if the values were predicted before the hour began.
	Forecast bool
}

// Source is where an ambient measure comes from.
type Source string

// The sources: a sensor in the space itself, or a weather service for the site's coordinates.
const (
	FromSensor  Source = "sensor"
	FromWeather Source = "weather"
)

// Weather is a weather service for any place. It returns the hours of [from, to), whole UTC days, oldest first. Hours that it
// does not know are left out or have no values.
type Weather interface {
	// Archive returns the weather of the past: days that are ArchiveDelay or more before today.
	Archive(ctx context.Context, at campus.Coordinates, from, to energy.Instant) ([]WeatherHour, error)
	// Forecast returns the weather of the last days and the forecast of the next days.
	Forecast(ctx context.Context, at campus.Coordinates, from, to energy.Instant) ([]WeatherHour, error)
}

// WeatherRecords stores the hourly weather of sites, apart from the readings of their sensors.
type WeatherRecords interface {
	// LeaseWeather leases a site's weather sync until an instant, unless another process holds the lease. If the site's
	// coordinates changed, it deletes the weather of the old place and takes the lease at once.
	LeaseWeather(ctx context.Context, site energy.SpaceID, at campus.Coordinates, now, until energy.Instant) (leased bool, err error)
	// ScheduleWeather sets the instant of a site's next weather sync; LeaseWeather returns false before it.
	ScheduleWeather(ctx context.Context, site energy.SpaceID, until energy.Instant) error
	// StoreWeather stores hours in one transaction, replacing those stored before. A forecast never replaces an hour that is no
	// forecast, and an unknown value never replaces a known one. If a known value of the past changes, the change is recorded
	// as a past change of the site.
	StoreWeather(ctx context.Context, site energy.SpaceID, hours []WeatherHour) error
	// WeatherDays returns how many hours that are no forecast are stored for each UTC day of [from, to), in days since 1970.
	WeatherDays(ctx context.Context, site energy.SpaceID, from, to int32) (map[int32]int, error)
	// WeatherBetween returns the hours in [from, to) without a temperature of the site's own sensors, oldest first, up to
	// limit; 0 is no limit.
	WeatherBetween(ctx context.Context, site energy.SpaceID, from, to energy.Instant, limit int) ([]WeatherHour, error)
	// SensorBias returns by how many m°C, on average, the site's own sensors are above the weather in [from, to), and the
	// number of hours in which both are known. Forecasts do not count.
	SensorBias(ctx context.Context, site energy.SpaceID, from, to energy.Instant) (bias float64, hours int, err error)
}

// A site's sensors are compared with the weather of the last compareDays. The comparison needs at least compareHours: two days.
const (
	compareDays  = 14
	compareHours = 48
)

// adjustForecast shifts forecast hours by the bias of the site's own sensors, if there are any. A sensor in the sun, or higher
// than the service's grid, differs from the weather by a steady amount; the forecast must continue its measurements.
func adjustForecast(ctx context.Context, records WeatherRecords, site energy.SpaceID, weather []WeatherHour, now energy.Instant) error {
	first, _ := slices.BinarySearchFunc(weather, now, func(h WeatherHour, now energy.Instant) int { return cmp.Compare(h.Start, now+1) })
	if first == len(weather) {
		return nil
	}
	bias, hours, err := records.SensorBias(ctx, site, now.Add(-compareDays*energy.DayMs), now)
	if err != nil || hours < compareHours {
		return err
	}
	for i := range weather[first:] {
		shifted := *weather[first+i].Temperature + int64(math.Round(bias))
		weather[first+i].Temperature = &shifted
	}
	return nil
}

// OutdoorWeather returns the weather of a site that has coordinates, and nothing for any other space.
func OutdoorWeather(ctx context.Context, records WeatherRecords, space campus.Space, from, to energy.Instant, limit int) ([]WeatherHour, error) {
	if _, known := space.Coordinates(); !known || space.Kind != campus.KindSite || from >= to {
		return nil, nil
	}
	return records.WeatherBetween(ctx, space.ID, from, to, limit)
}

// fillHours adds the weather to the hours without a temperature of the site's own sensors.
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

// mergeWeather merges weather with a site's own readings, by instant, up to limit. At an instant with a reading, the weather is
// left out.
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
