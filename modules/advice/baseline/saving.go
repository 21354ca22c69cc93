package baseline

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Saving is the avoided energy after a change: the baseline's prediction for those hours minus the measured energy (IPMVP Option C), in
// kWh, with the bounds of its 90 % interval. It is negative if more was used.
type Saving struct {
	Expected, Actual, Avoided float64
	Low, High                 float64
	// Hours is the number of known hours after the change.
	Hours int
	// Placebos is the number of spans before the change from which the interval was computed.
	Placebos int
}

// Limits of the placebos that measure a baseline's error.
const (
	// maxPlacebos is the maximum number of placebos, spread over the time before the change.
	maxPlacebos = 12
	minPlacebos = 3
	// minPlaceboDays is the minimum length of a useful span, days.
	minPlaceboDays = 3
	oneSided90     = 0.95
)

// Avoided compares the hours after a change with a baseline fitted on the hours before. known is false if too little was measured before to
// compute the baseline's error.
//
// The interval is computed from the meter's own time without a change: baselines are fitted on the first part of the hours before, and
// their errors over the following span, as long as the one after the change, are the spread. It includes what residuals of the fit do not:
// unmeasured seasons, drift from week to week, and the error of the fit. Student's t accounts for the small number of spans.
func Avoided(fitted Result, before, after []Row) (s Saving, known bool) {
	return NewPlacebos(fitted, before, len(after)).Avoided(after)
}

// sums adds up the predicted and the measured energy of the hours in which both are known.
func sums(m Model, rows []Row) (expected, actual float64, n int) {
	for _, r := range rows {
		if e := m.Predict(r); !math.IsNaN(e) && !math.IsNaN(r.Load) {
			expected, actual, n = expected+e, actual+r.Load, n+1
		}
	}
	return expected, actual, n
}

// Placebos are spans without a change, each with a baseline fitted on the hours before it, and the baseline to compare with.
type Placebos struct {
	fitted        Result
	room, longest int // hours
	models        []Model
	spans         [][]Row
}

// NewPlacebos selects spans of length hours, or shorter if there is no room, from the hours before a change.
func NewPlacebos(fitted Result, before []Row, length int) Placebos {
	const minTraining = minDays * dayHours
	p := Placebos{fitted: fitted, room: len(before) - minTraining}
	p.longest = min(length, p.room/minPlacebos) / dayHours * dayHours
	if fitted.Model == nil || p.longest < minPlaceboDays*dayHours {
		return p
	}
	step := max((p.room-p.longest)/(maxPlacebos-1), dayHours)
	for cut := minTraining; cut+p.longest <= len(before); cut += step {
		if m := fitted.refit(before[:cut]); m != nil {
			p.models, p.spans = append(p.models, m), append(p.spans, before[cut:cut+p.longest])
		}
	}
	return p
}

// Avoided is the function Avoided for the hours after the change, or for the first of them.
func (p Placebos) Avoided(after []Row) (s Saving, known bool) {
	if p.fitted.Model == nil {
		return s, false
	}
	s.Expected, s.Actual, s.Hours = sums(p.fitted.Model, after)
	s.Avoided = s.Expected - s.Actual
	spread, independent, n := p.spread(len(after))
	if n < minPlacebos || s.Hours == 0 {
		return s, false
	}
	s.Placebos = n
	margin := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: max(2, independent)}.Quantile(oneSided90) * spread * math.Abs(s.Expected)
	s.Low, s.High = s.Avoided-margin, s.Avoided+margin
	return s, true
}

// spread returns the root mean square of the relative errors over length hours. independent is the number of spans of that length without
// overlap, at most n.
func (p Placebos) spread(length int) (spread, independent float64, n int) {
	length = min(length, p.longest) / dayHours * dayHours
	if length < minPlaceboDays*dayHours {
		return 0, 0, 0
	}
	squares := 0.0
	for i, m := range p.models {
		expected, actual, known := sums(m, p.spans[i][:length])
		if expected <= 0 || float64(known) < minCoverage*float64(length) {
			continue
		}
		e := (expected - actual) / expected
		squares, n = squares+e*e, n+1
	}
	if n == 0 {
		return 0, 0, 0
	}
	return math.Sqrt(squares / float64(n)), min(float64(p.room)/float64(length), float64(n)), n
}

// FitAs fits a named model without trees and without a test of its accuracy; nil if the rows are not sufficient.
func FitAs(name Name, rows []Row) Model {
	if len(rows) == 0 {
		return nil
	}
	if name == TOWT {
		return fitTOWT(rows, priorWeight(rows))
	}
	return fitMeans(rows, weightOfSeason)
}

// refit fits the same kind of model, with the same weight, to other rows; nil if they are not sufficient.
func (r Result) refit(rows []Row) Model {
	base := fitMeans
	if r.Model.Name() == TOWT {
		base = fitTOWT
	}
	m, _ := newBoosted(base(rows, r.weight), rows)
	return m
}
