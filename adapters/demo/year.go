package demo

import "time"

// FirstDay is the first day of the buildings' files, a Monday: the first day of the ISO year 2017.
var FirstDay = time.Date(2017, time.January, 2, 0, 0, 0, 0, time.UTC)

// Weeks is the number of weeks in the files: the ISO years 2017 and 2018.
const (
	Weeks       = 2 * weeksAYear
	weeksAYear  = 52
	daysAWeek   = 7
	hoursADay   = 24
	quartersDay = 96
	quarter     = 15 * time.Minute
)

// measuredDay returns the index of the day in the files for a local date: same week of the year and same weekday, of 2018 in even
// years and of 2017 in odd years, so that neighbouring years keep their order. It depends only on the date: a day shows the same
// readings whenever the demo is loaded, and the demo never ends. A 53rd week uses the 52nd.
func measuredDay(date time.Time) int {
	year, week := date.ISOWeek()
	week = min(week, weeksAYear) - 1
	if year%2 == 0 {
		week += weeksAYear
	}
	return week*daysAWeek + (int(date.Weekday())+daysAWeek-1)%daysAWeek
}

// measuredDate returns a day of the files as a date.
func measuredDate(day int) time.Time { return FirstDay.AddDate(0, 0, day) }

// dayNumber returns the number of days from 1970-01-01 to a local date.
func dayNumber(date time.Time) int {
	y, m, d := date.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / int64((hoursADay*time.Hour)/time.Second))
}
