package baseline

import (
	"math"
	"slices"
)

// Band is the range around the expected load that contains eight of ten hours, by hour of day, kWh.
type Band struct{ low, high [dayHours]float64 }

// Band computes the band from the hours that a model was fitted on, widened by the ratio of the error on held-out hours to the error on
// these.
func (r Result) Band(rows []Row) (b Band) {
	const low, high = 0.1, 0.9
	widened := 1.0
	if r.Train.CVRMSE > 0 && r.Test.N > 0 {
		widened = max(1, r.Test.CVRMSE/r.Train.CVRMSE)
	}
	var missed [dayHours][]float64
	for _, row := range rows {
		if e := row.Load - r.Model.Predict(row); !math.IsNaN(e) {
			hour := row.WeekHour % dayHours
			missed[hour] = append(missed[hour], e)
		}
	}
	for hour, all := range missed {
		if len(all) == 0 {
			b.low[hour], b.high[hour] = math.NaN(), math.NaN()
			continue
		}
		slices.Sort(all)
		b.low[hour] = widened * min(0, all[int(low*float64(len(all)-1))])
		b.high[hour] = widened * max(0, all[int(math.Ceil(high*float64(len(all)-1)))])
	}
	return b
}

// Around returns the band of an hour with an expected load; NaN if the load or its error is unknown.
func (b Band) Around(r Row, expected float64) (low, high float64) {
	hour := r.WeekHour % dayHours
	return max(0, expected+b.low[hour]), expected + b.high[hour]
}
