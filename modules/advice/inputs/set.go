package inputs

import (
	"context"
	"strconv"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// comingDays is the number of coming days whose calendar defines a usual month.
const comingDays = 365

// Set is a target's rule input together with the prices that value its savings.
type Set struct {
	Subject rules.Subject
	Window  Window
	Prices  WeekPrices
}

// Read reads all inputs of the rules for a target in a window.
func (reader *Reader) Read(ctx context.Context, c *campus.Campus, t advice.Target, w Window, peers []rules.Traits) (Set, error) {
	space := c.SpaceOf(t)
	zone := c.Zone(space)
	h := history.New(w.From, w.To, zone)
	out := Set{Window: w, Subject: rules.Subject{ID: t.String(), History: h, Peers: peers, SiteEnd: w.SiteEnd}}
	s := &out.Subject
	s.Kind, s.Within = string(t.Level), string(c.Space(space).Kind)
	if t.Level == advice.OfDevice {
		d := c.Device(t.ID)
		s.Kind, s.RatedW, s.StandbyW, s.ClockOff = d.Kind, d.RatedW, d.StandbyW, d.ClockOff
	} else {
		s.AreaM2 = c.Space(t.ID).AreaM2
	}
	uses, err := reader.consumption.Hours(ctx, t, h.Start, h.End())
	if err != nil {
		return out, err
	}
	h.FillUse(uses)
	hours, assumed, err := reader.calendar.CalendarHours(ctx, space, h.Start, h.End())
	if err != nil {
		return out, err
	}
	h.FillCalendar(hours)
	if s.Opened, s.Shut, err = reader.asker.AnsweredDates(ctx, c, space, h); err != nil {
		return out, err
	}
	if err := reader.readSurroundings(ctx, c, t, h); err != nil {
		return out, err
	}
	if s.Calendar, err = reader.comingMonth(ctx, space, w.AsOf, zone); err != nil {
		return out, err
	}
	s.Calendar.Assumed = assumed
	out.Prices, err = reader.weekPrices(ctx, space, w.AsOf, zone)
	return out, err
}

// readSurroundings adds the weather, the room's own readings and the device's states.
func (reader *Reader) readSurroundings(ctx context.Context, c *campus.Campus, t advice.Target, h *history.History) error {
	space := c.SpaceOf(t)
	site := c.SiteOf(space)
	outdoor, err := reader.ambience.AmbientHours(ctx, site, h.Start, h.End())
	if err != nil {
		return err
	}
	h.FillOutdoor(advice.Temperatures(outdoor))
	if space != site {
		indoor, err := reader.ambience.AmbientHours(ctx, space, h.Start, h.End())
		if err != nil {
			return err
		}
		h.FillIndoor(advice.Temperatures(indoor))
		h.FillOccupancy(advice.Occupancies(indoor))
	}
	if t.Level != advice.OfDevice {
		return nil
	}
	spans, err := reader.states.Spans(ctx, t.ID, h.Start, h.End())
	h.FillStates(spans)
	return err
}

// comingMonth returns the open dates, closed dates and closed hours of a usual month in the coming year.
func (reader *Reader) comingMonth(ctx context.Context, space string, asOf time.Time, zone *time.Location) (rules.Calendar, error) {
	y, m, d := asOf.In(zone).Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, zone)
	coming := history.New(from, from.AddDate(0, 0, comingDays), zone)
	hours, _, err := reader.calendar.CalendarHours(ctx, space, coming.Start, coming.End())
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
	month := advice.DaysPerMonth / float64(max(1, len(dates)))
	return rules.Calendar{
		OpenDates: float64(len(opens)) * month, ShutDates: float64(len(dates)-len(opens)) * month, ShutHours: float64(shut) * month,
	}, nil
}

// Hash returns a hash of the rule's version and every input of a target, in a canonical form.
func (in Set) Hash(kind rules.Kind) string {
	s := in.Subject
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
	for h := range in.Prices.price {
		d.AddNumber("price", in.Prices.price[h])
		d.AddNumber("avoided", in.Prices.avoided[h])
	}
	d.AddNumber("demand", in.Prices.Demand)
	return d.Hex()
}

// Basis returns the basis of a finding of a kind.
func (in Set) Basis(kind rules.Kind) advice.Basis {
	h := in.Subject.History
	return advice.Basis{
		Version: rules.Version, From: in.Window.From, To: in.Window.To, AsOf: in.Window.AsOf, SiteEnd: in.Window.SiteEnd,
		Hours: len(h.Hours), Measured: h.Count(history.Hour.Known), Assumed: in.Subject.Calendar.Assumed, Hash: in.Hash(kind),
	}
}
