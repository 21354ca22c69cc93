package rules

import "github.com/holotwin/holotwin/modules/advice/history"

// stateMismatchRule finds a device that draws power while its state is off: a stuck relay, or a wrong state.
var stateMismatchRule = hourRule{
	kind:       StateMismatch,
	formula:    FormulaStateMismatch,
	applies:    func(s *preparedSubject) bool { return s.Kind != "sensor" },
	waste:      mismatched,
	observes:   statesKnown,
	minDates:   2,
	confidence: func(*preparedSubject, []float64) float64 { return 0.95 },
}

// offKW is the maximum power of a device that is off, kW.
const offKW = 0.003

func mismatched(s *preparedSubject) []float64 {
	limit := max(offKW, 2*s.StandbyW/1000, 0.1*s.levels.top)
	waste := make([]float64, len(s.recent.Hours))
	for i, hour := range s.recent.Hours {
		if s.free(i) && hour.State == history.Off && hour.KW > limit {
			waste[i] = hour.KWh()
		}
	}
	return waste
}

// statesKnown reports whether the device reported its state on a date.
func statesKnown(s *preparedSubject, d date) bool {
	for _, hour := range s.recent.Hours[d.first:d.last] {
		if hour.State != history.Unknown && hour.Known() {
			return true
		}
	}
	return false
}
