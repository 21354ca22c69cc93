package baseline

import "math"

// minWeight is the minimum weight of a row in a fit. It is small, since distant days have temperatures that near ones lack.
const minWeight = 0.01

// regressors are the rows with a load and a temperature, with the temperature cut at the knots. The local fits of the same rows share them.
type regressors struct {
	rows  []Row
	knots []float64
	parts [][maxParts]float64
}

func regressorsOf(rows []Row) regressors {
	known := make([]Row, 0, len(rows))
	for _, r := range rows {
		if !math.IsNaN(r.Load) && !math.IsNaN(r.Temp) {
			known = append(known, r)
		}
	}
	g := regressors{rows: known, knots: usableKnots(known), parts: make([][maxParts]float64, len(known))}
	for i, r := range known {
		components(fahrenheit(r.Temp), g.knots, &g.parts[i])
	}
	return g
}

// fit returns the least-squares fit with a weight for each row.
func (g regressors) fit(weight func(Row) float64) towt {
	weights := make([]float64, len(g.rows))
	for i, r := range g.rows {
		if w := weight(r); w >= minWeight {
			weights[i] = w
		}
	}
	m := towt{knots: g.knots, occupied: g.occupiedHours(weights), fallback: g.levels(weights)}
	m.open, m.shut = g.fitParts(weights, &m.occupied)
	return m
}

// levels returns the unweighted means by hour of week of the rows with enough weight.
func (g regressors) levels(weights []float64) [WeekHours]float64 {
	var sums, counts, level [WeekHours]float64
	for i, r := range g.rows {
		if weights[i] > 0 {
			sums[r.WeekHour] += r.Load
			counts[r.WeekHour]++
		}
	}
	for h := range level {
		level[h] = meanAt(sums, counts, h)
	}
	return level
}

// occupiedHours marks the hours of the week whose load a plain regression on temperature usually underestimates.
func (g regressors) occupiedHours(weights []float64) (occupied [WeekHours]bool) {
	band := func(r Row) [maxParts]float64 {
		f := fahrenheit(r.Temp)
		return [maxParts]float64{1, min(f-heatingF, 0), max(f-coolingF, 0)}
	}
	const columns = 3
	var e equations
	for i, r := range g.rows {
		if weights[i] > 0 {
			x := band(r)
			e.add(weights[i], x[:columns], r.Load)
		}
	}
	slope := e.solve(columns)
	var above, count [WeekHours]float64
	for i, r := range g.rows {
		x := band(r)
		count[r.WeekHour] += weights[i]
		if r.Load > dot(slope, x[:columns]) {
			above[r.WeekHour] += weights[i]
		}
	}
	for h := range occupied {
		occupied[h] = above[h] > occupiedShare*count[h]
	}
	return occupied
}

// fitParts fits levels and slopes together, for occupied hours and the others. The levels are subtracted first (from each row the mean of
// its hour of the week), which has the same least-squares solution as 168 more columns.
func (g regressors) fitParts(weights []float64, occupied *[WeekHours]bool) (open, shut part) {
	n := len(g.knots) + 1
	var count, load [WeekHours]float64
	var parts [WeekHours][maxParts]float64
	for i, r := range g.rows {
		w := weights[i]
		count[r.WeekHour] += w
		load[r.WeekHour] += w * r.Load
		for k := range n {
			parts[r.WeekHour][k] += w * g.parts[i][k]
		}
	}
	for h := range count {
		if count[h] == 0 {
			continue
		}
		load[h] /= count[h]
		for k := range n {
			parts[h][k] /= count[h]
		}
	}
	var inside, outside equations
	var centred [maxParts]float64
	for i, r := range g.rows {
		if weights[i] == 0 {
			continue
		}
		for k := range n {
			centred[k] = g.parts[i][k] - parts[r.WeekHour][k]
		}
		e := &outside
		if occupied[r.WeekHour] {
			e = &inside
		}
		e.add(weights[i], centred[:n], r.Load-load[r.WeekHour])
	}
	open.slope, shut.slope = inside.solve(n), outside.solve(n)
	for h := range count {
		p := &shut
		if occupied[h] {
			p = &open
		}
		if count[h] > 0 {
			p.seen[h], p.level[h] = true, load[h]-dot(p.slope, parts[h][:n])
		}
	}
	return open, shut
}
