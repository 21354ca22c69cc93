package baseline

import "math"

// Code is a reason why a baseline is disqualified.
type Code string

// The codes. Thresholds follow CalTRACK if a new campus can meet them.
const (
	// TooFewDays means that less than four weeks were measured, so hours of the week have no level of their own.
	TooFewDays Code = "too_few_days"
	// CoverageLow means that less than nine tenths of the span's hours were measured.
	CoverageLow Code = "coverage_low"
	// NoVariation means that the load is constant or zero, so there is nothing to explain.
	NoVariation Code = "no_variation"
)

// Notes that do not disqualify.
const (
	// TemperatureMissing means that too few hours have an outdoor temperature, so the model does not use it.
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

// Goodness is the accuracy of a model on hours that it was not fitted on.
type Goodness struct {
	// N is the number of hours judged.
	N int
	// CVRMSE is the root mean square error over the mean load, NMBE the mean error over it (ASHRAE Guideline 14).
	CVRMSE, NMBE float64
	// R2 is the explained share of the variance; it may be below 0 for hours that were not fitted.
	R2 float64
}

// Result is a fitted baseline, or the reasons why there is none.
type Result struct {
	Model Model // nil where disqualified
	// weight is the model's share in the mix.
	weight float64
	// Test is the accuracy on held-out hours of a fit on the others; Train is the accuracy on all fitted hours.
	Test, Train Goodness
	// Disqualified are the reasons why there is no model; Notes are the reasons for a simpler one.
	Disqualified []Code
	Notes        []Code
}

// Fit fits the models to consecutive hours: TOWT, fitted locally and mixed with the mean by hour of week according to their accuracy on
// held-out hours, if that is at least as accurate as the mean alone. Each model includes holidays and vacations and a seasonal correction,
// which for the mean alone is weighted by held-out hours. Trees learn the remaining error (boosted.go). Test is computed without the trees,
// so it is conservative.
func Fit(rows []Row) Result {
	result := choose(rows)
	if result.Model != nil {
		var fitted []float64
		result.Model, fitted = newBoosted(result.Model, rows)
		result.Train = GoodnessOf(fitted, loadsOf(rows))
	}
	return result
}

// Best returns the name of the model that Fit would choose, without its trees; MeanOfWeek if there is none.
func Best(rows []Row) Name {
	if m := choose(rows).Model; m != nil {
		return m.Name()
	}
	return MeanOfWeek
}

// choose selects the model, without trees.
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

// adjusted fits a model to usual days, and adds the adjustment for other days and for the season; nil if it cannot be fitted.
func adjusted(fit func([]Row) Model, rows []Row) Model {
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

// heldOut separates every fourth fortnight for testing, so that both parts contain every measured season; shorter spans for a history of
// less than sixteen weeks.
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

// Disqualified returns the reasons why rows are not sufficient for a baseline; none if they are.
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

// Judge returns a model's accuracy on measured hours; hours that it cannot predict are left out.
func Judge(m Model, rows []Row) Goodness {
	var s score
	for _, r := range rows {
		if expected := m.Predict(r); !math.IsNaN(r.Load) && !math.IsNaN(expected) {
			s.add(r.Load, expected)
		}
	}
	return s.goodness()
}

// GoodnessOf compares the expected and the measured energy of hours, kWh. Hours with a NaN are left out.
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

// score has the sums that Goodness is computed from.
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
