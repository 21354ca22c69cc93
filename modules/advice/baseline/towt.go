package baseline

import (
	"math"
	"slices"
)

// Constants of LBNL's time-of-week-and-temperature model (RMV2.0, towt_baseline.R), in its own degrees Fahrenheit.
const (
	// heatingF and coolingF bound the band without heating or cooling, for detecting occupied hours.
	heatingF, coolingF = 50, 65
	// occupiedShare is the share of rows above the regression from which an hour of the week counts as occupied.
	occupiedShare = 0.65
	// rowsBeyondKnot is the minimum number of training rows beyond an outer knot.
	rowsBeyondKnot = 20
)

var knotsF = []float64{40, 55, 65, 80, 90}

// maxParts is the number of parts into which the knots cut a temperature.
const maxParts = 6

// FitTOWT fits a level for each hour of the week and a piecewise-linear temperature effect, separately for hours of the week that are
// usually occupied and for the others. Rows without load or temperature are left out. A nil Model means that no row was left.
func FitTOWT(rows []Row) Model {
	r := regressorsOf(rows)
	if len(r.rows) == 0 {
		return nil
	}
	return r.fit(func(Row) float64 { return 1 })
}

type towt struct {
	knots      []float64
	occupied   [WeekHours]bool
	open, shut part
	// fallback has the levels of hours of the week without a row in their part.
	fallback [WeekHours]float64
}

// part is the fit of the occupied hours, or of the others.
type part struct {
	seen  [WeekHours]bool
	level [WeekHours]float64
	slope []float64 // one for each temperature component
}

func (m towt) Name() Name { return TOWT }

// fitted reports whether any row was used.
func (m towt) fitted() bool {
	return slices.Contains(m.open.seen[:], true) || slices.Contains(m.shut.seen[:], true)
}

func (m towt) Predict(r Row) float64 {
	if math.IsNaN(r.Temp) {
		return math.NaN()
	}
	var parts [maxParts]float64
	return m.predict(r.WeekHour, components(fahrenheit(r.Temp), m.knots, &parts))
}

// predict is Predict with a temperature that is already cut.
func (m *towt) predict(weekHour int, parts []float64) float64 {
	p := &m.shut
	if m.occupied[weekHour] {
		p = &m.open
	}
	if !p.seen[weekHour] {
		return m.fallback[weekHour]
	}
	y := p.level[weekHour]
	for i, c := range parts {
		y += p.slope[i] * c
	}
	return max(0, y)
}

func fahrenheit(celsius float64) float64 { return celsius*9/5 + 32 }

// usableKnots drops outer knots while too few rows are beyond them.
func usableKnots(rows []Row) []float64 {
	knots := knotsF
	beyond := func(is func(f float64) bool) int {
		n := 0
		for _, r := range rows {
			if is(fahrenheit(r.Temp)) {
				n++
			}
		}
		return n
	}
	for len(knots) > 0 && beyond(func(f float64) bool { return f < knots[0] }) < rowsBeyondKnot {
		knots = knots[1:]
	}
	for len(knots) > 0 && beyond(func(f float64) bool { return f > knots[len(knots)-1] }) < rowsBeyondKnot {
		knots = knots[:len(knots)-1]
	}
	return knots
}

// components cuts a temperature at the knots: the parts below the first, between each two, and above the last.
func components(f float64, knots []float64, into *[maxParts]float64) []float64 {
	c := into[:len(knots)+1]
	if len(knots) == 0 {
		c[0] = f
		return c
	}
	c[0] = min(f, knots[0])
	for i, k := range knots {
		width := math.Inf(1)
		if i+1 < len(knots) {
			width = knots[i+1] - k
		}
		c[i+1] = min(max(f-k, 0), width)
	}
	return c
}
