package anomaly

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// Constants of scores.
const (
	// A deviation is relative to the usual one of its hour and day kind, which is at least visibleShare of the mean load.
	visibleShare = 0.15
	// aroundShare is the part of a score from the mean deviation of the hours around, weighted by a bell of aroundWidth hours, since
	// several unusual hours together are more unusual.
	aroundShare, aroundWidth = 0.8, 4.0
	// levelDays on each side define the level of a season, so that a busy month is not unusual as a whole.
	levelDays = 10
	// A run of one number is unusual from runFactor times the usual length on, which is at least minRun hours; each doubling adds runScore.
	runFactor, minRun, runScore, usualRunShare = 2, 3, 10.0, 0.95
	// noLoad is the score of a meter that reads zero.
	noLoad = 5.0
)

// Scores returns how unusual each of consecutive hours is, in robust standard deviations of the meter's deviations; 0 is usual. Unlike
// findings, scores use the whole span: an hour is judged by the hours before and after it. An hour without a reading has the score of the
// hours around it; a meter with too little data has only 0.
func Scores(rows []baseline.Row) []float64 {
	scores := make([]float64, len(rows))
	if len(rows) == 0 {
		return scores
	}
	runLengths, odd := oddRuns(rows)
	departures := departures(rows, func(i int) bool { return runLengths[i] > odd })
	for i := range scores {
		around := math.Abs(meanAround(departures, i))
		scores[i] = around
		if math.IsNaN(departures[i]) {
			continue
		}
		scores[i] = aroundShare*around + (1-aroundShare)*math.Abs(departures[i])
		if runLengths[i] > odd {
			scores[i] += runScore * math.Log2(runLengths[i]/odd)
		}
		if rows[i].Load <= 0 {
			scores[i] += noLoad
		}
	}
	return scores
}

// oddRuns returns the length of each hour's run of one number, and the length in hours above which a run is unusual.
func oddRuns(rows []baseline.Row) (lengths []float64, odd float64) {
	lengths = make([]float64, len(rows))
	var known []float64
	for i := 0; i < len(rows); {
		end := i + 1
		for end < len(rows) && rows[end].Load == rows[i].Load {
			end++
		}
		for j := i; j < end; j++ {
			if lengths[j] = float64(end - i); !math.IsNaN(rows[j].Load) {
				known = append(known, lengths[j])
			}
		}
		i = end
	}
	if len(known) == 0 {
		return lengths, math.Inf(1)
	}
	return lengths, runFactor * max(minRun, history.Percentile(known, usualRunShare))
}

// departures returns the deviations of hours from their expectation from the other hours, in standard deviations; NaN if unknown. Untrusted
// hours are judged, but not used for learning.
func departures(rows []baseline.Row, untrusted func(i int) bool) []float64 {
	away := make([]float64, len(rows))
	trusted := make([]baseline.Row, len(rows))
	for i, r := range rows {
		if away[i] = math.NaN(); untrusted(i) {
			r.Load = math.NaN()
		}
		trusted[i] = r
	}
	d := &detector{rows: trusted, from: len(rows), days: layDays(trusted)}
	d.first = len(d.days)
	var known bool
	if d.week, known = weekOf(trusted); !known {
		return away
	}
	d.choose()
	d.crossFit()
	for k := range d.days {
		for h, row := range d.days[k].row {
			if row >= 0 {
				away[row] = rows[row].Load - d.days[k].base[h]
			}
		}
	}
	d.withoutLevel(away)
	d.standardise(away)
	return away
}

// withoutLevel subtracts from each day's deviations the median of the days around it.
func (d *detector) withoutLevel(away []float64) {
	byDay := make([][]float64, len(d.days))
	for k := range d.days {
		for _, row := range d.days[k].row {
			if row >= 0 && !math.IsNaN(away[row]) {
				byDay[k] = append(byDay[k], away[row])
			}
		}
	}
	around := make([]float64, 0, (2*levelDays+1)*dayHours)
	for k := range d.days {
		around = around[:0]
		for j := max(0, k-levelDays); j <= min(len(d.days)-1, k+levelDays); j++ {
			around = append(around, byDay[j]...)
		}
		level := history.Median(around)
		for _, row := range d.days[k].row {
			if row >= 0 {
				away[row] -= level
			}
		}
	}
}

// standardise divides by the robust standard deviation of the hour and day kind.
func (d *detector) standardise(away []float64) {
	var sizes [dayKinds][dayHours][]float64
	for k := range d.days {
		for h, row := range d.days[k].row {
			if row >= 0 && !math.IsNaN(away[row]) {
				kind := d.days[k].kind
				sizes[kind][h] = append(sizes[kind][h], math.Abs(away[row]))
			}
		}
	}
	var spread correction
	for kind := range dayKinds {
		for h := range dayHours {
			if spread[kind][h] = visibleShare * d.week.mean; len(sizes[kind][h]) > 0 {
				spread[kind][h] = max(spread[kind][h], robustFactor*history.Median(sizes[kind][h]))
			}
		}
	}
	for k := range d.days {
		for h, row := range d.days[k].row {
			if row >= 0 {
				away[row] /= spread[d.days[k].kind][h]
			}
		}
	}
}

// meanAround returns the mean of the known deviations around an hour, weighted by a bell; 0 if there are none.
func meanAround(departures []float64, i int) float64 {
	const reach = int(2 * aroundWidth)
	var sum, weights float64
	for j := max(0, i-reach); j <= min(len(departures)-1, i+reach); j++ {
		if v := departures[j]; !math.IsNaN(v) {
			away := float64(i - j)
			w := math.Exp(-away * away / (2 * aroundWidth * aroundWidth))
			sum, weights = sum+w*v, weights+w
		}
	}
	if weights == 0 {
		return 0
	}
	return sum / weights
}
