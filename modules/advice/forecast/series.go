package forecast

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/history"
)

const (
	dayHours = 24
	weekDays = 7
	// enoughHours is the minimum number of measured hours for a day's mean.
	enoughHours = 18
	// outlookDays is the number of last days whose temperatures are used for a day without any.
	outlookDays = 3
)

// Weather states whether the temperatures of the coming day are known at midnight.
type Weather bool

// The day's temperatures are known (from a weather service, or afterwards in a test), or only those of earlier days.
const (
	WeatherKnown   Weather = true
	WeatherUnknown Weather = false
)

// day is a local day of 24 hours. When clocks change, a repeated hour is the mean of both, and a skipped hour is unknown.
type day struct {
	date, weekday int // Monday is 0
	calendar      history.DayKind
	load, temp    [dayHours]float64
	// outlook has the temperatures that a forecast of the day may use.
	outlook      [dayHours]float64
	mean, warmth float64 // of load and outlook; NaN if too little is known
}

// kind returns the day type: working days, Saturdays, Sundays and holidays.
func (d *day) kind() int {
	if d.calendar == history.Holiday {
		return 2
	}
	const saturday, sunday = 5, 6
	switch d.weekday {
	case saturday:
		return 1
	case sunday:
		return 2
	}
	return 0
}

// series are consecutive days, oldest first.
type series struct {
	days    []day
	weather Weather
}

// seriesOf groups consecutive hours by day.
func seriesOf(rows []baseline.Row, weather Weather) series {
	s := series{weather: weather}
	for _, r := range rows {
		for len(s.days) == 0 || s.days[len(s.days)-1].date < r.Date {
			date := r.Date
			if n := len(s.days); n > 0 {
				date = s.days[n-1].date + 1
			}
			s.days = append(s.days, emptyDay(date))
		}
		d, h := &s.days[len(s.days)-1], r.WeekHour%dayHours
		d.calendar = r.Day
		d.load[h], d.temp[h] = together(d.load[h], r.Load), together(d.temp[h], r.Temp)
	}
	for i := range s.days {
		s.settle(i)
	}
	return s
}

// followedBy appends the calendar and temperatures of coming days to the measured days. Loads in these rows are ignored.
func (s series) followedBy(coming []baseline.Row) series {
	last := s.days[len(s.days)-1].date
	whole := series{weather: s.weather, days: append(make([]day, 0, len(s.days)+MaxDays), s.days...)}
	for _, d := range seriesOf(coming, s.weather).days {
		for date := whole.days[len(whole.days)-1].date + 1; date < d.date; date++ {
			whole.days = append(whole.days, emptyDay(date))
		}
		if d.date > last {
			followed := emptyDay(d.date)
			followed.temp, followed.calendar = d.temp, d.calendar
			whole.days = append(whole.days, followed)
		}
	}
	return whole
}

func emptyDay(date int) day {
	const thursday = 3 // of 1970-01-01
	d := day{date: date, weekday: (date + thursday) % weekDays}
	for h := range dayHours {
		d.load[h], d.temp[h] = math.NaN(), math.NaN()
	}
	return d
}

// unmeasured returns a day with its calendar only; it may be after the last day.
func (s series) unmeasured(i int) day {
	d := emptyDay(s.days[0].date + i)
	if i < len(s.days) {
		d.calendar = s.days[i].calendar
	}
	return d
}

func together(a, b float64) float64 {
	if math.IsNaN(a) {
		return b
	}
	return (a + b) / 2
}

// settle computes the values derived from a day's hours and from earlier days.
func (s series) settle(i int) {
	d := &s.days[i]
	for h := range dayHours {
		d.outlook[h] = d.temp[h]
		if s.weather == WeatherUnknown || math.IsNaN(d.temp[h]) {
			d.outlook[h] = mean(outlookDays, func(k int) float64 { return s.temp(i-1-k, h) })
		}
	}
	d.warmth = mean(dayHours, func(h int) float64 { return d.outlook[h] })
	measured := 0
	for _, v := range d.load {
		if !math.IsNaN(v) {
			measured++
		}
	}
	d.mean = math.NaN()
	if measured >= enoughHours {
		d.mean = mean(dayHours, func(h int) float64 { return d.load[h] })
	}
}

// weeksAgo returns the corresponding day a number of weeks before: the same weekday, or the Sunday if the day is a holiday; -1 if that day
// was a holiday.
func (s series) weeksAgo(d, weeks int) int {
	then := d - weeks*weekDays
	if s.days[d].calendar == history.Holiday {
		if sinceSunday := (s.days[d].weekday + 1) % weekDays; sinceSunday > 0 {
			then = d - sinceSunday - (weeks-1)*weekDays
		}
		return then
	}
	if then >= 0 && s.days[then].calendar == history.Holiday {
		return -1
	}
	return then
}

func (s series) load(d, h int) float64 {
	if d < 0 || d >= len(s.days) {
		return math.NaN()
	}
	return s.days[d].load[h]
}

// temp returns an hour's measured temperature, or else its expected one.
func (s series) temp(d, h int) float64 {
	if d < 0 || d >= len(s.days) {
		return math.NaN()
	}
	if t := s.days[d].temp[h]; !math.IsNaN(t) {
		return t
	}
	return s.days[d].outlook[h]
}

func (s series) mean(d int) float64 {
	if d < 0 || d >= len(s.days) {
		return math.NaN()
	}
	return s.days[d].mean
}

func (s series) warmth(d int) float64 {
	if d < 0 || d >= len(s.days) {
		return math.NaN()
	}
	return mean(dayHours, func(h int) float64 { return s.temp(d, h) })
}

// mean returns the mean of the known values; NaN if there are none.
func mean(n int, of func(int) float64) float64 {
	sum, known := 0.0, 0.0
	for k := range n {
		if v := of(k); !math.IsNaN(v) {
			sum, known = sum+v, known+1
		}
	}
	return sum / known
}
