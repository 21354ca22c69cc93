package baseline

import "math"

// Code says why a baseline is disqualified.
type Code string

// The codes. Thresholds follow CalTRACK where a young campus can meet them.
const (
	// TooFewDays: under four weeks were measured, so hours of the week have no level of their own.
	TooFewDays Code = "too_few_days"
	// CoverageLow: under nine tenths of the hours of the span were measured.
	CoverageLow Code = "coverage_low"
	// NoVariation: the load is constant or zero, so there is nothing to explain.
	NoVariation Code = "no_variation"
)

// Notes that do not disqualify.
const (
	// TemperatureMissing: too few hours have an outdoor temperature, so the model has none.
	TemperatureMissing Code = "temperature_missing"
)

// Bounds of sufficiency.
const (
	minDays        = 28
	minCoverage    = 0.9
	minTempShare   = 0.9
	dayHours       = 24
	relativeSpread = 1e-6
)

// Goodness is how well a model predicts hours that it was not fitted on.
type Goodness struct {
	// N is the number of hours judged.
	N int
	// CVRMSE is the root mean square error over the mean load, NMBE the mean error over it (ASHRAE Guideline 14).
	CVRMSE, NMBE float64
	// R2 is the share of the variance that is explained; it may be below 0 for hours that were not fitted.
	R2 float64
}

// Result is a fitted baseline, or why there is none.
type Result struct {
	Model Model // nil where disqualified
	// weight is how much of the model there is in the mix.
	weight float64
	// Test judges the model on hours held out, fitted on the others; Train on all it was fitted on.
	Test, Train Goodness
	// Disqualified are the reasons why there is no model; Notes those why it is a simpler one.
	Disqualified []Code
	Notes        []Code
}

// Fit fits the models to consecutive hours: TOWT, fitted locally and mixed with the mean by hour of week by what each is worth
// on hours held out, where that predicts those at least as well as the mean alone does. Each knows holidays and vacations
// and is corrected by season; the mean alone as far as hours held out say that it should be. Trees learn what that misses
// (boosted.go); the hours held out judge it without them, so that Test errs on the careful side.
func Fit(rows []Row) Result {
	result := choose(rows)
	if result.Model != nil {
		var fitted []float64
		result.Model, fitted = newBoosted(result.Model, rows)
		result.Train = GoodnessOf(fitted, loadsOf(rows))
	}
	return result
}

// Best is the name of the model that Fit would take, without its trees; MeanOfWeek where there is none.
func Best(rows []Row) Name {
	if m := choose(rows).Model; m != nil {
		return m.Name()
	}
	return MeanOfWeek
}

// choose takes the model, without trees.
func choose(rows []Row) Result {
	var result Result
	if result.Disqualified = Disqualified(rows); len(result.Disqualified) > 0 {
		return result
	}
	if temperatureKnown(rows) {
		trials := trialsOf(rows, towtOrMeans)
		weight := weigh(trials, priorWeight(rows))
		if result.Test = judgeTrials(trials, weight); result.Test.N > 0 && result.Test.CVRMSE <= judgeTrials(trials, 0).CVRMSE {
			result.Model, result.weight = fitTOWT(rows, weight), weight
		}
	} else {
		result.Notes = []Code{TemperatureMissing}
	}
	if result.Model == nil {
		trials := trialsOf(rows, seasonOrNone)
		weight := weigh(trials, weightOfSeason)
		result.Model, result.weight, result.Test = fitMeans(rows, weight), weight, judgeTrials(trials, weight)
	}
	return result
}

// dress fits a model to the days that are like their weekday and tells it of the others and of the season; nil where it
// cannot be fitted.
func dress(fit func([]Row) Model, rows []Row) Model {
	if len(rows) == 0 {
		return nil
	}
	clean := trusted(rows)
	base := fit(weekdaysOnly(clean))
	if base == nil {
		return nil
	}
	return newSeasonal(newCalendar(base, clean), clean)
}

// heldOut takes every fourth fortnight out to be judged on, so that every season that was measured is in both parts; of a
// history under sixteen weeks, shorter spans.
func heldOut(rows []Row) (train, test []Row) {
	const fortnight, spans, one = 14, 8, 4
	each := max(1, min(fortnight, (rows[len(rows)-1].Date-rows[0].Date+1)/spans))
	for _, r := range rows {
		if (r.Date-rows[0].Date)/each%one == one-1 {
			test = append(test, r)
			continue
		}
		train = append(train, r)
	}
	return train, test
}

// Disqualified are the reasons why rows carry no baseline; none where they do.
func Disqualified(rows []Row) []Code {
	measured, low, high := 0, math.Inf(1), math.Inf(-1)
	for _, r := range rows {
		if !math.IsNaN(r.Load) {
			measured++
			low, high = min(low, r.Load), max(high, r.Load)
		}
	}
	var codes []Code
	if float64(measured) < minDays*dayHours*minCoverage {
		codes = append(codes, TooFewDays)
	}
	if float64(measured) < minCoverage*float64(len(rows)) {
		codes = append(codes, CoverageLow)
	}
	if len(codes) == 0 && high-low <= relativeSpread*high {
		codes = append(codes, NoVariation)
	}
	return codes
}

func temperatureKnown(rows []Row) bool {
	known, measured := 0, 0
	for _, r := range rows {
		if math.IsNaN(r.Load) {
			continue
		}
		measured++
		if !math.IsNaN(r.Temp) {
			known++
		}
	}
	return float64(known) >= minTempShare*float64(measured)
}

// Judge compares a model with measured hours; hours that it cannot predict are left out.
func Judge(m Model, rows []Row) Goodness {
	var s score
	for _, r := range rows {
		if expected := m.Predict(r); !math.IsNaN(r.Load) && !math.IsNaN(expected) {
			s.add(r.Load, expected)
		}
	}
	return s.goodness()
}

// GoodnessOf compares what was expected of hours with what they used, kWh; an hour of which either is NaN is left out.
func GoodnessOf(expected, loads []float64) Goodness {
	var s score
	for i, load := range loads {
		if !math.IsNaN(load) && !math.IsNaN(expected[i]) {
			s.add(load, expected[i])
		}
	}
	return s.goodness()
}

func loadsOf(rows []Row) []float64 {
	loads := make([]float64, len(rows))
	for i, r := range rows {
		loads[i] = r.Load
	}
	return loads
}

// score adds up what goodness is made of.
type score struct {
	n                                int
	sum, sumSquares, errors, squares float64
}

func (s *score) add(load, expected float64) {
	e := load - expected
	s.n++
	s.sum, s.sumSquares = s.sum+load, s.sumSquares+load*load
	s.errors, s.squares = s.errors+e, s.squares+e*e
}

func (s *score) goodness() Goodness {
	if s.n == 0 || s.sum <= 0 {
		return Goodness{N: s.n}
	}
	n := float64(s.n)
	g := Goodness{N: s.n, CVRMSE: math.Sqrt(s.squares/n) / (s.sum / n), NMBE: s.errors / s.sum}
	if variance := s.sumSquares - s.sum*s.sum/n; variance > 0 {
		g.R2 = 1 - s.squares/variance
	}
	return g
}
