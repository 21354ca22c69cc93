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
)

// answer is Open-Meteo's, with timeformat=unixtime. A measure that is not known is null.
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
	// thousandths are the units that measures are kept in.
	thousandths = 1000
)

// Bounds of what is weather at all: °C between the coldest and the hottest ever, and % of humidity.
var (
	temperatures = bounds{-90, 60}
	humidities   = bounds{0, 100}
)

type bounds struct{ least, most float64 }

// keep gives a measure in thousandths; nil where there is none, or none that can be.
func (b bounds) keep(v *float64) *int64 {
	if v == nil || math.IsNaN(*v) || *v < b.least || *v > b.most {
		return nil
	}
	n := int64(math.Round(*v * thousandths))
	return &n
}

// ErrUnreadable is an answer that is not what was asked for.
var ErrUnreadable = errors.New("WEATHER_URL: not an answer of Open-Meteo's")

func unreadable(why string) error { return fmt.Errorf("%w: %s", ErrUnreadable, why) }

// readAnswer gives the hours of [from, to), oldest first. It trusts nothing: a unit or a clock that is not the one asked for
// would be wrong weather for ever.
func readAnswer(body []byte, from, to energy.Instant) ([]energy.WeatherHour, error) {
	var a answer
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&a); err != nil {
		return nil, unreadable("broken JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, unreadable("something follows it")
	}
	hourly := a.Hourly
	switch {
	case a.UTCOffset == nil || *a.UTCOffset != 0 || a.Units.Time != "unixtime":
		return nil, unreadable("its hours are not in seconds of UTC")
	case a.Units.Temperature != "°C" || a.Units.Humidity != "%" && hourly.Humidity != nil:
		return nil, unreadable("its units are not °C and %")
	case len(hourly.Temperature) != len(hourly.Time) || hourly.Humidity != nil && len(hourly.Humidity) != len(hourly.Time):
		return nil, unreadable("its columns are not equally long")
	}
	hours := make([]energy.WeatherHour, 0, len(hourly.Time))
	for i, seconds := range hourly.Time {
		if seconds%hourS != 0 || i > 0 && seconds <= hourly.Time[i-1] || seconds > math.MaxInt64/secondMs {
			return nil, unreadable("its hours are not in order")
		}
		hour := energy.WeatherHour{Start: energy.Instant(seconds * secondMs), Temperature: temperatures.keep(hourly.Temperature[i])}
		if hour.Start < from || hour.Start >= to || hour.Temperature == nil {
			continue
		}
		if hourly.Humidity != nil {
			hour.Humidity = humidities.keep(hourly.Humidity[i])
		}
		hours = append(hours, hour)
	}
	return hours, nil
}

// longestReason is what is repeated of a reason.
const longestReason = 200

// refusal is an answer's status with the reason that Open-Meteo gives, as far as it is text.
func refusal(status int, body []byte) error {
	var said struct {
		Error  bool   `json:"error"`
		Reason string `json:"reason"`
	}
	if json.Unmarshal(body, &said) != nil || !said.Error || said.Reason == "" {
		return fmt.Errorf("WEATHER_URL: answered %d", status)
	}
	reason := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, said.Reason)
	if runes := []rune(reason); len(runes) > longestReason {
		reason = string(runes[:longestReason]) + "…"
	}
	return fmt.Errorf("WEATHER_URL: answered %d: %s", status, reason)
}
