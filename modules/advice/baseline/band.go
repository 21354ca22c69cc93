package baseline

import (
	"math"
	"slices"
)

// Band is how far eight of ten hours lie from what is expected of them, by the hour of day, kWh.
type Band struct{ low, high [dayHours]float64 }

// Band learns it from the hours that a model was fitted on, widened by as much as the model errs more on those held out.
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

// Around is the band of an hour of which so much is expected; NaN where that, or how far it errs, is not known.
func (b Band) Around(r Row, expected float64) (low, high float64) {
	hour := r.WeekHour % dayHours
	return max(0, expected+b.low[hour]), expected + b.high[hour]
}
