package baseline

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/boost"
)

// treeOptions were chosen by the mean logarithm of the error on 276 spans of 56 real meters. The optimum is flat: half or double of any
// value changes the error by less than 1 %.
var treeOptions = boost.Options{Trees: 20, Rate: 0.3, LeastRows: 40, Shrink: 20, Depth: 4}

// The share of a model's prediction that the trees take as given; they learn the rest themselves. Two models with different errors are best
// together. If every season and the weather are known, the model is good and the trees mainly learn its errors; if the weather is unknown,
// they learn everything.
const (
	givenOfYear, givenOfLess, givenWithoutWeather = 0.7, 0.5, 0.0
)

// boosted is the mean of a model and of gradient-boosted trees. The trees learn what the model cannot express: the warmth of earlier days,
// and interactions of weather, hour, day and season.
type boosted struct {
	base  Model
	given float64
	trees *boost.Model
}

// newBoosted trains trees on the rows that a model was fitted to; it returns the model alone if there are no rows or no model. fitted are
// its predictions for the rows.
func newBoosted(base Model, rows []Row) (m Model, fitted []float64) {
	if base == nil {
		return nil, nil
	}
	fitted = make([]float64, len(rows))
	for i, r := range rows {
		fitted[i] = base.Predict(r)
	}
	b := boosted{base: base, given: givenOf(base, rows)}
	known := featuresOf(rows)
	if b.trees = b.grow(trusted(rows), known, fitted); b.trees == nil {
		return base, fitted
	}
	for i := range rows {
		fitted[i] = b.joined(fitted[i], known[i])
	}
	return b, fitted
}

func featuresOf(rows []Row) [][]float64 {
	known, all := make([][]float64, len(rows)), make([][featureCount]float64, len(rows))
	for i, r := range rows {
		all[i] = features(r)
		known[i] = all[i][:]
	}
	return known
}

// grow trains on the loads minus the given share of the base's prediction; nil if no row is known.
func (m boosted) grow(rows []Row, known [][]float64, expected []float64) *boost.Model {
	learnt, targets := make([][]float64, 0, len(rows)), make([]float64, 0, len(rows))
	for i, r := range rows {
		target := r.Load
		if m.given > 0 {
			target -= m.given * expected[i]
		}
		if !math.IsNaN(target) {
			learnt, targets = append(learnt, known[i]), append(targets, target)
		}
	}
	return boost.Fit(learnt, targets, treeOptions)
}

func givenOf(base Model, rows []Row) float64 {
	switch {
	case base.Name() != TOWT:
		return givenWithoutWeather
	case wholeYearIn(rows):
		return givenOfYear
	}
	return givenOfLess
}

const featureCount = 7

// features returns the inputs of the trees for an hour.
func features(r Row) [featureCount]float64 {
	season, _, hour := r.place()
	return [featureCount]float64{
		float64(hour), float64(r.WeekHour / dayHours), float64(r.Day), float64(season),
		r.Temp, r.Temp + r.Warmer24, r.Temp + r.Warmer72,
	}
}

func (m boosted) Name() Name { return m.base.Name() }

func (m boosted) Predict(r Row) float64 {
	known := features(r)
	return m.joined(m.base.Predict(r), known[:])
}

// joined returns the mean of the base and of the trees with their given share; NaN if the base has no prediction.
func (m boosted) joined(base float64, known []float64) float64 {
	if math.IsNaN(base) {
		return base
	}
	const models = 2
	return max(0, (base+m.given*base+m.trees.Predict(known))/models)
}
