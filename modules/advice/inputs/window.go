package inputs

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// Window is the span that is read. The same window has the same inputs unless past data was changed.
type Window struct{ From, To, AsOf, SiteEnd time.Time }

// Window returns the window of an analysis now; found is false if nothing was ever measured.
func (reader *Reader) Window(ctx context.Context, c *campus.Campus, t advice.Target) (w Window, found bool, err error) {
	return reader.WindowAt(ctx, c, t, advice.Now(reader.clock))
}

// WindowAt is Window as of an instant.
func (reader *Reader) WindowAt(ctx context.Context, c *campus.Campus, t advice.Target, at time.Time) (w Window, found bool, err error) {
	first, last, found, err := reader.consumption.Measured(ctx, t)
	if err != nil || !found {
		return w, false, err
	}
	zone := c.Zone(c.SpaceOf(t))
	w.AsOf = history.HourOf(at, zone).UTC()
	// The current hour is incomplete.
	if last.After(w.AsOf) {
		last = w.AsOf
	}
	w.To = last.UTC()
	w.From = history.HourOf(advice.Latest(first, last.AddDate(0, 0, -advice.HistoryDays)), zone).UTC()
	w.SiteEnd, err = reader.siteEnd(ctx, c, t, last)
	return w, w.From.Before(w.To), err
}

// VisibleWindow is Window limited to the part of a target's past that the caller may see.
func (reader *Reader) VisibleWindow(ctx context.Context, c *campus.Campus, caller advice.Caller, t advice.Target) (w Window, found bool, err error) {
	return reader.VisibleWindowAt(ctx, c, caller, t, advice.Now(reader.clock))
}

// VisibleWindowAt is VisibleWindow as of an instant.
func (reader *Reader) VisibleWindowAt(ctx context.Context, c *campus.Campus, caller advice.Caller, t advice.Target, at time.Time) (w Window, found bool, err error) {
	w, found, err = reader.WindowAt(ctx, c, t, at)
	if since := c.MovedIn(t, caller.Space); w.From.Before(since) {
		w.From = advice.NextHour(since, c.Zone(c.SpaceOf(t))).UTC()
	}
	return w, found && w.From.Before(w.To), err
}

// siteEnd returns the end of the last measured hour of the target's site, at most now. It is read once a job for each site, since all its
// devices are searched.
func (reader *Reader) siteEnd(ctx context.Context, c *campus.Campus, t advice.Target, last time.Time) (time.Time, error) {
	site := c.SiteOf(c.SpaceOf(t))
	end, err := c.SiteEnd(site, func() (time.Time, error) {
		_, end, found, err := reader.consumption.Measured(ctx, advice.Target{Level: advice.OfSite, ID: site})
		if !found {
			return time.Time{}, err
		}
		return advice.Earliest(end, advice.Now(reader.clock)), err
	})
	if err != nil {
		return last.UTC(), err
	}
	return advice.Latest(end, last).UTC(), nil
}
