package baseline

import (
	"math"
	"sync"
)

// Constants of the seasonal correction. Width and shrinkage were chosen by the median error on 82 spans of real meters.
const (
	yearDays = 366
	dayTypes = 3 // working days, Saturdays, Sundays
	// seasonWidth is the standard deviation of the weights, seasonReach the distance where they end, days.
	seasonWidth = 14.0
	seasonReach = 45
	// seasonShrink is the number of days without error that every correction is averaged with.
	seasonShrink = 5.0
)

// seasonal corrects a model by the time of year: terms and holidays of universities return in the same weeks. The correction of an hour of
// a day type is the model's mean error at that hour on days of the same type in the same season, weighted by their distance in days, and
// shrunk towards zero if few days are near.
type seasonal struct {
	base Model
	*corrections
}

// corrections are computed for a day of the year at its first use, since most fits need only a few weeks.
type corrections struct {
	sums, counts [yearDays][dayTypes][dayHours]float64
	seen         [yearDays][dayTypes]bool
	once         [yearDays]sync.Once
	by           [yearDays][dayTypes][dayHours]float64
}

func newSeasonal(base Model, rows []Row) Model {
	m := seasonal{base: base, corrections: new(corrections)}
	for _, r := range rows {
		if e := r.Load - base.Predict(r); !math.IsNaN(e) {
			s, t, h := r.place()
			m.sums[s][t][h] += e
			m.counts[s][t][h]++
			m.seen[s][t] = true
		}
	}
	return m
}

// compute sets the corrections of a day of the year from the days near it.
func (c *corrections) compute(s int) {
	var weighed, weights [dayTypes][dayHours]float64
	for away := -seasonReach; away <= seasonReach; away++ {
		near, w := (s+away+yearDays)%yearDays, seasonWeights[away+seasonReach]
		for t := range dayTypes {
			if !c.seen[near][t] {
				continue
			}
			for h := range dayHours {
				weighed[t][h] += w * c.sums[near][t][h]
				weights[t][h] += w * c.counts[near][t][h]
			}
		}
	}
	for t := range dayTypes {
		for h := range dayHours {
			c.by[s][t][h] = weighed[t][h] / (weights[t][h] + seasonShrink)
		}
	}
}

// seasonWeights are the weights by distance in days, starting at -seasonReach.
var seasonWeights = func() (w [2*seasonReach + 1]float64) {
	for i := range w {
		away := float64(i - seasonReach)
		w[i] = math.Exp(-away * away / (2 * seasonWidth * seasonWidth))
	}
	return w
}()

// place returns the day of the year, the day type and the hour of day.
func (r Row) place() (season, dayType, hour int) {
	switch r.WeekHour / dayHours {
	case 5:
		dayType = 1
	case 6:
		dayType = 2
	}
	// This is exact to a day or two, which is small against the width of a season.
	return int(math.Mod(float64(r.Date), 365.2425)), dayType, r.WeekHour % dayHours
}

func (m seasonal) Name() Name { return m.base.Name() }

func (m seasonal) Predict(r Row) float64 {
	s, t, h := r.place()
	m.once[s].Do(func() { m.compute(s) })
	return max(0, m.base.Predict(r)+m.by[s][t][h])
}
