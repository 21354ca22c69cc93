// Package forecast predicts the load of coming days hour by hour from the data known at midnight, with a band that contained eight of ten
// hours of earlier days. Predict forecasts from the last midnight; Replay does so for each day of the past, with the data of that time.
package forecast

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Hour is the forecast of one hour, kWh: eight of ten hours are between Low and High, which are NaN if too little is known. Date is the
// local date in days since 1970-01-01, Clock the local hour of day.
type Hour struct {
	Date, Clock         int
	Expected, Low, High float64
}

const (
	// minDays is the minimum history: two weeks to learn the usual load, two to learn its error.
	minDays = 28
	// relearnDays is the number of days after which a replay trains again.
	relearnDays = 28
	// minSums is the minimum number of past sums for the error of a sum.
	minSums = 10
	// MaxDays is the maximum number of days ahead.
	MaxDays = 31
)

// heldBack returns the number of last days that are not used for training, but for the band.
func heldBack(days int) int { return min(bandDays, days/2) }

// Replay predicts every day from a local date on, each at its midnight, with the measurements before it. Hours are in order; days without
// four weeks of history are left out.
func Replay(rows []baseline.Row, from int, weather Weather) []Hour {
	s := seriesOf(rows, weather)
	if len(s.days) == 0 {
		return nil
	}
	first := max(from-s.days[0].date, minDays)
	var told []Hour
	var past pastErrors
	var l *learner
	for d := first; d < len(s.days); d++ {
		if d == first {
			tested, _ := backtest(s, d, 1)
			past = tested[0]
		}
		if (d-first)%relearnDays == 0 {
			l = learn(s, d)
		}
		if l == nil {
			continue
		}
		hours := l.predictDay(s, d)
		told = append(told, hoursOf(&s.days[d], hours, &past)...)
		past.add(&s.days[d], hours)
	}
	return told
}

// backtest forecasts the last days before a day with a learner trained without them, and returns its errors by number of days ahead.
func backtest(s series, before, ahead int) (past []pastErrors, sums [][]float64) {
	past, sums = make([]pastErrors, ahead), make([][]float64, ahead)
	begin := before - heldBack(before)
	l := learn(s, begin)
	if l == nil {
		return past, sums
	}
	for d := begin; d < before; d++ {
		var expected, missed float64
		for k, told := range l.predict(s, d, min(ahead, before-d)) {
			past[k].add(&s.days[d+k], told)
			for h, kwh := range told {
				if e := s.days[d+k].load[h] - kwh; !math.IsNaN(e) {
					expected, missed = expected+kwh, missed+e
				}
			}
			if expected > 0 {
				sums[k] = append(sums[k], missed/expected)
			}
		}
	}
	return past, sums
}

func hoursOf(d *day, told [dayHours]float64, past *pastErrors) []Hour {
	hours := make([]Hour, dayHours)
	for h := range hours {
		low, high := past.band(d.kind(), h)
		hours[h] = Hour{Date: d.date, Clock: h, Expected: told[h], Low: max(0, told[h]+low), High: max(0, told[h]+high)}
		if math.IsNaN(low) {
			hours[h].Low, hours[h].High = math.NaN(), math.NaN()
		}
	}
	return hours
}

// Outlook is a forecast from the last midnight on.
type Outlook struct {
	Hours []Hour
	// CVRMSE is the error of forecasts one day ahead for the held-back days, which were not used for training.
	CVRMSE float64
	// Judged is the number of hours behind CVRMSE.
	Judged int
	past   []pastErrors
	// sums are the relative errors of the sum of the first days, by their number.
	sums [][]float64
}

// Predict forecasts a number of days; the first one follows the last row. rows must be whole days. coming are the hours of these days with
// their calendar, as far as known, and their temperatures. If coming has no temperature, those of the last days are used; training and the
// past errors then also use no temperature of the predicted day. known is false if there are less than four weeks, or if nothing was
// measured in them.
func Predict(rows []baseline.Row, days int, coming []baseline.Row) (o Outlook, known bool) {
	weather := WeatherUnknown
	if slices.ContainsFunc(coming, func(r baseline.Row) bool { return !math.IsNaN(r.Temp) }) {
		weather = WeatherKnown
	}
	s := seriesOf(rows, weather)
	if len(s.days) < minDays {
		return o, false
	}
	l := learn(s, len(s.days))
	if l == nil {
		return o, false
	}
	days = min(days, MaxDays)
	const bandAhead = weekDays
	o.past, o.sums = backtest(s, len(s.days), min(days, bandAhead))
	o.judge(s)
	whole := s.followedBy(coming)
	for k, told := range l.predict(whole, len(s.days), days) {
		d := whole.unmeasured(len(s.days) + k)
		// Beyond a week the band is unknown, but not narrower.
		o.Hours = append(o.Hours, hoursOf(&d, told, &o.past[min(k, len(o.past)-1)])...)
	}
	return o, true
}

// Total returns the sum from an hour of the first day to the end of lastDay, counted from 0, with the ends of its 80 % band. Errors of
// neighbouring hours are correlated, so the band is computed from whole days; errors a week ahead are used for all later days.
func (o *Outlook) Total(clock, lastDay int) (expected, low, high float64) {
	for _, h := range o.Hours[clock:min(len(o.Hours), (lastDay+1)*dayHours)] {
		if !math.IsNaN(h.Expected) {
			expected += h.Expected
		}
	}
	shares := o.sums[:min(lastDay+1, len(o.sums))]
	if len(shares) == 0 || len(shares[len(shares)-1]) < minSums {
		return expected, math.NaN(), math.NaN()
	}
	sorted := slices.Sorted(slices.Values(shares[len(shares)-1]))
	return expected, max(0, expected*(1+quantile(sorted, lowTail))), expected * (1 + quantile(sorted, highTail))
}

// judge computes the error of the held-back days.
func (o *Outlook) judge(s series) {
	var squares, sum float64
	past := o.past[0].days
	for i, missed := range past {
		d := &s.days[len(s.days)-len(past)+i]
		for h, e := range missed.by {
			if !math.IsNaN(e) {
				squares, sum = squares+e*e, sum+d.load[h]
				o.Judged++
			}
		}
	}
	o.CVRMSE = math.NaN()
	if sum > 0 {
		o.CVRMSE = math.Sqrt(squares/float64(o.Judged)) / (sum / float64(o.Judged))
	}
}
