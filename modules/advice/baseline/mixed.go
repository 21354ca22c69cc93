package baseline

import "math"

// mixed is the weighted mean of a model and a simpler one. If a history has little information on weather or season, the prediction is
// closer to the simpler model, whose error is smaller then.
type mixed struct {
	model  Model
	plain  Model
	weight float64 // weight of the model, 0 to 1
}

func (m mixed) Name() Name { return m.model.Name() }

func (m mixed) Predict(r Row) float64 {
	return m.weight*m.model.Predict(r) + (1-m.weight)*m.plain.Predict(r)
}

// fitTOWT mixes TOWT, fitted locally, with the mean by hour of week, and corrects both by season; nil if TOWT cannot be fitted.
func fitTOWT(rows []Row, weight float64) Model {
	return adjusted(func(rows []Row) Model {
		if m := fitLocal(rows); m != nil {
			return mixed{model: m, plain: Means(rows), weight: weight}
		}
		return nil
	}, rows)
}

// fitMeans mixes the mean by hour of week with and without the seasonal correction.
func fitMeans(rows []Row, weight float64) Model {
	return mixed{model: adjusted(Means, rows), plain: unseasoned(rows), weight: weight}
}

// unseasoned is the mean by hour of week, with holidays and vacations but without a seasonal correction.
func unseasoned(rows []Row) Model {
	clean := trusted(rows)
	return newCalendar(Means(weekdaysOnly(clean)), clean)
}

// The weight of the model before the held-out hours are compared; this prior counts priorCounts times as much as they do. TOWT has the
// whole weight if each season was measured, and somewhat more than half if not, so that the weather of coming seasons has an effect.
const (
	weightOfYear, weightOfLess = 1.0, 0.6
	weightOfSeason             = 1.0
	priorCounts                = 2.0
)

func priorWeight(rows []Row) float64 {
	if wholeYearIn(rows) {
		return weightOfYear
	}
	return weightOfLess
}

func wholeYearIn(rows []Row) bool { return rows[len(rows)-1].Date-rows[0].Date >= wholeYear }

// trial is a held-out hour, with the predictions of models fitted on the other hours.
type trial struct {
	Row
	model, plain float64
}

// pair fits a model and the simpler one that it is mixed with; nil if there is no such model.
type pair func(rows []Row) (model, plain Model)

func towtOrMeans(rows []Row) (model, plain Model) {
	return adjusted(fitLocal, rows), adjusted(Means, rows)
}

func seasonOrNone(rows []Row) (model, plain Model) { return adjusted(Means, rows), unseasoned(rows) }

// trialsOf fits on parts of the rows and predicts the rest: every fourth fortnight of a whole year; for a shorter history its last and its
// first quarter, since the hours to come are in a season that it does not contain.
func trialsOf(rows []Row, fit pair) (trials []trial) {
	if wholeYearIn(rows) {
		train, test := heldOut(rows)
		return trialsOn(train, test, fit)
	}
	const quarter = 4
	first, days := rows[0].Date, rows[len(rows)-1].Date-rows[0].Date+1
	for _, held := range []func(day int) bool{
		func(day int) bool { return day >= days-days/quarter },
		func(day int) bool { return day < days/quarter },
	} {
		var train, test []Row
		for _, r := range rows {
			if held(r.Date - first) {
				test = append(test, r)
				continue
			}
			train = append(train, r)
		}
		trials = append(trials, trialsOn(train, test, fit)...)
	}
	return trials
}

func trialsOn(train, test []Row, fit pair) []trial {
	if len(train) == 0 {
		return nil
	}
	model, plain := fit(train)
	if model == nil {
		return nil
	}
	trials := make([]trial, 0, len(test))
	for _, r := range test {
		t := trial{Row: r, model: model.Predict(r), plain: plain.Predict(r)}
		if !math.IsNaN(t.Load) && !math.IsNaN(t.model) {
			trials = append(trials, t)
		}
	}
	return trials
}

// weigh returns the model's weight with the minimum squared error on the trials, shrunk to a prior.
func weigh(trials []trial, prior float64) float64 {
	var along, across float64
	for _, t := range trials {
		d := t.model - t.plain
		along, across = along+d*d, across+d*(t.Load-t.plain)
	}
	if along == 0 {
		return prior
	}
	return min(max((across+priorCounts*along*prior)/((1+priorCounts)*along), 0), 1)
}

// judgeTrials returns the accuracy of the weighted mean of two models on the trials.
func judgeTrials(trials []trial, weight float64) Goodness {
	var s score
	for _, t := range trials {
		s.add(t.Load, weight*t.model+(1-weight)*t.plain)
	}
	return s.goodness()
}
