package demo

import "time"

// FirstDay is the first day of the buildings' files, a Monday: that of the ISO year 2017. Weeks is how many they hold: the ISO years
// 2017 and 2018.
var FirstDay = time.Date(2017, time.January, 2, 0, 0, 0, 0, time.UTC)

// Weeks of the two years.
const (
	Weeks       = 2 * weeksAYear
	weeksAYear  = 52
	daysAWeek   = 7
	hoursADay   = 24
	quartersDay = 96
	quarter     = 15 * time.Minute
)

// measuredDay is which day of the files stands for a local date: that of the same week of the year and day of the week, of 2018 in
// even years and of 2017 in odd ones, so that a year is beside another as they were in their order. It depends on nothing else: the
// demo shows the same on a day whenever it is loaded, and goes on without end. The 53rd week of a year that has one is as its 52nd.
func measuredDay(date time.Time) int {
	year, week := date.ISOWeek()
	week = min(week, weeksAYear) - 1
	if year%2 == 0 {
		week += weeksAYear
	}
	return week*daysAWeek + (int(date.Weekday())+daysAWeek-1)%daysAWeek
}

// measuredDate is the day of the files as a date.
func measuredDate(day int) time.Time { return FirstDay.AddDate(0, 0, day) }

// dayNumber counts local dates.
func dayNumber(date time.Time) int {
	y, m, d := date.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / int64((hoursADay*time.Hour)/time.Second))
}
