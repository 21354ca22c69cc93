package anomaly

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Thresholds of gaps. A connection that returns within gapHours needs no action.
const (
	gapHours = 6
	// Gaps on the same weekday that start within habitHours of the same clock time are of one kind. usualGaps of them within habitYear are
	// usual for the meter; then only a gap longer than all of them by habitHours is reported.
	habitHours, usualGaps = 6, 2
	habitYear             = 365 * dayHours
)

// findGaps finds ranges without a reading that are not usual for the meter.
func findGaps(rows []baseline.Row, from int) []Finding {
	var faults []Finding
	gaps := runs(rows, 0, func(i int) bool { return math.IsNaN(rows[i].Load) })
	for n, g := range gaps {
		// A gap that began in the history is judged from the end of the history.
		if g.from = max(g.from, from); g.to <= from {
			continue
		}
		if need := usualGap(rows, gaps[:n], g); g.to-g.from >= need {
			faults = append(faults, Finding{Kind: MeterGap, From: g.from, To: g.to, Known: g.from + need, Open: g.to == len(rows)})
		}
	}
	return faults
}

// usualGap returns the minimum length in hours of a reported gap, according to earlier ones.
func usualGap(rows []baseline.Row, before []run, g run) int {
	alike, longest := 0, 0
	for _, b := range before {
		if g.from-b.to > habitYear || rows[b.from].WeekHour/dayHours != rows[g.from].WeekHour/dayHours {
			continue
		}
		if away := rows[b.from].WeekHour - rows[g.from].WeekHour; max(away, -away) <= habitHours {
			alike, longest = alike+1, max(longest, b.to-b.from)
		}
	}
	if alike < usualGaps {
		return gapHours
	}
	return max(gapHours, longest+habitHours)
}
