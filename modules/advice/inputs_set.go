package advice

import (
	"context"
	"strconv"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// comingDays are those whose calendar says what a month holds.
const comingDays = 365

// assembled is a target's subject with what its figures are turned into money by.
type assembled struct {
	subject rules.Subject
	window  window
	prices  weekPrices
}

// assemble reads all that the rules need of a target in a window.
func (a *Advisor) assemble(ctx context.Context, c *Campus, t Target, w window, peers []rules.Traits) (assembled, error) {
	space := c.SpaceOf(t)
	zone := c.Zone(space)
	h := history.New(w.from, w.to, zone)
	out := assembled{window: w, subject: rules.Subject{ID: t.String(), History: h, Peers: peers, SiteEnd: w.siteEnd}}
	s := &out.subject
	s.Kind, s.Within = string(t.Level), string(c.Space(space).Kind)
	if t.Level == OfDevice {
		d := c.Device(t.ID)
		s.Kind, s.RatedW, s.StandbyW, s.ClockOff = d.Kind, d.RatedW, d.StandbyW, d.ClockOff
	} else {
		s.AreaM2 = c.Space(t.ID).AreaM2
	}
	uses, err := a.Consumption.Hours(ctx, t, h.Start, h.End())
	if err != nil {
		return out, err
	}
	h.FillUse(uses)
	hours, assumed, err := a.Calendar.CalendarHours(ctx, space, h.Start, h.End())
	if err != nil {
		return out, err
	}
	h.FillCalendar(hours)
	if s.Opened, s.Shut, err = a.answered(ctx, c, space, h); err != nil {
		return out, err
	}
	if err := a.surround(ctx, c, t, h); err != nil {
		return out, err
	}
	if s.Calendar, err = a.comingMonth(ctx, space, w.asOf, zone); err != nil {
		return out, err
	}
	s.Calendar.Assumed = assumed
	out.prices, err = a.weekPrices(ctx, space, w.asOf, zone)
	return out, err
}

// surround enters the weather, the room's own readings and the device's states.
func (a *Advisor) surround(ctx context.Context, c *Campus, t Target, h *history.History) error {
	space := c.SpaceOf(t)
	site := c.SiteOf(space)
	outdoor, err := a.Ambience.AmbientHours(ctx, site, h.Start, h.End())
	if err != nil {
		return err
	}
	h.FillOutdoor(Temperatures(outdoor))
	if space != site {
		indoor, err := a.Ambience.AmbientHours(ctx, space, h.Start, h.End())
		if err != nil {
			return err
		}
		h.FillIndoor(Temperatures(indoor))
		h.FillOccupancy(Occupancies(indoor))
	}
	if t.Level != OfDevice {
		return nil
	}
	spans, err := a.States.Spans(ctx, t.ID, h.Start, h.End())
	h.FillStates(spans)
	return err
}

// comingMonth is what a usual month of the coming year holds.
func (a *Advisor) comingMonth(ctx context.Context, space string, asOf time.Time, zone *time.Location) (rules.Calendar, error) {
	y, m, d := asOf.In(zone).Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, zone)
	coming := history.New(from, from.AddDate(0, 0, comingDays), zone)
	hours, _, err := a.Calendar.CalendarHours(ctx, space, coming.Start, coming.End())
	if err != nil {
		return rules.Calendar{}, err
	}
	coming.FillCalendar(hours)
	opens, shut, dates := make(map[int]bool), 0, make(map[int]bool)
	for _, hour := range coming.Hours {
		dates[hour.Date] = true
		if hour.Open {
			opens[hour.Date] = true
		} else {
			shut++
		}
	}
	month := DaysPerMonth / float64(max(1, len(dates)))
	return rules.Calendar{
		OpenDates: float64(len(opens)) * month, ShutDates: float64(len(dates)-len(opens)) * month, ShutHours: float64(shut) * month,
	}, nil
}

// hash sums the rule's version and every input of an assembled target, in a canonical form.
func (in assembled) hash(kind rules.Kind) string {
	s := in.subject
	d := history.NewDigest()
	d.Add("rule", string(kind))
	d.Add("version", strconv.Itoa(rules.Version))
	d.Add("target", s.ID)
	d.Add("kind", s.Kind+" "+s.Within)
	d.AddNumber("rated_w", s.RatedW)
	d.AddNumber("standby_w", s.StandbyW)
	d.AddNumber("area_m2", s.AreaM2)
	d.Add("history", s.History.Digest())
	d.Add("site_end", strconv.FormatInt(s.SiteEnd.UnixMilli(), 10))
	d.AddNumber("open_dates", s.Calendar.OpenDates)
	d.AddNumber("shut_dates", s.Calendar.ShutDates)
	d.AddNumber("shut_hours", s.Calendar.ShutHours)
	for _, date := range s.Opened {
		d.Add("opened", strconv.Itoa(date))
	}
	for _, date := range s.Shut {
		d.Add("shut", strconv.Itoa(date))
	}
	for _, p := range s.Peers {
		d.AddNumber("peer_area", p.AreaM2)
		d.AddNumber("peer_base", p.BaseW)
		d.AddNumber("peer_slope", p.SlopeKWh)
	}
	for h := range in.prices.price {
		d.AddNumber("price", in.prices.price[h])
		d.AddNumber("avoided", in.prices.avoided[h])
	}
	d.AddNumber("demand", in.prices.demand)
	return d.Hex()
}

// basis is what a finding of a kind was computed from.
func (in assembled) basis(kind rules.Kind) Basis {
	h := in.subject.History
	return Basis{
		Version: rules.Version, From: in.window.from, To: in.window.to, AsOf: in.window.asOf, SiteEnd: in.window.siteEnd,
		Hours: len(h.Hours), Measured: h.Count(history.Hour.Known), Assumed: in.subject.Calendar.Assumed, Hash: in.hash(kind),
	}
}
