package anomaly

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Of gaps. A connection that comes back within gapHours has lost nothing to act on.
const (
	gapHours = 6
	// Gaps on the same weekday that began within habitHours of the clock are of one kind; usualGaps of them within habitYear
	// are the meter's way, and only one that is longer by habitHours than any of them is said.
	habitHours, usualGaps = 6, 2
	habitYear             = 365 * dayHours
)

// findGaps finds stretches without a reading that are not of the meter's usual kind.
func findGaps(rows []baseline.Row, from int) []Finding {
	var faults []Finding
	gaps := runs(rows, 0, func(i int) bool { return math.IsNaN(rows[i].Load) })
	for n, g := range gaps {
		// What began in the history is judged from where the history ends.
		if g.from = max(g.from, from); g.to <= from {
			continue
		}
		if need := usualGap(rows, gaps[:n], g); g.to-g.from >= need {
			faults = append(faults, Finding{Kind: MeterGap, From: g.from, To: g.to, Known: g.from + need, Open: g.to == len(rows)})
		}
	}
	return faults
}

// usualGap is how many hours a gap must last to be said, by those before it.
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
