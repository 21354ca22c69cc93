package conditions

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

// TestWeatherStandsBetweenReadings checks that weather fills the gaps of a sensor, and never has the instant of a reading.
func TestWeatherStandsBetweenReadings(t *testing.T) {
	degrees := func(n int64) *int64 { return &n }
	weather := []WeatherHour{{Start: 0, Temperature: degrees(20_000)}, {Start: energy.Instant(energy.HourMs), Temperature: degrees(21_000), Forecast: true}}
	readings := []Ambient{{Space: "site", At: 0, Humidity: degrees(60_000), Source: FromSensor}, {Space: "site", At: 5, Humidity: degrees(61_000), Source: FromSensor}}
	all := mergeWeather("site", readings, weather, 10)
	require.Equal(t, append(readings, Ambient{Space: "site", At: energy.Instant(energy.HourMs), Temperature: degrees(21_000), Source: FromWeather, Forecast: true}), all)
	require.Len(t, mergeWeather("site", readings, weather, 1), 1)

	people := 4.0
	hours := fillHours([]AmbientHour{{Start: 0, Occupancy: &people}, {Start: energy.Instant(2 * energy.HourMs), Occupancy: &people}}, weather)
	require.Len(t, hours, 3)
	require.InDelta(t, 20, *hours[0].Temperature, 0)
	require.Equal(t, &people, hours[0].Occupancy)
	require.InDelta(t, 21, *hours[1].Temperature, 0)
	require.Nil(t, hours[2].Temperature)
}
