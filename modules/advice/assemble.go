package advice

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// comingDays are those whose calendar says what a month holds.
const comingDays = 365

// window is what an analysis looks at; the same window gives the same inputs as long as they were not changed.
type window struct{ from, to, asOf, siteEnd time.Time }

// assembled is a target's subject with what its figures are turned into money by.
type assembled struct {
	subject rules.Subject
	window  window
	prices  weekPrices
}

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

// weekPrices are the rates of each hour of the week, as of the coming week.
type weekPrices struct {
	price, avoided [HoursPerDay * DaysPerWeek]float64
	// demand is money per kW of a month's highest hour.
	demand float64
	// last is the rate of the week's last hour, whose tariff is named.
	last Rate
}

func (a *Advisor) weekPrices(ctx context.Context, space string, asOf time.Time, zone *time.Location) (weekPrices, error) {
	var w weekPrices
	week := history.New(asOf, asOf.AddDate(0, 0, DaysPerWeek), zone)
	rates, err := a.Prices.Rates(ctx, space, week.Start, week.End())
	if err != nil {
		return w, err
	}
	for i, hour := range week.Hours {
		at := week.At(i)
		k := slices.IndexFunc(rates, func(r Rate) bool { return !at.Before(r.From) && at.Before(r.To) })
		if k < 0 {
			continue
		}
		r := rates[k]
		w.price[hour.WeekHour], w.avoided[hour.WeekHour] = r.Price, r.Avoided
		w.last, w.demand = r, r.Demand
	}
	return w, nil
}

// worth turns a saving into money and emissions.
func (w weekPrices) worth(f rules.Finding) Money {
	r := w.last
	m := Money{Currency: r.Currency, Tariff: r.Tariff, Source: r.Source, ValidFrom: r.ValidFrom, Default: r.Default, Factor: r.AvoidedFactor}
	var price, avoided float64
	for h, share := range f.Weight {
		price += share * w.price[h]
		avoided += share * w.avoided[h]
	}
	if f.Kind == rules.Peak {
		m.Cost = w.demand * f.Figure("shave")
		m.CostLow = m.Cost
		return m
	}
	m.Cost, m.CostLow, m.CO2Kg = f.Saving.KWh*price, f.Saving.Low*price, f.Saving.KWh*avoided
	return m
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
