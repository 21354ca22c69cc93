// Package forecast tells the load of coming days hour by hour from what was known at midnight, with a band that held the
// truth in eight of ten hours of the days before. Ahead forecasts from the last midnight; Replay does so for each day of the
// past, as it would have been told then.
package forecast

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Hour is what is told of one hour, kWh: Low and High bound it in eight of ten cases, and are NaN where too little is known
// to say. Date is the local date in days since 1970-01-01, Clock the local hour of day.
type Hour struct {
	Date, Clock         int
	Expected, Low, High float64
}

const (
	// minDays of history are needed: two weeks to learn what is usual, two to learn how far that errs.
	minDays = 28
	// relearnDays is how long what was learnt is used in a replay.
	relearnDays = 28
	// minSums of the past say how far a sum errs.
	minSums = 10
	// MaxDays is as far ahead as is told.
	MaxDays = 31
)

// heldBack is how many of the last days are kept from learning, to learn the band from.
func heldBack(days int) int { return min(bandDays, days/2) }

// Replay tells every day from a local date on, each from its midnight, with what was measured before it. Hours are told in
// order; nothing is told of days before there are four weeks of history.
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
		hours := l.tell(s, d)
		told = append(told, hoursOf(&s.days[d], hours, &past)...)
		past.add(&s.days[d], hours)
	}
	return told
}

// backtest forecasts the last days before one from a learner that has not seen them, and gives what it missed by how many
// days ahead it was told.
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

// Outlook is what is told from the last midnight on.
type Outlook struct {
	Hours []Hour
	// CVRMSE is how well the days held back were told a day ahead: over hours that were not learnt from.
	CVRMSE float64
	// Judged is how many hours that rests on.
	Judged int
	past   []pastErrors
	// sums are the relative errors of the sum of the first days told, by how many days.
	sums [][]float64
}

// Predict tells so many days, the first of them the one that follows the last of the rows, which must be whole days. coming are
// the hours of those days as far as their calendar is known; without any temperature among them, the last days' stand for them.
// What is learnt, and how well the past was told, then rests on temperatures that were known beforehand, as a forecast's are, or
// were not. known is false where there are less than four weeks, or nothing was measured in them.
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
		// Beyond a week nothing is known of the band but that it is no narrower.
		o.Hours = append(o.Hours, hoursOf(&d, told, &o.past[min(k, len(o.past)-1)])...)
	}
	return o, true
}

// Total is the sum of what is told from an hour of the first day on until the end of a day, that one counted from 0, with
// the ends of its 80 % band. Errors of neighbouring hours go together, so the band is learnt from whole days: those of a
// week ahead stand for all that lies beyond.
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

// judge sums up how well the days held back were told.
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
