package text

import (
	"strconv"
	"strings"
	"time"
)

// maxNamed is the maximum number of dates that a question names; more are only counted.
const maxNamed = 6

// Question returns a title that asks whether a space opened on dates, and a message with the reason: the use on them.
func Question(l Language, space string, dates []time.Time, of []string) (title, message string) {
	when := l.pick("en estos ", "on these ") + l.Count(len(dates), l.pick("día", "day"), l.pick("días", "days"))
	if len(dates) <= maxNamed {
		when = l.dates(dates)
	}
	used := l.pick("el consumo", "the consumption")
	if len(of) > 0 {
		used += l.pick(" de «", " of “") + of[0] + l.pick("»", "”")
	}
	if more := len(of) - 1; more > 0 {
		used += l.pick(" y "+strconv.Itoa(more)+" más", " and "+strconv.Itoa(more)+" more")
	}
	title = l.pick("¿Abrió «"+space+"» "+when+"?", "Did “"+space+"” open "+when+"?")
	if len(dates) == 1 {
		return title, l.pick("El calendario lo marca como festivo, vacaciones o día de cierre, pero "+used+" fue como el de un día de apertura. Mientras no se responda, no cuenta como desperdicio.",
			"The calendar marks it as a holiday, vacation or closed day, but "+used+" was like that of an open day. Until the question is answered, it does not count as waste.")
	}
	return title, l.pick("El calendario los marca como festivos, vacaciones o días de cierre, pero "+used+" fue como el de un día de apertura. Mientras no se responda, no cuentan como desperdicio.",
		"The calendar marks them as holidays, vacation or closed days, but "+used+" was like that of an open day. Until the question is answered, they do not count as waste.")
}

// Opened returns the name of the calendar entry for a day that opened.
func Opened(l Language) string {
	return l.pick("Abrió, según respuesta", "Opened, as answered")
}

// dates lists dates: el 12 de octubre, el 2 y el 16 de noviembre.
func (l Language) dates(dates []time.Time) string {
	parts := make([]string, len(dates))
	for i, d := range dates {
		same := i+1 < len(dates) && dates[i+1].Month() == d.Month() && dates[i+1].Year() == d.Year()
		parts[i] = l.date(d, same)
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + l.pick(" y ", " and ") + parts[len(parts)-1]
}

// date writes a day of the month, in Spanish without its month if the next date has the same.
func (l Language) date(d time.Time, same bool) string {
	day := strconv.Itoa(d.Day())
	switch {
	case l == English:
		return "on " + day + " " + d.Month().String()
	case same:
		return "el " + day
	}
	return "el " + day + " de " + spanishMonths[d.Month()-1]
}
