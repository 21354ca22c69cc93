package advice

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/whatif"
)

// replay is what a scenario is computed from.
type replay struct {
	scope   Target
	targets []Target
	past    []*history.History
	hours   whatif.Hours
	nodes   []whatif.Node
	rates   []Rate
}

// replayOf reads the hours of the scope and of all targets.
func (a *Advisor) replayOf(ctx context.Context, c *Campus, caller Caller, s Scenario) (*replay, error) {
	var r replay
	for _, change := range s.Changes {
		if change.Target == "" {
			continue
		}
		t, known := c.Find(change.Target)
		if !known || !c.Sees(caller, c.SpaceOf(t)) {
			return nil, ErrNotFound{"device or space", change.Target}
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
	from, to, err := a.replaySpan(ctx, c, r.scope, s)
	if err != nil {
		return nil, err
	}
	for _, t := range r.targets {
		from = Latest(from, NextHour(c.MovedIn(t, caller.Space), c.Zone(c.SpaceOf(t))))
	}
	if !from.Before(to) {
		return nil, ErrNothingMeasured{r.scope}
	}
	if err := a.readReplay(ctx, c, &r, from, to); err != nil {
		return nil, err
	}
	r.rates, err = a.Prices.Rates(ctx, c.SpaceOf(r.scope), from, to)
	return &r, err
}

// scopeOf is the space asked about, which must hold all targets, or the innermost one that does.
func scopeOf(c *Campus, caller Caller, space string, targets []Target) (Target, error) {
	holds := func(s string) bool {
		return !slices.ContainsFunc(targets, func(t Target) bool { return !slices.Contains(c.Path(c.SpaceOf(t)), s) })
	}
	if space != "" {
		if !c.Sees(caller, space) {
			return Target{}, ErrNotFound{"space", space}
		}
		if !holds(space) {
			return Target{}, ErrInvalid{[]Flaw{{Field: "space_id", Rule: "holds_targets"}}}
		}
		return Target{c.Space(space).Kind, space}, nil
	}
	around := c.Path(caller.Space)
	if len(targets) > 0 {
		around = c.Path(c.SpaceOf(targets[0]))
	} else if len(around) == 0 && len(c.Children("")) > 0 {
		around = c.Children("")[:1]
	}
	for _, s := range around {
		if holds(s) && c.Sees(caller, s) {
			return Target{c.Space(s).Kind, s}, nil
		}
	}
	return Target{}, ErrInvalid{[]Flaw{{Field: "space_id", Rule: "required"}}}
}

func (a *Advisor) replaySpan(ctx context.Context, c *Campus, scope Target, s Scenario) (from, to time.Time, err error) {
	zone := c.Zone(c.SpaceOf(scope))
	first, last, found, err := a.Consumption.Measured(ctx, scope)
	if err != nil {
		return from, to, err
	}
	last = Earliest(last, history.HourOf(Now(a.Clock), zone))
	if !found || !first.Before(last) {
		return from, to, ErrNothingMeasured{scope}
	}
	from, to = s.From, s.To
	if to.IsZero() {
		to = MidnightOf(last, zone)
		if !from.IsZero() || !first.Before(to) {
			to = last
		}
	}
	if from.IsZero() {
		from = Latest(first, to.AddDate(0, 0, -scenarioDays))
	}
	from, to = history.HourOf(from, zone), history.HourOf(to, zone)
	if !from.Before(last) || !first.Before(to) || !from.Before(to) {
		return from, to, ErrNothingMeasured{scope}
	}
	return from, to, nil
}

func (a *Advisor) readReplay(ctx context.Context, c *Campus, r *replay, from, to time.Time) error {
	site := c.SiteOf(c.SpaceOf(r.scope))
	outdoor, err := a.Ambience.AmbientHours(ctx, site, from, to)
	if err != nil {
		return err
	}
	for _, t := range r.targets {
		h := history.New(from, to, c.Zone(c.SpaceOf(t)))
		uses, err := a.Consumption.Hours(ctx, t, h.Start, h.End())
		if err != nil {
			return err
		}
		h.FillUse(uses)
		h.FillOutdoor(Temperatures(outdoor))
		hours, _, err := a.Calendar.CalendarHours(ctx, c.SpaceOf(t), h.Start, h.End())
		if err != nil {
			return err
		}
		h.FillCalendar(hours)
		r.past = append(r.past, h)
		r.nodes = append(r.nodes, nodeOf(c, r.targets, t, h))
	}
	r.hours = hoursKnown(r.past[slices.Index(r.targets, r.scope)], c.Zone(c.SpaceOf(r.scope)))
	return nil
}

func nodeOf(c *Campus, targets []Target, t Target, h *history.History) whatif.Node {
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

func hoursKnown(h *history.History, zone *time.Location) whatif.Hours {
	var hours whatif.Hours
	for i, hour := range h.Hours {
		hours.Start = append(hours.Start, h.At(i).In(zone))
		hours.Clock = append(hours.Clock, hour.Clock())
		hours.Weekday = append(hours.Weekday, hour.WeekHour/HoursPerDay)
		hours.Date = append(hours.Date, hour.Date)
		hours.Open = append(hours.Open, hour.Open)
		hours.Outdoor = append(hours.Outdoor, hour.Outdoor)
	}
	return hours
}
