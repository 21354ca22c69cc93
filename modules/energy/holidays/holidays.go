// Package holidays computes public holidays.
package holidays

import (
	"time"
)

// Set is the country whose public holidays a site has.
type Set string

// The sets. A site without a country's holidays enters its own days in the calendar as closed days.
const (
	Colombian Set = "CO" // the default
	None      Set = "none"
)

// Known reports whether a set is one of the sets.
func (s Set) Known() bool { return s == Colombian || s == None }

// Holiday is the name of the set's public holiday on a local date; empty if there is none.
func (s Set) Holiday(date time.Time) string {
	if s == None {
		return ""
	}
	return Holiday(date)
}

// Holiday is the name of the Colombian public holiday on a date; empty if there is none.
//
// Source: Ley 51 de 1983 (Ley Emiliani), with the list of Ley 270/1996, unchanged since: fixed days, days moved to the
// next Monday, and days counted from Easter.
func Holiday(date time.Time) string {
	year, month, day := date.Date()
	if name := fixedHolidays[monthDay{month, day}]; name != "" {
		return name
	}
	if date.Weekday() == time.Monday {
		for back := range 7 { // the original date is this Monday or in the six days before it
			t := time.Date(year, month, day-back, 12, 0, 0, 0, time.UTC)
			if name := movedHolidays[monthDay{t.Month(), t.Day()}]; name != "" {
				return name
			}
		}
	}
	return easterHolidays[int(noon(year, month, day).Sub(easter(year))/(24*time.Hour))]
}

type monthDay struct {
	month time.Month
	day   int
}

var fixedHolidays = map[monthDay]string{
	{time.January, 1}:   "Año Nuevo",
	{time.May, 1}:       "Día del Trabajo",
	{time.July, 20}:     "Día de la Independencia",
	{time.August, 7}:    "Batalla de Boyacá",
	{time.December, 8}:  "Inmaculada Concepción",
	{time.December, 25}: "Navidad",
}

var movedHolidays = map[monthDay]string{
	{time.January, 6}:   "Reyes Magos",
	{time.March, 19}:    "San José",
	{time.June, 29}:     "San Pedro y San Pablo",
	{time.August, 15}:   "Asunción de la Virgen",
	{time.October, 12}:  "Día de la Raza",
	{time.November, 1}:  "Todos los Santos",
	{time.November, 11}: "Independencia de Cartagena",
}

// easterHolidays are keyed by days from Easter Sunday; the law moves those on Mondays.
var easterHolidays = map[int]string{
	-3: "Jueves Santo",
	-2: "Viernes Santo",
	43: "Ascensión del Señor",
	64: "Corpus Christi",
	71: "Sagrado Corazón",
}

func noon(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
}

// easter is Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Meeus, Astronomical Algorithms,
// chapter 8).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return noon(year, time.Month(n/31), n%31+1)
}
