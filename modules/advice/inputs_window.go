package advice

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// window is what an analysis looks at; the same window gives the same inputs as long as they were not changed.
type window struct{ from, to, asOf, siteEnd time.Time }

// windowOf is the window of an analysis now. found is false where nothing was ever measured.
func (a *Advisor) windowOf(ctx context.Context, c *Campus, t Target) (w window, found bool, err error) {
	return a.windowAt(ctx, c, t, Now(a.Clock))
}

// windowAt is windowOf as of an instant.
func (a *Advisor) windowAt(ctx context.Context, c *Campus, t Target, at time.Time) (w window, found bool, err error) {
	first, last, found, err := a.Consumption.Measured(ctx, t)
	if err != nil || !found {
		return w, false, err
	}
	zone := c.Zone(c.SpaceOf(t))
	w.asOf = history.HourOf(at, zone).UTC()
	// What an hour that still runs has used says nothing yet.
	if last.After(w.asOf) {
		last = w.asOf
	}
	w.to = last.UTC()
	w.from = history.HourOf(Latest(first, last.AddDate(0, 0, -HistoryDays)), zone).UTC()
	w.siteEnd, err = a.siteEnd(ctx, c, t, last)
	return w, w.from.Before(w.to), err
}

// windowSeen is windowOf of what a caller may see of a target's past.
func (a *Advisor) windowSeen(ctx context.Context, c *Campus, caller Caller, t Target) (w window, found bool, err error) {
	return a.windowSeenAt(ctx, c, caller, t, Now(a.Clock))
}

// windowSeenAt is windowSeen as of an instant.
func (a *Advisor) windowSeenAt(ctx context.Context, c *Campus, caller Caller, t Target, at time.Time) (w window, found bool, err error) {
	w, found, err = a.windowAt(ctx, c, t, at)
	if since := c.MovedIn(t, caller.Space); w.from.Before(since) {
		w.from = NextHour(since, c.Zone(c.SpaceOf(t))).UTC()
	}
	return w, found && w.from.Before(w.to), err
}

// siteEnd is when the last measured hour of the target's site ends, at the latest now. It is read once a job for each site, since it
// is sought among all its devices.
func (a *Advisor) siteEnd(ctx context.Context, c *Campus, t Target, last time.Time) (time.Time, error) {
	site := c.SiteOf(c.SpaceOf(t))
	end, err := c.SiteEnd(site, func() (time.Time, error) {
		_, end, found, err := a.Consumption.Measured(ctx, Target{OfSite, site})
		if !found {
			return time.Time{}, err
		}
		return Earliest(end, Now(a.Clock)), err
	})
	if err != nil {
		return last.UTC(), err
	}
	return Latest(end, last).UTC(), nil
}
