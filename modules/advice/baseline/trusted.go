package baseline

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Bounds of what may bend a fit.
const (
	// stuckHours of one and the same load, to the last digit, are a fault where that comes at most once in stuckApart days. A
	// meter that does so every weekend is as it is.
	stuckHours, stuckApart = 24, 28
	// widest is how far from the median of its hour of the week a load counts, in interquartile ranges, or in usual departures
	// upwards, whichever are wider: a spike counts as much as that and no more (winsorizing), and what is used rarely is no
	// spike. On 82 spans of real meters 4 to 8 are alike.
	widest = 6
)

// trusted are the rows as a fit may use them: without the hours in which the meter was stuck, and with its spikes cut.
func trusted(rows []Row) []Row {
	clean := slices.Clone(rows)
	stuck := stuckRuns(rows)
	if days := rows[len(rows)-1].Date - rows[0].Date + 1; len(stuck)*stuckApart <= days+stuckApart {
		for _, run := range stuck {
			for i := run.from; i < run.to; i++ {
				clean[i].Load = math.NaN()
			}
		}
	}
	low, high := usualRange(clean)
	for i, r := range clean {
		if r.Day != history.Usual {
			continue // it may lie far from its weekday
		}
		clean[i].Load = min(max(r.Load, low[r.WeekHour]), high[r.WeekHour]) // NaN stays
	}
	return clean
}

type span struct{ from, to int }

// stuckRuns are the runs of the same load on usual days: one that is shut may draw the same for long.
func stuckRuns(rows []Row) (runs []span) {
	from := 0
	for i := range rows {
		if rows[i].Load == rows[from].Load && rows[i].Day == history.Usual && rows[from].Day == history.Usual {
			if i+1 < len(rows) {
				continue
			}
			i++
		}
		if i-from >= stuckHours {
			runs = append(runs, span{from, i})
		}
		from = i
	}
	return runs
}

// usualRange bounds the loads of each hour of the week around their median, by its own spread or that of all hours,
// whichever is wider.
func usualRange(rows []Row) (low, high [WeekHours]float64) {
	var loads [WeekHours][]float64
	for _, r := range rows {
		if !math.IsNaN(r.Load) && r.Day == history.Usual {
			loads[r.WeekHour] = append(loads[r.WeekHour], r.Load)
		}
	}
	var middle, spread [WeekHours]float64
	typical := 0.0
	for h, l := range loads {
		if n := len(l); n > 0 {
			slices.Sort(l)
			middle[h], spread[h] = l[n/2], l[3*n/4]-l[n/4]
			typical += spread[h] / WeekHours
		}
	}
	typical = max(typical, usualRise(rows, middle))
	for h := range low {
		reach := widest * max(spread[h], typical)
		low[h], high[h] = middle[h]-reach, middle[h]+reach
	}
	return low, high
}

// usualRise is the median of what loads lie above the median of their hour of the week, of those that do.
func usualRise(rows []Row, middle [WeekHours]float64) float64 {
	var rises []float64
	for _, r := range rows {
		if rise := r.Load - middle[r.WeekHour]; rise > 0 && r.Day == history.Usual {
			rises = append(rises, rise)
		}
	}
	if len(rises) == 0 {
		return 0
	}
	slices.Sort(rises)
	return rises[len(rises)/2]
}
