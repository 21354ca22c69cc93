package main

import (
	"math"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/us"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// country is the calendar of a meter's place.
type country struct {
	// holiday reports whether a local date is a public holiday, or the day off in place of one.
	holiday func(date time.Time) bool
	// christmas is true if universities are closed from Christmas to New Year.
	christmas bool
}

// countryOf is the one that keeps a zone's time. BDG2 keeps some sites of the United States in standard time all year, whose
// zones are named by their offset alone.
func countryOf(zone string) (c country, known bool) {
	switch zone {
	case "Europe/London":
		return country{observed(gb.Holidays), true}, true
	case "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
		"Etc/GMT+5", "Etc/GMT+6", "Etc/GMT+7", "Etc/GMT+8":
		return country{observed(employersKeep), true}, true
	case "Asia/Bangkok":
		return country{listed(thailand), false}, true
	case "Asia/Singapore":
		return country{listed(singapore), false}, true
	}
	return country{}, false
}

func (c country) kind(date time.Time) history.DayKind {
	switch {
	case c.holiday(date):
		return history.Holiday
	case c.christmas && shutBetween(date):
		return history.Vacation
	}
	return history.Usual
}

// employersKeep are the holidays of the United States on which most workplaces shut; on the other federal ones most are open
// (Bureau of Labor Statistics, National Compensation Survey, 2018).
var employersKeep = []*cal.Holiday{
	us.NewYear, us.MlkDay, us.MemorialDay, us.IndependenceDay, us.LaborDay, us.ThanksgivingDay, us.DayAfterThanksgivingDay, us.ChristmasDay,
}

func observed(list []*cal.Holiday) func(time.Time) bool {
	calendar := &cal.Calendar{Cacheable: true}
	calendar.AddHoliday(list...)
	return func(date time.Time) bool {
		actual, instead, _ := calendar.IsHoliday(date)
		return actual || instead
	}
}

func listed(dates string) func(time.Time) bool {
	days := make(map[string]bool)
	for _, d := range strings.Fields(dates) {
		days[d] = true
	}
	return func(date time.Time) bool { return days[date.Format(time.DateOnly)] }
}

// shutBetween are the days from Christmas Eve to New Year's Day, on which universities that keep Christmas are shut.
func shutBetween(date time.Time) bool {
	return date.Month() == time.December && date.Day() >= 24 || date.YearDay() == 1
}

// mark marks the hours of holidays and vacations, according to the country with a zone's time.
func mark(hours []hour, zone string) {
	country, known := countryOf(zone)
	if !known {
		return
	}
	date, day := math.MinInt, history.Usual
	for i := range hours {
		if h := &hours[i]; h.Date != date {
			date, day = h.Date, country.kind(time.Date(h.at.Year(), h.at.Month(), h.at.Day(), 12, 0, 0, 0, time.UTC))
		}
		hours[i].Day = day
	}
}
