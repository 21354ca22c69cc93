package inputs

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// Rows returns a target's hours as input of a baseline, and the history that contains them.
func (reader *Reader) Rows(ctx context.Context, c *campus.Campus, t advice.Target, from, to time.Time) ([]baseline.Row, *history.History, error) {
	h := history.New(history.HourOf(from, c.Zone(c.SpaceOf(t))), to, c.Zone(c.SpaceOf(t)))
	uses, err := reader.consumption.Hours(ctx, t, h.Start, h.End())
	if err != nil {
		return nil, nil, err
	}
	h.FillUse(uses)
	hours, _, err := reader.calendar.CalendarHours(ctx, c.SpaceOf(t), h.Start, h.End())
	if err != nil {
		return nil, nil, err
	}
	h.FillCalendar(hours)
	outdoor, err := reader.ambience.AmbientHours(ctx, c.SiteOf(c.SpaceOf(t)), h.Start, h.End())
	if err != nil {
		return nil, nil, err
	}
	h.FillOutdoor(advice.Temperatures(outdoor))
	return RowsOf(h), h, nil
}

// RowsOf returns a history's hours as input of a baseline.
func RowsOf(h *history.History) []baseline.Row {
	rows := make([]baseline.Row, len(h.Hours))
	for i, hour := range h.Hours {
		rows[i] = baseline.Row{WeekHour: hour.WeekHour, Load: hour.KW, Temp: hour.Outdoor, Date: hour.Date, Day: hour.Day}
	}
	baseline.FillWarmth(rows)
	return rows
}
