package baseline

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/boost"
)

// treeOptions were chosen by the mean logarithm of the error on 276 spans of 56 real meters. The optimum is wide: half or double
// of any changes it by less than 1 %.
var treeOptions = boost.Options{Trees: 20, Rate: 0.3, LeastRows: 40, Shrink: 20, Depth: 4}

// How much of a model's expectation the trees take as given, the rest of which they learn by themselves. Two models that err
// differently are worth most together. Where every season and the weather were seen, the model is hard to beat and the trees
// learn mainly what it misses; where the weather is not known, they learn all.
const (
	givenOfYear, givenOfLess, givenWithoutWeather = 0.7, 0.5, 0.0
)

// boosted is the mean of a model and of gradient-boosted trees, which learn what the model has no place for: the warmth of the
// days before, and how weather, hour, day and season work together.
type boosted struct {
	base  Model
	given float64
	trees *boost.Model
}

// newBoosted grows trees on the rows that a model was fitted to; the model alone where there is none or no row. fitted is what it
// expects of the rows.
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

// grow learns what the rows hold beyond what is taken as given of the base's expectation; nil where no row is known.
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

// features are what the trees know of an hour.
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

// joined is the mean of the base and of the trees with what they take as given; NaN where the base says nothing.
func (m boosted) joined(base float64, known []float64) float64 {
	if math.IsNaN(base) {
		return base
	}
	const models = 2
	return max(0, (base+m.given*base+m.trees.Predict(known))/models)
}
