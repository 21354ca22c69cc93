package baseline

import "math"

// Constants of LBNL's time-of-week-and-temperature model (RMV2.0, towt_baseline.R), in its own degrees Fahrenheit.
const (
	// heatingF and coolingF bound the band in which neither is expected, for telling occupied hours.
	heatingF, coolingF = 50, 65
	// occupiedShare of an hour of the week's rows must lie above the regression for it to count as occupied.
	occupiedShare = 0.65
	// rowsBeyondKnot is how many training rows an outer knot needs beyond it.
	rowsBeyondKnot = 20
)

var knotsF = []float64{40, 55, 65, 80, 90}

// FitTOWT fits a level for each hour of the week and a piecewise-linear temperature effect, apart for the hours of
// the week that are usually occupied and those that are not. Rows without load or temperature are left out. A nil
// Model means that no row was left.
func FitTOWT(rows []Row) Model {
	known := weighted(rows, func(Row) float64 { return 1 })
	if len(known) == 0 {
		return nil
	}
	return fitWeighted(known)
}

// leastWeight of a row counts; below it, it is left out. Far days must stay in: they hold the temperatures that near ones lack.
const leastWeight = 0.01

// weighted are the rows that have a load and a temperature, with their weights.
func weighted(rows []Row, weight func(Row) float64) []Row {
	known := make([]Row, 0, len(rows))
	for _, r := range rows {
		if math.IsNaN(r.Load) || math.IsNaN(r.Temp) {
			continue
		}
		if r.weight = weight(r); r.weight >= leastWeight {
			known = append(known, r)
		}
	}
	return known
}

func fitWeighted(known []Row) towt {
	m := towt{knots: usableKnots(known), occupied: occupiedHours(known), fallback: Means(known)}
	var open, shut []Row
	for _, r := range known {
		if m.occupied[r.WeekHour] {
			open = append(open, r)
			continue
		}
		shut = append(shut, r)
	}
	m.open, m.shut = fitPart(open, m.knots), fitPart(shut, m.knots)
	return m
}

type towt struct {
	knots      []float64
	occupied   [WeekHours]bool
	open, shut part
	fallback   Model
}

// part is the fit of the occupied hours, or of the others.
type part struct {
	seen  [WeekHours]bool
	level [WeekHours]float64
	slope []float64 // one a temperature component
}

func (m towt) Name() Name { return TOWT }

func (m towt) Predict(r Row) float64 {
	if math.IsNaN(r.Temp) {
		return math.NaN()
	}
	p := m.shut
	if m.occupied[r.WeekHour] {
		p = m.open
	}
	if !p.seen[r.WeekHour] {
		return m.fallback.Predict(r)
	}
	y := p.level[r.WeekHour]
	for i, c := range components(fahrenheit(r.Temp), m.knots) {
		y += p.slope[i] * c
	}
	return max(0, y)
}

func fahrenheit(celsius float64) float64 { return celsius*9/5 + 32 }

// usableKnots drops outer knots while too few rows lie beyond them.
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

// components cut a temperature at the knots: what lies below the first, between each two, and above the last.
func components(f float64, knots []float64) []float64 {
	if len(knots) == 0 {
		return []float64{f}
	}
	c := make([]float64, len(knots)+1)
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

// occupiedHours are the hours of the week whose load a plain regression on temperature usually underestimates.
func occupiedHours(rows []Row) [WeekHours]bool {
	design := func(r Row) []float64 {
		f := fahrenheit(r.Temp)
		return []float64{1, min(f-heatingF, 0), max(f-coolingF, 0)}
	}
	slope := leastSquares(rows, design, func(r Row) float64 { return r.Load })
	var above, count [WeekHours]float64
	for _, r := range rows {
		count[r.WeekHour] += r.weight
		if r.Load > dot(slope, design(r)) {
			above[r.WeekHour] += r.weight
		}
	}
	var occupied [WeekHours]bool
	for h := range occupied {
		occupied[h] = above[h] > occupiedShare*count[h]
	}
	return occupied
}

// fitPart fits levels and slopes together. The levels are taken out first (each row less the mean of its hour of
// the week), which gives the same least-squares answer as 168 more columns and needs none of them.
func fitPart(rows []Row, knots []float64) part {
	var p part
	n := len(knots) + 1
	var count [WeekHours]float64
	var load [WeekHours]float64
	temps := make([][WeekHours]float64, n)
	for _, r := range rows {
		p.seen[r.WeekHour] = true
		count[r.WeekHour] += r.weight
		load[r.WeekHour] += r.weight * r.Load
		for i, c := range components(fahrenheit(r.Temp), knots) {
			temps[i][r.WeekHour] += r.weight * c
		}
	}
	centred := func(r Row) []float64 {
		c := components(fahrenheit(r.Temp), knots)
		for i := range c {
			c[i] -= temps[i][r.WeekHour] / count[r.WeekHour]
		}
		return c
	}
	p.slope = leastSquares(rows, centred, func(r Row) float64 { return r.Load - load[r.WeekHour]/count[r.WeekHour] })
	if p.slope == nil {
		p.slope = make([]float64, n)
	}
	for h := range p.level {
		if !p.seen[h] {
			continue
		}
		p.level[h] = load[h] / count[h]
		for i, s := range p.slope {
			p.level[h] -= s * temps[i][h] / count[h]
		}
	}
	return p
}
