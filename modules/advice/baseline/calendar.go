package baseline

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// dayKinds is the number of kinds of days.
const dayKinds = int(history.Vacation) + 1

// calendar adjusts a model's prediction on holidays and vacations: a part of the way from the weekday to the Sunday. The part is learnt
// from past holidays and vacations, so a meter without holidays keeps its weekdays.
type calendar struct {
	base Model
	// towards is 0 if a kind of day is like its weekday, and 1 if it is like a Sunday.
	towards [dayKinds]float64
}

// The values before any such day was measured, and the number of days that they count as. A vacation is one event of many days, so its
// value counts as more days. The optimum is flat: half or double of each changes no median by 1 %.
const (
	// holidayTowards is the part of the way to a Sunday for a holiday; for a vacation it is vacationShare of the meter's own holidays.
	holidayTowards, vacationShare = 0.8, 0.6
	holidayPrior, vacationPrior   = 2.0, 5.0
	// maxTowards above 1 allows a day to be lower than a Sunday.
	maxTowards = 1.3
)

// newCalendar learns the adjustment of rows' holidays and vacations to a model that was fitted without them.
func newCalendar(base Model, rows []Row) calendar {
	m := calendar{base: base}
	m.towards[history.Holiday] = m.learn(rows, history.Holiday, holidayTowards, holidayPrior)
	m.towards[history.Vacation] = m.learn(rows, history.Vacation, vacationShare*m.towards[history.Holiday], vacationPrior)
	return m
}

// learn returns the least-squares part of the way for days of a kind, shrunk to a prior that counts as priorDays days.
func (m calendar) learn(rows []Row, kind history.DayKind, prior, priorDays float64) float64 {
	var along, across, hours float64
	for _, r := range rows {
		if r.Day != kind || math.IsNaN(r.Load) {
			continue
		}
		weekday, way := m.way(r)
		if math.IsNaN(way) {
			continue
		}
		along, across, hours = along+way*way, across+way*(r.Load-weekday), hours+1
	}
	if along == 0 {
		return prior
	}
	weight := priorDays * dayHours / hours * along
	return min(max((across+weight*prior)/(along+weight), 0), maxTowards)
}

// way returns the model's prediction for the hour on its weekday, and the difference to the Sunday.
func (m calendar) way(r Row) (weekday, way float64) {
	weekday = m.base.Predict(r)
	r.WeekHour = WeekHours - dayHours + r.WeekHour%dayHours
	return weekday, m.base.Predict(r) - weekday
}

func (m calendar) Name() Name { return m.base.Name() }

func (m calendar) Predict(r Row) float64 {
	if r.Day == history.Usual {
		return m.base.Predict(r)
	}
	weekday, way := m.way(r)
	return max(0, weekday+m.towards[r.Day]*way)
}

// rareShare is the maximum part of the days for vacations to be left out of the fit of weekdays. Longer vacations include the warmest or
// coldest days, which the fit needs.
const rareShare = 0.1

// weekdaysOnly returns rows without the load of holidays, and of vacations if they are few.
func weekdaysOnly(rows []Row) []Row {
	var count [dayKinds]int
	for _, r := range rows {
		count[r.Day]++
	}
	rare := float64(count[history.Vacation]) <= rareShare*float64(len(rows))
	if count[history.Holiday] == 0 && (count[history.Vacation] == 0 || !rare) {
		return rows
	}
	only := make([]Row, len(rows))
	for i, r := range rows {
		if r.Day == history.Holiday || (r.Day == history.Vacation && rare) {
			r.Load = math.NaN()
		}
		only[i] = r
	}
	return only
}
