package scenario

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/whatif"
)

// replay is the input of a scenario's computation.
type replay struct {
	scope   advice.Target
	targets []advice.Target
	past    []*history.History
	hours   whatif.Hours
	nodes   []whatif.Node
	rates   []advice.Rate
}

// replayOf reads the hours of the scope and of all its targets.
func (sim *Simulator) replayOf(ctx context.Context, c *campus.Campus, caller advice.Caller, s Scenario) (*replay, error) {
	var r replay
	for _, change := range s.Changes {
		if change.Target == "" {
			continue
		}
		t, known := c.Find(change.Target)
		if !known || !c.Sees(caller, c.SpaceOf(t)) {
			return nil, advice.ErrNotFound{Kind: "device or space", ID: change.Target}
		}
		if !slices.Contains(r.targets, t) {
			r.targets = append(r.targets, t)
		}
	}
	var err error
	if r.scope, err = scopeOf(c, caller, s.Space, r.targets); err != nil {
		return nil, err
	}
	if !slices.Contains(r.targets, r.scope) {
		r.targets = append(r.targets, r.scope)
	}
	from, to, err := sim.replaySpan(ctx, c, r.scope, s)
	if err != nil {
		return nil, err
	}
	for _, t := range r.targets {
		from = advice.Latest(from, advice.NextHour(c.MovedIn(t, caller.Space), c.Zone(c.SpaceOf(t))))
	}
	if !from.Before(to) {
		return nil, advice.ErrNothingMeasured{Target: r.scope}
	}
	if err := sim.readReplay(ctx, c, &r, from, to); err != nil {
		return nil, err
	}
	r.rates, err = sim.prices.Rates(ctx, c.SpaceOf(r.scope), from, to)
	return &r, err
}

// scopeOf returns the requested space, which must contain all targets, or else the innermost space that does.
func scopeOf(c *campus.Campus, caller advice.Caller, space string, targets []advice.Target) (advice.Target, error) {
	holds := func(s string) bool {
		return !slices.ContainsFunc(targets, func(t advice.Target) bool { return !slices.Contains(c.Path(c.SpaceOf(t)), s) })
	}
	if space != "" {
		if !c.Sees(caller, space) {
			return advice.Target{}, advice.ErrNotFound{Kind: "space", ID: space}
		}
		if !holds(space) {
			return advice.Target{}, advice.ErrInvalid{Flaws: []advice.Flaw{{Field: "space_id", Rule: "holds_targets"}}}
		}
		return advice.Target{Level: c.Space(space).Kind, ID: space}, nil
	}
	around := c.Path(caller.Space)
	if len(targets) > 0 {
		around = c.Path(c.SpaceOf(targets[0]))
	} else if len(around) == 0 && len(c.Children("")) > 0 {
		around = c.Children("")[:1]
	}
	for _, s := range around {
		if holds(s) && c.Sees(caller, s) {
			return advice.Target{Level: c.Space(s).Kind, ID: s}, nil
		}
	}
	return advice.Target{}, advice.ErrInvalid{Flaws: []advice.Flaw{{Field: "space_id", Rule: "required"}}}
}

func (sim *Simulator) replaySpan(ctx context.Context, c *campus.Campus, scope advice.Target, s Scenario) (from, to time.Time, err error) {
	zone := c.Zone(c.SpaceOf(scope))
	first, last, found, err := sim.consumption.Measured(ctx, scope)
	if err != nil {
		return from, to, err
	}
	last = advice.Earliest(last, history.HourOf(advice.Now(sim.clock), zone))
	if !found || !first.Before(last) {
		return from, to, advice.ErrNothingMeasured{Target: scope}
	}
	from, to = s.From, s.To
	if to.IsZero() {
		to = advice.MidnightOf(last, zone)
		if !from.IsZero() || !first.Before(to) {
			to = last
		}
	}
	if from.IsZero() {
		from = advice.Latest(first, to.AddDate(0, 0, -usualDays))
	}
	from, to = history.HourOf(from, zone), history.HourOf(to, zone)
	if !from.Before(last) || !first.Before(to) || !from.Before(to) {
		return from, to, advice.ErrNothingMeasured{Target: scope}
	}
	return from, to, nil
}

func (sim *Simulator) readReplay(ctx context.Context, c *campus.Campus, r *replay, from, to time.Time) error {
	site := c.SiteOf(c.SpaceOf(r.scope))
	outdoor, err := sim.ambience.AmbientHours(ctx, site, from, to)
	if err != nil {
		return err
	}
	for _, t := range r.targets {
		h := history.New(from, to, c.Zone(c.SpaceOf(t)))
		uses, err := sim.consumption.Hours(ctx, t, h.Start, h.End())
		if err != nil {
			return err
		}
		h.FillUse(uses)
		h.FillOutdoor(advice.Temperatures(outdoor))
		hours, _, err := sim.calendar.CalendarHours(ctx, c.SpaceOf(t), h.Start, h.End())
		if err != nil {
			return err
		}
		h.FillCalendar(hours)
		r.past = append(r.past, h)
		r.nodes = append(r.nodes, nodeOf(c, r.targets, t, h))
	}
	r.hours = hoursOf(r.past[slices.Index(r.targets, r.scope)], c.Zone(c.SpaceOf(r.scope)))
	return nil
}

func nodeOf(c *campus.Campus, targets []advice.Target, t advice.Target, h *history.History) whatif.Node {
	node := whatif.Node{KW: make([]float64, len(h.Hours))}
	for i, hour := range h.Hours {
		node.KW[i] = hour.KW
	}
	inside := c.Inside(t)
	for i, other := range targets {
		if inside[other] {
			node.Inside = append(node.Inside, i)
		}
	}
	return node
}

func hoursOf(h *history.History, zone *time.Location) whatif.Hours {
	var hours whatif.Hours
	for i, hour := range h.Hours {
		hours.Start = append(hours.Start, h.At(i).In(zone))
		hours.Clock = append(hours.Clock, hour.Clock())
		hours.Weekday = append(hours.Weekday, hour.WeekHour/advice.HoursPerDay)
		hours.Date = append(hours.Date, hour.Date)
		hours.Open = append(hours.Open, hour.Open)
		hours.Outdoor = append(hours.Outdoor, hour.Outdoor)
	}
	return hours
}
