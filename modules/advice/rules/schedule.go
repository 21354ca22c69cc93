package rules

// scheduleRule finds devices that start hours before a space opens or stop hours after it closes, most days.
var scheduleRule = hourRule{
	kind:    Schedule,
	formula: FormulaSchedule,
	applies: func(s *preparedSubject) bool {
		return (s.Kind == "ac" || s.Kind == "lighting") && !s.Calendar.Assumed
	},
	waste:      offSchedule,
	observes:   func(_ *preparedSubject, d date) bool { return d.open },
	minDates:   4,
	confidence: func(*preparedSubject, []float64) float64 { return 0.9 },
}

const (
	minEdgeHours, maxEdgeHours = 2, 4
	// minDayShare is the minimum share of open dates with such an hour; fewer dates are single evenings.
	minDayShare = 0.5
)

func offSchedule(s *preparedSubject) []float64 {
	waste := make([]float64, len(s.recent.Hours))
	running := func(i int) bool { return s.free(i) && s.recent.Hours[i].KW >= s.levels.on }
	edges, opens := 0, 0
	s.closedRuns(func(from, to int) {
		if from == 0 || to == len(s.recent.Hours) {
			return
		}
		opens++
		late, early := from, to
		for late < to && running(late) {
			late++
		}
		for early > late && running(early-1) {
			early--
		}
		if isEdge(late - from) {
			edges++
			s.waste(waste, from+grace, late)
		}
		if isEdge(to - early) {
			edges++
			s.waste(waste, early, to-grace)
		}
	})
	if float64(edges) < minDayShare*float64(opens) {
		clear(waste)
	}
	return waste
}

func isEdge(hours int) bool { return hours >= minEdgeHours && hours <= maxEdgeHours }

func (s *preparedSubject) waste(waste []float64, from, to int) {
	for i := from; i < to; i++ {
		waste[i] = s.above(i, s.levels.idle)
	}
}
