package baseline

import "math"

// Constants of the local fits, chosen like those of the seasonal correction.
const (
	// localEvery is the distance of the centres, days.
	localEvery = 28
	// wholeYear is the minimum history with every season, days.
	wholeYear = 330
	// recentWidth is the width of the weights if every season was measured, seasonWidthShort if not.
	recentWidth, seasonWidthShort = 14.0, 28.0
	daysPerYear                   = 365.2425
)

// local has fits of TOWT along the training span, each of the days around its centre. Predictions are averaged with the weights of their
// day, d²/(d²+days²), as in LBNL's weighted form (RMV2.0). If a whole year was measured, distance is counted in time and the latest fits
// weigh most: levels drift, and the correction covers the season. Otherwise distance is counted around the year, so that the nearest season
// stands for a missing one.
type local struct {
	fits    []towt
	centres []int
	width   float64
	around  bool
	knots   []float64
}

// fitLocal fits TOWT along rows, oldest first; nil if no row has a load and a temperature.
func fitLocal(rows []Row) Model {
	if len(rows) == 0 {
		return nil
	}
	first, last := rows[0].Date, rows[len(rows)-1].Date
	g := regressorsOf(rows)
	if len(g.rows) == 0 {
		return nil
	}
	m := local{width: recentWidth, knots: g.knots}
	if last-first < wholeYear {
		m.width, m.around = seasonWidthShort, true
	}
	for centre := first + min(localEvery, last-first)/2; centre <= last; centre += localEvery {
		if f := g.fit(func(r Row) float64 { return m.weight(r.Date, centre) }); f.fitted() {
			m.fits, m.centres = append(m.fits, f), append(m.centres, centre)
		}
	}
	if len(m.fits) == 0 {
		return nil
	}
	return m
}

func (m local) weight(day, centre int) float64 {
	away := math.Abs(float64(day - centre))
	if m.around {
		away = math.Mod(away, daysPerYear)
		away = min(away, daysPerYear-away)
	}
	return m.width * m.width / (m.width*m.width + away*away)
}

func (m local) Name() Name { return TOWT }

func (m local) Predict(r Row) float64 {
	if math.IsNaN(r.Temp) {
		return math.NaN()
	}
	var into [maxParts]float64
	parts := components(fahrenheit(r.Temp), m.knots, &into)
	var sum, weights float64
	for i := range m.fits {
		w := m.weight(r.Date, m.centres[i])
		sum, weights = sum+w*m.fits[i].predict(r.WeekHour, parts), weights+w
	}
	return sum / weights
}
