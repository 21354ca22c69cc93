package baseline

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Limits of faulty data in a fit.
const (
	// stuckHours with exactly the same load are a fault if that happens at most once in stuckApart days. For a meter that does so every
	// weekend it is normal.
	stuckHours, stuckApart = 24, 28
	// widest is the maximum distance of a load from the median of its hour of the week, in interquartile ranges or in usual upward
	// deviations, whichever is wider. A spike is cut to it (winsorizing), and rare use is not a spike. On 82 spans of real meters, 4 to 8
	// give similar results.
	widest = 6
)

// trusted returns the rows for a fit: without the hours of a stuck meter, and with spikes cut.
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
			continue // it may be far from its weekday
		}
		clean[i].Load = min(max(r.Load, low[r.WeekHour]), high[r.WeekHour]) // NaN stays
	}
	return clean
}

type span struct{ from, to int }

// stuckRuns returns the runs of the same load on usual days; on a closed day the load may be constant for long.
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

// usualRise returns the median distance of loads above the median of their hour of the week, among loads above it.
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
