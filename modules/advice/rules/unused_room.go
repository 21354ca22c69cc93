package rules

import "math"

// unusedRoomRule finds devices that run in opening hours while the room is empty.
var unusedRoomRule = hourRule{
	kind:    UnusedRoom,
	formula: FormulaUnusedRoom,
	applies: func(s *preparedSubject) bool {
		return switchable[s.Kind] || s.Kind == "meter" || s.Kind == "room"
	},
	waste:      unused,
	observes:   occupancyKnown,
	minDates:   4,
	confidence: func(*preparedSubject, []float64) float64 { return 0.9 },
}

const (
	// A room is empty if the mean number of persons in an hour is below emptyBelow.
	emptyBelow = 0.05
	// emptyRun is the minimum number of consecutive empty hours, longer than a lunch break.
	emptyRun = 2
)

func unused(s *preparedSubject) []float64 {
	waste := make([]float64, len(s.recent.Hours))
	empty := func(i int) bool {
		hour := s.recent.Hours[i]
		return s.free(i) && hour.Open && hour.Occupancy < emptyBelow && hour.KW >= s.levels.on
	}
	s.runs(empty, func(from, to int) {
		if to-from < emptyRun {
			return
		}
		for i := from; i < to; i++ {
			waste[i] = s.above(i, s.levels.idle)
		}
	})
	return waste
}

// occupancyKnown reports whether occupancy was measured on a date.
func occupancyKnown(s *preparedSubject, d date) bool {
	for _, hour := range s.recent.Hours[d.first:d.last] {
		if !math.IsNaN(hour.Occupancy) {
			return true
		}
	}
	return false
}
