package weather

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

// answer is Open-Meteo's answer with timeformat=unixtime. An unknown value is null.
type answer struct {
	UTCOffset *int `json:"utc_offset_seconds"`
	Units     struct {
		Time        string `json:"time"`
		Temperature string `json:"temperature_2m"`
		Humidity    string `json:"relative_humidity_2m"`
	} `json:"hourly_units"`
	Hourly struct {
		Time        []int64    `json:"time"`
		Temperature []*float64 `json:"temperature_2m"`
		Humidity    []*float64 `json:"relative_humidity_2m"`
	} `json:"hourly"`
}

const (
	secondMs = 1000
	hourS    = 3600
	// thousandths is the factor from °C or % to the stored unit.
	thousandths = 1000
)

// Plausible values: °C about between the coldest and the hottest ever measured, and % of humidity.
var (
	temperatures = bounds{-90, 60}
	humidities   = bounds{0, 100}
)

type bounds struct{ min, max float64 }

// inThousandths returns a value in thousandths; nil if it is missing or implausible.
func (b bounds) inThousandths(v *float64) *int64 {
	if v == nil || math.IsNaN(*v) || *v < b.min || *v > b.max {
		return nil
	}
	n := int64(math.Round(*v * thousandths))
	return &n
}

// ErrUnreadable is an answer that is not a valid answer to the request.
var ErrUnreadable = errors.New("WEATHER_URL: not a valid Open-Meteo answer")

func unreadable(why string) error { return fmt.Errorf("%w: %s", ErrUnreadable, why) }

// readAnswer returns the hours of [from, to), oldest first. It checks everything: a wrong unit or time zone would store wrong
// weather for ever.
func readAnswer(body []byte, from, to energy.Instant) ([]conditions.WeatherHour, error) {
	var a answer
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&a); err != nil {
		return nil, unreadable("invalid JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, unreadable("text after the JSON object")
	}
	hourly := a.Hourly
	switch {
	case a.UTCOffset == nil || *a.UTCOffset != 0 || a.Units.Time != "unixtime":
		return nil, unreadable("the hours are not in seconds of UTC")
	case a.Units.Temperature != "°C" || a.Units.Humidity != "%" && hourly.Humidity != nil:
		return nil, unreadable("the units are not °C and %")
	case len(hourly.Temperature) != len(hourly.Time) || hourly.Humidity != nil && len(hourly.Humidity) != len(hourly.Time):
		return nil, unreadable("the columns differ in length")
	}
	hours := make([]conditions.WeatherHour, 0, len(hourly.Time))
	for i, seconds := range hourly.Time {
		if seconds%hourS != 0 || i > 0 && seconds <= hourly.Time[i-1] || seconds > math.MaxInt64/secondMs {
			return nil, unreadable("the hours are not whole hours in ascending order")
		}
		hour := conditions.WeatherHour{Start: energy.Instant(seconds * secondMs), Temperature: temperatures.inThousandths(hourly.Temperature[i])}
		if hour.Start < from || hour.Start >= to || hour.Temperature == nil {
			continue
		}
		if hourly.Humidity != nil {
			hour.Humidity = humidities.inThousandths(hourly.Humidity[i])
		}
		hours = append(hours, hour)
	}
	return hours, nil
}

// maxReason is the maximum number of characters of a reason in an error.
const maxReason = 200

// refusal returns an error with the status and Open-Meteo's reason, without control characters.
func refusal(status int, body []byte) error {
	var refused struct {
		Error  bool   `json:"error"`
		Reason string `json:"reason"`
	}
	if json.Unmarshal(body, &refused) != nil || !refused.Error || refused.Reason == "" {
		return fmt.Errorf("WEATHER_URL: answered %d", status)
	}
	reason := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, refused.Reason)
	if runes := []rune(reason); len(runes) > maxReason {
		reason = string(runes[:maxReason]) + "…"
	}
	return fmt.Errorf("WEATHER_URL: answered %d: %s", status, reason)
}
