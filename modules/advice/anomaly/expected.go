package anomaly

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Constants for learning the expected load.
const (
	// folds is the number of parts of the history, each predicted from the others, in spans of a fortnight or an eighth of a short history.
	folds, foldDays, shortHistory = 4, 14, 8 * 14
	// refitDays is the number of days after which a baseline is fitted again, on all trusted rows so far.
	refitDays = 28
)

// choose selects the kind of baseline that predicts the history best.
func (d *detector) choose() {
	d.model = baseline.Best(d.rows[:d.from])
}

// crossFit predicts each part of the history with baselines fitted on the other parts.
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

// refit fits a baseline to the trusted rows before a day.
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

// fit fits the kind of model that the history chose, or the mean week if the rows are not sufficient.
func (d *detector) fit(train []baseline.Row) baseline.Model {
	if m := baseline.FitAs(d.model, train); m != nil {
		return m
	}
	return baseline.Means(train)
}

// expect sets a model's prediction for a day, or the usual week if there is none.
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

// correction is the recent mean error of the baseline, by day kind and hour.
type correction [dayKinds]hourly

// Constants of the correction: how far it looks back, how fast old days lose weight, and how many days without error the level and each
// hour's difference from it are averaged with. Single hours are limited to a number of standard deviations.
const (
	correctionDays   = 42
	correctionMemory = 14.0
	levelShrink      = 1.0
	hourShrink       = 3.0
	trimmed          = 3.0
)

// correctionBefore learns from the days before a day that are not in a finding. For days of the history it does not change once the noise
// is known.
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
