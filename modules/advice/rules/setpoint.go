package rules

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Thresholds of rooms that are cooled too far.
const (
	// comfort is the minimum temperature that cooling needs to reach, °C; a room at tooCold or below is too cold.
	comfort, tooCold = 23.0, 22.5
	// A degree less of cooling saves some 3 to 5 % of its energy (US Department of Energy).
	perDegree, perDegreeLow, perDegreeHigh = 0.04, 0.03, 0.05
	coldDates                              = 10
	maxDegrees                             = 4.0
)

// setpoint finds air conditioning that keeps its room below comfort in opening hours.
func setpoint(s *preparedSubject) *Finding {
	if s.Kind != "ac" {
		return nil
	}
	var temps, dates []float64
	cooling := make([]float64, len(s.recent.Hours))
	for _, d := range s.dates {
		var room []float64
		for i := d.first; i < d.last; i++ {
			hour := s.recent.Hours[i]
			if hour.Open && s.free(i) && hour.KW >= s.levels.on && !math.IsNaN(hour.Indoor) {
				room = append(room, hour.Indoor)
				cooling[i] = hour.KWh()
			}
		}
		if len(room) > 0 {
			temps, dates = append(temps, room...), append(dates, history.Median(room))
		}
	}
	if len(dates) < coldDates {
		return nil
	}
	// Most dates must be cold, not only the median one.
	room := history.Median(temps)
	if room > tooCold || history.Percentile(dates, 0.75) > tooCold {
		return nil
	}
	degrees := min(comfort-room, maxDegrees)
	use := s.estimate("setpoint", cooling, s.dates)
	saving := Saving{KWh: use.KWh * perDegree * degrees, Low: use.Low * perDegreeLow * degrees, High: use.High * perDegreeHigh * degrees}
	wasted := make([]float64, len(cooling))
	for i, kwh := range cooling {
		wasted[i] = kwh * perDegree * degrees
	}
	f := &Finding{
		Kind: Setpoint, From: s.recent.Start, To: s.recent.End(), Saving: saving,
		Formula:    FormulaSetpoint,
		Confidence: s.certainty(len(dates), saving, 0.85),
		Figures: []Figure{
			{"room_temperature", room, "°C"},
			{"comfort_temperature", comfort, "°C"},
			{"degrees", degrees, "°C"},
			{"cooling", use.KWh, "kWh"},
			{"dates_watched", float64(len(dates)), "days"},
		},
		Weight: weightOf(s.recent, cooling),
	}
	f.prove(s.window, s.ofWhole(wasted, s.dates), true)
	f.Figures = append(f.Figures, Figure{"wasted", f.wastedInSpans(), "kWh"})
	return f
}
