package advice

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// rowsBetween are a target's hours as a baseline takes them, with the history that they are of.
func (a *Advisor) rowsBetween(ctx context.Context, c *Campus, t Target, from, to time.Time) ([]baseline.Row, *history.History, error) {
	h := history.New(history.HourOf(from, c.Zone(c.SpaceOf(t))), to, c.Zone(c.SpaceOf(t)))
	uses, err := a.Consumption.Hours(ctx, t, h.Start, h.End())
	if err != nil {
		return nil, nil, err
	}
	h.FillUse(uses)
	hours, _, err := a.Calendar.CalendarHours(ctx, c.SpaceOf(t), h.Start, h.End())
	if err != nil {
		return nil, nil, err
	}
	h.FillCalendar(hours)
	outdoor, err := a.Ambience.AmbientHours(ctx, c.SiteOf(c.SpaceOf(t)), h.Start, h.End())
	if err != nil {
		return nil, nil, err
	}
	h.FillOutdoor(Temperatures(outdoor))
	return rowsOf(h), h, nil
}

// rowsOf are a history's hours as a baseline is fitted on them.
func rowsOf(h *history.History) []baseline.Row {
	rows := make([]baseline.Row, len(h.Hours))
	for i, hour := range h.Hours {
		rows[i] = baseline.Row{WeekHour: hour.WeekHour, Load: hour.KW, Temp: hour.Outdoor, Date: hour.Date, Day: hour.Day}
	}
	baseline.FillWarmth(rows)
	return rows
}
