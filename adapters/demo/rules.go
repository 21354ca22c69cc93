package demo

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// closing is a span of days of the measured years, from first to last, on which buildings were closed.
type closing struct {
	from, to, name string
	// except are the blocks that worked, as their readings show.
	except []string
}

// closings are the public holidays of England and the Christmas closing of the University of Cambridge. The readings show that some
// blocks worked on some of these days.
var closings = []closing{
	{"2017-01-02", "2017-01-02", "Año Nuevo", nil},
	{"2017-04-14", "2017-04-14", "Viernes Santo", []string{"bloque-5", "bloque-7"}},
	{"2017-04-17", "2017-04-17", "Lunes de Pascua", []string{"bloque-5"}},
	{"2017-05-01", "2017-05-01", "Festivo de mayo", []string{"bloque-2", "bloque-3", "bloque-5", "bloque-7", "bloque-8"}},
	{"2017-05-29", "2017-05-29", "Festivo de primavera", []string{"bloque-2", "bloque-3", "bloque-5", "bloque-6", "bloque-7"}},
	{"2017-08-28", "2017-08-28", "Festivo de agosto", []string{"bloque-3", "bloque-5", "bloque-6", "bloque-7", "bloque-8"}},
	{"2017-12-25", "2018-01-01", "Cierre de Navidad", nil},
	{"2018-03-30", "2018-03-30", "Viernes Santo", nil},
	{"2018-04-02", "2018-04-02", "Lunes de Pascua", []string{"bloque-7"}},
	{"2018-05-07", "2018-05-07", "Festivo de mayo", []string{"bloque-2", "bloque-3", "bloque-5", "bloque-6", "bloque-7", "bloque-8"}},
	{"2018-05-28", "2018-05-28", "Festivo de primavera", []string{"bloque-2", "bloque-3", "bloque-5", "bloque-6", "bloque-7"}},
	{"2018-08-27", "2018-08-27", "Festivo de agosto", []string{"bloque-8"}},
	{"2018-12-24", "2018-12-26", "Cierre de Navidad", nil},
	{"2018-12-27", "2018-12-27", "Cierre de Navidad", []string{"bloque-8"}},
	{"2018-12-28", "2018-12-30", "Cierre de Navidad", nil},
}

// opening is when a space is in use, as its readings show.
type opening struct {
	days     []calendar.Day
	from, to calendar.Clocktime
}

var (
	workdays    = []calendar.Day{"mon", "tue", "wed", "thu", "fri"}
	saturday    = []calendar.Day{"sat"}
	weekendDays = []calendar.Day{"sat", "sun"}
	allDays     = []calendar.Day{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
)

func clock(hour int) calendar.Clocktime { return calendar.Clocktime(hour * 60) }

// openings are the opening hours by space; a day that is not listed is closed.
var openings = map[string][]opening{
	"bloque-1": {{allDays, clock(6), clock(23)}},
	"bloque-2": {{workdays, clock(6), clock(23)}, {weekendDays, clock(9), clock(23)}},
	"bloque-3": {{workdays, clock(6), clock(20)}, {saturday, clock(6), clock(18)}},
	"bloque-4": {{workdays, clock(6), clock(20)}},
	"bloque-5": {{workdays, clock(7), clock(21)}, {saturday, clock(7), clock(19)}},
	"bloque-6": {{workdays, clock(7), clock(22)}},
	"bloque-7": {{workdays, clock(5), clock(23)}, {weekendDays, clock(9), clock(21)}},
	"bloque-8": {{workdays, clock(8), clock(23)}},
	"sala":     {{allDays, clock(7), clock(24)}},
}

// calendar adds the opening hours, and the closing days of the measured years on the corresponding dates, until the end of the year
// after the next.
func (l Loader) calendar(ctx context.Context, places map[string]energy.SpaceID, from, now time.Time) error {
	for _, s := range Spaces() {
		list, known := openings[s.Key]
		if !known {
			continue
		}
		entry := calendar.Entry{Space: places[s.Key], Name: "Horario de demostración, según el uso que muestran las lecturas", Kind: calendar.Opening}
		for _, o := range list {
			entry.Hours = append(entry.Hours, calendar.Hours{Days: o.days, From: o.from, To: o.to})
		}
		if _, err := l.Rules.AddCalendarEntry(ctx, administrator, entry); err != nil {
			return err
		}
	}
	end := time.Date(now.Year()+3, time.January, 1, 0, 0, 0, 0, l.Zone)
	for _, s := range closedSpans(from.In(l.Zone), end) {
		for _, key := range s.closing.places() {
			_, err := l.Rules.AddCalendarEntry(ctx, administrator, calendar.Entry{
				Space: places[key], Name: s.closing.name + " · calendario de Cambridge, de donde son las lecturas", Kind: calendar.Closed,
				From: s.from.Format(time.DateOnly), To: s.to.Format(time.DateOnly),
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// places returns the keys of the closed spaces: the site, or the blocks that were closed.
func (c closing) places() []string {
	if len(c.except) == 0 {
		return []string{"site"}
	}
	worked := make(map[string]bool)
	for _, key := range c.except {
		worked[key] = true
	}
	var closed []string
	for _, b := range buildings {
		if !worked[b.key] {
			closed = append(closed, b.key)
		}
	}
	return closed
}

type closedSpan struct {
	closing  *closing
	from, to time.Time
}

// closedSpans returns the local days of [from, to) that correspond to closing days; adjacent days are joined.
func closedSpans(from, to time.Time) []closedSpan {
	var list []closedSpan
	for day := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, from.Location()); day.Before(to); day = day.AddDate(0, 0, 1) {
		c := closedOn(measuredDate(measuredDay(day)))
		if c == nil {
			continue
		}
		if n := len(list); n > 0 && list[n-1].closing == c && list[n-1].to.AddDate(0, 0, 1).Equal(day) {
			list[n-1].to = day
			continue
		}
		list = append(list, closedSpan{c, day, day})
	}
	return list
}

// closedOn returns the closing of a day of the measured years; nil if there is none.
func closedOn(date time.Time) *closing {
	day := date.Format(time.DateOnly)
	for i, c := range closings {
		if c.from <= day && day <= c.to {
			return &closings[i]
		}
	}
	return nil
}

// demoPrice is the demo's price in COP per kWh: a round figure of the size that Colombian universities pay, not that of a utility.
var demoPrice = decimal.NewFromInt(900)

// tariffName says that the price is only an example, and its year.
const tariffName = "Tarifa de demostración 2026: precio de ejemplo, de ningún comercializador"

func (l Loader) tariff(ctx context.Context, site energy.SpaceID, from time.Time) error {
	_, err := l.Rules.AddTariff(ctx, administrator, tariffs.Tariff{
		Space: site, Name: tariffName, Currency: "COP", ValidFrom: from.In(l.Zone).Format(time.DateOnly), Price: demoPrice,
	})
	return err
}
