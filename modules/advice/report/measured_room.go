package report

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// MeasuredRoom is a room of the campus with its own readings.
type MeasuredRoom struct {
	ID, Name string
	text.Measured
	// Days are the last days, oldest first.
	Days []Day
}

// Day is a local day's measured energy, kWh.
type Day struct {
	Date string // YYYY-MM-DD
	KWh  float64
}

// usualWeeks is the number of weeks whose same weekday defines the usual use.
const usualWeeks = 5

// shownDays is the number of days in a document.
const shownDays = 7

// measuredRoom reads a space's use today until now, and until the same hour on the same weekday of earlier weeks.
func (reporter *Reporter) measuredRoom(ctx context.Context, c *campus.Campus, space advice.Space) (*MeasuredRoom, error) {
	out := &MeasuredRoom{ID: space.ID, Name: space.Name}
	zone := c.Zone(space.ID)
	now := advice.Now(reporter.clock).In(zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	from := midnight.AddDate(0, 0, -usualWeeks*advice.DaysPerWeek)
	uses, err := reporter.consumption.Hours(ctx, advice.Target{Level: space.Kind, ID: space.ID}, history.HourOf(from, zone), now)
	if err != nil {
		return nil, err
	}
	days := make(map[string]float64)
	sameDay := make(map[string]float64)
	for _, u := range uses {
		t := u.Start.In(zone)
		date := t.Format(time.DateOnly)
		if u.Coverage > 0 || u.KWh > 0 {
			days[date] += u.KWh
		}
		if t.Weekday() == now.Weekday() && t.Hour() < now.Hour() && (u.Coverage > 0 || u.KWh > 0) {
			sameDay[date] += u.KWh
		}
	}
	today := now.Format(time.DateOnly)
	out.TodayKWh, out.HasToday = days[today], hasKey(days, today)
	out.ByHour, out.TodayByHourKWh = now.Hour(), sameDay[today]
	for week := 1; week <= usualWeeks; week++ {
		if kwh, measured := sameDay[midnight.AddDate(0, 0, -week*advice.DaysPerWeek).Format(time.DateOnly)]; measured {
			out.UsualKWh += kwh
			out.Weeks++
		}
	}
	if out.Weeks > 0 {
		out.UsualKWh /= float64(out.Weeks)
	}
	out.Weekday = now.Weekday()
	for i := shownDays; i >= 1; i-- {
		date := midnight.AddDate(0, 0, -i).Format(time.DateOnly)
		if kwh, measured := days[date]; measured {
			out.Days = append(out.Days, Day{Date: date, KWh: kwh})
			out.DayKWh += kwh
			out.DayCount++
		}
	}
	if out.DayCount > 0 {
		out.DayKWh /= float64(out.DayCount)
	}
	return out, nil
}

func hasKey(days map[string]float64, date string) bool {
	_, has := days[date]
	return has
}
