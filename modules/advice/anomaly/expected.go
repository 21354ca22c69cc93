package anomaly

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Of learning what to expect.
const (
	// folds of the history are told by what the others teach, in spans of a fortnight or an eighth of a short history.
	folds, foldDays, shortHistory = 4, 14, 8 * 14
	// refitDays is how long a baseline is used before it is fitted anew, on all that was trusted so far.
	refitDays = 28
)

// choose takes the kind of baseline that predicts the history best.
func (d *detector) choose() {
	d.model = baseline.Best(d.rows[:d.from])
}

// crossFit gives the history what baselines expect of it that have not seen it.
func (d *detector) crossFit() {
	span := foldDays
	if d.first < shortHistory {
		span = max(1, d.first/(shortHistory/foldDays))
	}
	origin := d.rows[0].Date
	for fold := range folds {
		var train []baseline.Row
		for _, r := range d.rows[:d.from] {
			if (r.Date-origin)/span%folds != fold {
				train = append(train, r)
			}
		}
		m := d.fit(train)
		for k := range d.first {
			if k/span%folds == fold {
				d.expect(m, k)
			}
		}
	}
}

// refit fits a baseline to what was trusted before a day.
func (d *detector) refit(before int) baseline.Model {
	origin := d.rows[0].Date
	var train []baseline.Row
	for _, r := range d.rows {
		k := r.Date - origin
		if k >= before {
			break
		}
		if d.days[k].taken {
			r.Load = math.NaN()
		}
		train = append(train, r)
	}
	return d.fit(train)
}

// fit is the model that the history chose, or the mean week where the rows cannot carry it.
func (d *detector) fit(train []baseline.Row) baseline.Model {
	if m := baseline.FitAs(d.model, train); m != nil {
		return m
	}
	return baseline.Means(train)
}

// expect tells what a model expects of a day, or the usual week where it cannot.
func (d *detector) expect(m baseline.Model, k int) {
	day := &d.days[k]
	known := 0
	for h, row := range day.row {
		if row < 0 {
			continue
		}
		if day.base[h] = m.Predict(d.rows[row]); math.IsNaN(day.base[h]) {
			day.base[h] = d.week.usual[day.weekHour(h)]
		}
		if !math.IsNaN(day.load[h]) {
			known++
		}
	}
	day.skipped = known < minHours
}

// correction is the recent mean of what the baseline misses, by day kind and hour.
type correction [dayKinds]hourly

// Of the correction: how far it looks back, how fast it forgets, and with how many days without error the level and each
// hour's departure from it are taken. Single hours count no more than so many standard deviations.
const (
	correctionDays   = 42
	correctionMemory = 14.0
	levelShrink      = 1.0
	hourShrink       = 3.0
	trimmed          = 3.0
)

// correctionBefore learns from the days before one that are in no finding. Those of the history do not change once the noise is
// known.
func (d *detector) correctionBefore(before int) correction {
	if before >= len(d.learnt) {
		return d.correct(before)
	}
	if d.learnt[before] == nil {
		c := d.correct(before)
		d.learnt[before] = &c
	}
	return *d.learnt[before]
}

func (d *detector) correct(before int) (c correction) {
	var sums, weights correction
	var level, whole float64
	for k := max(0, before-correctionDays); k < before; k++ {
		day := &d.days[k]
		if day.skipped || day.taken {
			continue
		}
		w := math.Exp(-float64(before-1-k) / correctionMemory)
		for h := range dayHours {
			r := day.load[h] - day.base[h]
			if math.IsNaN(r) {
				continue
			}
			if limit := trimmed * d.noise.spread[day.kind][h]; limit > 0 {
				r = clip(r, limit)
			}
			sums[day.kind][h] += w * r
			weights[day.kind][h] += w
			level, whole = level+w*r, whole+w
		}
	}
	if whole == 0 {
		return c
	}
	level /= whole + levelShrink*dayHours
	for kind := range dayKinds {
		for h := range dayHours {
			w := weights[kind][h]
			c[kind][h] = level + (sums[kind][h]-w*level)/(w+hourShrink)
		}
	}
	return c
}

func clip(v, limit float64) float64 { return max(-limit, min(limit, v)) }
