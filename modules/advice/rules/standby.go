package rules

import "github.com/holotwin/holotwin/modules/advice/history"

// standbyRule finds devices that draw power for many hours while idle.
var standbyRule = hourRule{
	kind:       StandbyLoad,
	formula:    FormulaStandby,
	applies:    idles,
	waste:      idling,
	minDates:   3,
	confidence: func(*preparedSubject, []float64) float64 { return 0.95 },
}

const (
	// minStandby is the power that no idle device needs, kW: since 2013 the EU allows 0.5 to 1 W, and less than 2 W is not worth the
	// effort.
	minStandby = 0.002
	idleRun    = 4
	// usedShare is the minimum share of hours in which a device must run; otherwise idling may be its normal work.
	usedShare = 0.02
)

// idles reports whether a device has an idle level: it runs at times, or its standby power is known.
func idles(s *preparedSubject) bool {
	if !isSingle(s.Kind) || s.levels.idle < minStandby {
		return false
	}
	if s.StandbyW > 0 {
		return s.levels.idle >= 0.5*s.StandbyW/1000
	}
	all := s.recent.Count(history.Hour.Known)
	running := s.recent.Count(func(h history.Hour) bool { return h.Known() && h.KW >= s.levels.on })
	return float64(running) >= usedShare*float64(all) && running < all
}

func idling(s *preparedSubject) []float64 {
	waste := make([]float64, len(s.recent.Hours))
	idle := func(i int) bool {
		kw := s.recent.Hours[i].KW
		return s.free(i) && kw >= minStandby && kw < s.levels.on
	}
	s.runs(idle, func(from, to int) {
		if to-from < idleRun {
			return
		}
		for i := from; i < to; i++ {
			hour := s.recent.Hours[i]
			waste[i] = min(hour.KW, s.levels.idle) * hour.Share
		}
	})
	return waste
}
