package baseline

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Saving is the energy that was avoided after a change: what the baseline expects of those hours less what was measured
// (IPMVP Option C), in kWh, with the bounds of its 90 % interval. It is negative where more was used.
type Saving struct {
	Expected, Actual, Avoided float64
	Low, High                 float64
	// Hours of those after the change are known.
	Hours int
	// Placebos is how many spans before the change the interval was learnt from.
	Placebos int
}

// Bounds of learning what a baseline errs by.
const (
	// maxPlacebos are spread over the time before the change; fewer where it is short.
	maxPlacebos = 12
	minPlacebos = 3
	// minPlaceboDays is the shortest span that says something.
	minPlaceboDays = 3
	oneSided90     = 0.95
)

// Avoided compares the hours after a change with a baseline fitted on those before. known is false where too little was
// measured before it to say how far such a baseline errs.
//
// The interval is learnt from the meter itself, on time in which nothing was changed: baselines are fitted on the first part of
// the hours before, and what they err by over the following span, as long as the one after the change, is the spread. It
// holds what residuals of the fit do not: seasons that were not seen, drift from week to week, and the error of the fit.
// Student's t stands for the few spans that there are.
func Avoided(fitted Result, before, after []Row) (s Saving, known bool) {
	return NewPlacebos(fitted, before, len(after)).Avoided(after)
}

// sums adds up what a model expects of hours and what was measured, in the hours where both are known.
func sums(m Model, rows []Row) (expected, actual float64, n int) {
	for _, r := range rows {
		if e := m.Predict(r); !math.IsNaN(e) && !math.IsNaN(r.Load) {
			expected, actual, n = expected+e, actual+r.Load, n+1
		}
	}
	return expected, actual, n
}

// Placebos are spans in which nothing was changed, with baselines fitted on what came before each, beside the one to compare with.
type Placebos struct {
	fitted        Result
	room, longest int // hours
	models        []Model
	spans         [][]Row
}

// NewPlacebos takes spans of so many hours, or as long as there is room for, from those before a change.
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

// Avoided is what Avoided tells of the hours after the change, or of the first of them.
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

// spread is the root mean square of the relative errors over so many hours; independent is how many spans of that length the
// time holds, which is fewer than n where they overlap.
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

// FitAs fits a named model as it is, without trees and whatever it is worth; nil where the rows cannot carry it.
func FitAs(name Name, rows []Row) Model {
	if len(rows) == 0 {
		return nil
	}
	if name == TOWT {
		return fitTOWT(rows, priorWeight(rows))
	}
	return fitMeans(rows, weightOfSeason)
}

// refit fits the same kind of model, mixed alike, to other rows; nil where they cannot carry it.
func (r Result) refit(rows []Row) Model {
	base := fitMeans
	if r.Model.Name() == TOWT {
		base = fitTOWT
	}
	m, _ := newBoosted(base(rows, r.weight), rows)
	return m
}
