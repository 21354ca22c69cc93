package conditions

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// LatestAmbient is the latest of each measure of a space; nil is not measured.
type LatestAmbient struct {
	Temperature, Humidity, CO2, Occupancy *LatestMeasure
}

// LatestMeasure is a measure in the units of Ambient, with its instant and source.
type LatestMeasure struct {
	Value  int64
	At     energy.Instant
	Source Source
}

// LatestValues returns the last stored values of devices and spaces.
type LatestValues interface {
	// LastReadings returns each device's last n readings, newest first; a device that never reported is left out.
	LastReadings(ctx context.Context, devices []energy.DeviceID, n int) (map[energy.DeviceID][]energy.Reading, error)
	// LatestStates returns each device's last change at or before an instant; a device without a change is left out.
	LatestStates(ctx context.Context, devices []energy.DeviceID, at energy.Instant) (map[energy.DeviceID]StateChange, error)
	// LatestAmbient returns the latest measures of spaces in [from, to].
	LatestAmbient(ctx context.Context, spaces []energy.SpaceID, from, to energy.Instant) (map[energy.SpaceID]LatestAmbient, error)
}

// FillOutdoors sets a site's latest measures from the last hour of the weather, if its own sensor's measure is an hour older or
// missing.
func (a *LatestAmbient) FillOutdoors(weather []WeatherHour) {
	if len(weather) == 0 {
		return
	}
	w := weather[len(weather)-1]
	for _, m := range []struct {
		latest **LatestMeasure
		value  *int64
	}{{&a.Temperature, w.Temperature}, {&a.Humidity, w.Humidity}} {
		if m.value != nil && (*m.latest == nil || w.Start >= (*m.latest).At.Add(energy.HourMs)) {
			*m.latest = &LatestMeasure{Value: *m.value, At: w.Start, Source: FromWeather}
		}
	}
}
