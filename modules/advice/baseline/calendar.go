package baseline

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// dayKinds is how many kinds of days there are.
const dayKinds = int(history.Vacation) + 1

// calendar makes of a model what it expects of holidays and vacations: a part of the way from the weekday to the Sunday. How
// far is learnt from those that were seen, so that a meter that knows no holidays keeps its weekdays.
type calendar struct {
	base Model
	// towards is 0 where a kind of day is its weekday and 1 where it is a Sunday.
	towards [dayKinds]float64
}

// What is taken where no such day was seen, and how many days that counts for beside those that were. A vacation is one event
// of many days, so that it takes more of them. The optimum is wide: half or double of each changes no median by 1 %.
const (
	// holidayTowards is how far a holiday goes towards a Sunday; a vacation goes vacationShare of the meter's own holidays.
	holidayTowards, vacationShare = 0.8, 0.6
	holidayPrior, vacationPrior   = 2.0, 5.0
	// maxTowards lets a day lie lower than a Sunday.
	maxTowards = 1.3
)

// newCalendar learns from rows what their holidays and vacations make of a model that was fitted without them.
func newCalendar(base Model, rows []Row) calendar {
	m := calendar{base: base}
	m.towards[history.Holiday] = m.learn(rows, history.Holiday, holidayTowards, holidayPrior)
	m.towards[history.Vacation] = m.learn(rows, history.Vacation, vacationShare*m.towards[history.Holiday], vacationPrior)
	return m
}

// learn is the least-squares share of the way that the days of a kind go, drawn to a prior that counts for some days.
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

// way is what the model expects of an hour of the weekday, and how far it is from there to the Sunday.
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

// rareShare is the part of the days up to which vacations are left out of what a weekday is learnt from. Longer ones hold the
// warmest or coldest days, which nothing else would tell of.
const rareShare = 0.1

// weekdaysOnly are rows in which holidays, and vacations where they are few, have no load.
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
