package advice

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/whatif"
)

// Simulation is what a scenario would have come to.
type Simulation struct {
	Scope    Target
	From, To time.Time
	// Hours are those replayed, Measured those of them in which the scope was.
	Hours, Measured int
	Currency        string
	Before, After   Totals
	Saved           SimulatedSaving
	Changes         []ChangeEffect
}

// Totals is what is used: kWh, the highest hour and when, money with the price of each month's highest hour, and emissions.
type Totals struct {
	KWh, PeakKW float64
	PeakAt      time.Time
	Cost, CO2Kg float64
}

// SimulatedSaving is before less after. The ends are those of a 90 % interval for as many hours; nil where less than three
// weeks were replayed.
type SimulatedSaving struct {
	KWh, PeakKW, Cost, CO2Kg           float64
	KWhLow, KWhHigh, CostLow, CostHigh *float64
}

// Source says where the size of a change's effect comes from.
type Source string

// The sources.
const (
	// FromReplay: the replayed hours alone.
	FromReplay Source = "replay"
	// FromSlope: the target's own load against the outdoor temperature.
	FromSlope Source = "own_slope"
	// FromTypical: a published range, since the target has no slope of its own.
	FromTypical Source = "typical"
)

// ChangeEffect is what one change did, after those before it.
type ChangeEffect struct {
	Target Target
	Action Action
	KWh    float64
	Source Source
}

// replay is what a scenario is computed from.
type replay struct {
	scope   Target
	targets []Target
	past    []*history.History
	hours   whatif.Hours
	nodes   []whatif.Node
	rates   []Rate
}

// Simulate replays a scenario. Errors: ErrForbidden, ErrNotFound, ErrInvalid, ErrNothingMeasured.
func (a *Advisor) Simulate(ctx context.Context, caller Caller, s Scenario) (Simulation, error) {
	if !caller.MayRead() {
		return Simulation{}, ErrForbidden{}
	}
	if flaws := s.flaws(); len(flaws) > 0 {
		return Simulation{}, ErrInvalid{flaws}
	}
	c, err := a.campus(ctx)
	if err != nil {
		return Simulation{}, err
	}
	r, err := a.replayOf(ctx, c, caller, s)
	if err != nil {
		return Simulation{}, err
	}
	changes, sources, err := r.measures(c, s)
	if err != nil {
		return Simulation{}, err
	}
	return r.simulate(s, changes, sources), nil
}

// replayOf reads the hours of the scope and of all targets.
func (a *Advisor) replayOf(ctx context.Context, c *campus, caller Caller, s Scenario) (*replay, error) {
	var r replay
	for _, change := range s.Changes {
		if change.Target == "" {
			continue
		}
		t, known := c.find(change.Target)
		if !known || !c.sees(caller, c.spaceOf(t)) {
			return nil, ErrNotFound{"device or space", change.Target}
		}
		if !slices.Contains(r.targets, t) {
			r.targets = append(r.targets, t)
		}
	}
	var err error
	if r.scope, err = c.scopeOf(caller, s.Space, r.targets); err != nil {
		return nil, err
	}
	if !slices.Contains(r.targets, r.scope) {
		r.targets = append(r.targets, r.scope)
	}
	from, to, err := a.replaySpan(ctx, c, r.scope, s)
	if err != nil {
		return nil, err
	}
	if err := a.readReplay(ctx, c, &r, from, to); err != nil {
		return nil, err
	}
	r.rates, err = a.Prices.Rates(ctx, c.spaceOf(r.scope), from, to)
	return &r, err
}

// scopeOf is the space asked about, which must hold all targets, or the innermost one that does.
func (c *campus) scopeOf(caller Caller, space string, targets []Target) (Target, error) {
	holds := func(s string) bool {
		return !slices.ContainsFunc(targets, func(t Target) bool { return !slices.Contains(c.path(c.spaceOf(t)), s) })
	}
	if space != "" {
		if !c.sees(caller, space) {
			return Target{}, ErrNotFound{"space", space}
		}
		if !holds(space) {
			return Target{}, ErrInvalid{[]Flaw{{Field: "space_id", Rule: "holds_targets"}}}
		}
		return Target{c.spaces[space].Kind, space}, nil
	}
	around := c.path(caller.Space)
	if len(targets) > 0 {
		around = c.path(c.spaceOf(targets[0]))
	} else if len(around) == 0 && len(c.children[""]) > 0 {
		around = c.children[""][:1]
	}
	for _, s := range around {
		if holds(s) && c.sees(caller, s) {
			return Target{c.spaces[s].Kind, s}, nil
		}
	}
	return Target{}, ErrInvalid{[]Flaw{{Field: "space_id", Rule: "required"}}}
}

func (a *Advisor) replaySpan(ctx context.Context, c *campus, scope Target, s Scenario) (from, to time.Time, err error) {
	zone := c.zone(c.spaceOf(scope))
	first, last, found, err := a.Consumption.Measured(ctx, scope)
	if err != nil {
		return from, to, err
	}
	last = earliest(last, history.HourOf(a.now(), zone))
	if !found || !first.Before(last) {
		return from, to, ErrNothingMeasured{scope}
	}
	from, to = s.From, s.To
	if to.IsZero() {
		to = midnightOf(last, zone)
		if !from.IsZero() || !first.Before(to) {
			to = last
		}
	}
	if from.IsZero() {
		from = latest(first, to.AddDate(0, 0, -scenarioDays))
	}
	from, to = history.HourOf(from, zone), history.HourOf(to, zone)
	if !from.Before(last) || !first.Before(to) || !from.Before(to) {
		return from, to, ErrNothingMeasured{scope}
	}
	return from, to, nil
}

func (a *Advisor) readReplay(ctx context.Context, c *campus, r *replay, from, to time.Time) error {
	site := c.siteOf(c.spaceOf(r.scope))
	outdoor, err := a.Ambience.AmbientHours(ctx, site, from, to)
	if err != nil {
		return err
	}
	for _, t := range r.targets {
		h := history.New(from, to, c.zone(c.spaceOf(t)))
		uses, err := a.Consumption.Hours(ctx, t, h.Start, h.End())
		if err != nil {
			return err
		}
		h.FillUse(uses)
		h.FillOutdoor(valuesOf(outdoor, func(hour AmbientHour) *float64 { return hour.Temperature }))
		open, _, err := a.Calendar.Open(ctx, c.spaceOf(t), h.Start, h.End())
		if err != nil {
			return err
		}
		h.FillOpen(open)
		r.past = append(r.past, h)
		r.nodes = append(r.nodes, nodeOf(c, r.targets, t, h))
	}
	r.hours = hoursKnown(r.past[slices.Index(r.targets, r.scope)], c.zone(c.spaceOf(r.scope)))
	return nil
}

func nodeOf(c *campus, targets []Target, t Target, h *history.History) whatif.Node {
	node := whatif.Node{KW: make([]float64, len(h.Hours))}
	for i, hour := range h.Hours {
		node.KW[i] = hour.KW
	}
	inside := c.inside(t)
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
		hours.Weekday = append(hours.Weekday, hour.WeekHour/hoursPerDay)
		hours.Date = append(hours.Date, hour.Date)
		hours.Open = append(hours.Open, hour.Open)
		hours.Outdoor = append(hours.Outdoor, hour.Outdoor)
	}
	return hours
}

// simulate replays and sums up.
func (r *replay) simulate(s Scenario, changes []whatif.Change, sources []ChangeEffect) Simulation {
	scope := slices.Index(r.targets, r.scope)
	out := whatif.Replay(r.hours, r.nodes, scope, changes)
	result := Simulation{Scope: r.scope, From: r.past[scope].Start, To: r.past[scope].End(), Hours: len(out.Before), Changes: sources}
	for i, v := range out.Before {
		if !math.IsNaN(v) {
			result.Measured++
		}
		if i == 0 {
			result.Currency = rateAt(r.rates, r.hours.Start[i]).Currency
		}
	}
	prices := r.pricesOf(nil)
	then := r.pricesOf(s.Changes)
	result.Before, result.After = r.totals(out.Before, prices), r.totals(out.After, then)
	k := 0
	for i := range result.Changes {
		if result.Changes[i].Action != NewTariff {
			result.Changes[i].KWh = total(out.Deltas[k])
			k++
		}
	}
	b, after := result.Before, result.After
	result.Saved = SimulatedSaving{KWh: b.KWh - after.KWh, PeakKW: b.PeakKW - after.PeakKW, Cost: b.Cost - after.Cost}
	for i := range out.Before {
		if d := out.Before[i] - out.After[i]; !math.IsNaN(d) {
			result.Saved.CO2Kg += d * rateAt(r.rates, r.hours.Start[i]).Avoided
		}
	}
	r.bound(&result, out, changes, then)
	return result
}

// bound adds the intervals. Money moves with the energy of the hours; the price of peaks is that of the replay.
func (r *replay) bound(s *Simulation, out whatif.Outcome, changes []whatif.Change, then []hourPrice) {
	low, high := whatif.Bounds(r.hours, out.Deltas, changes)
	s.Saved.KWhLow, s.Saved.KWhHigh = known(low), known(high)
	money := make([][]float64, len(out.Deltas))
	var energy float64
	for c := range out.Deltas {
		money[c] = make([]float64, len(out.Deltas[c]))
		for i, d := range out.Deltas[c] {
			money[c][i] = d * then[i].energy
			energy += money[c][i]
		}
	}
	low, high = whatif.Bounds(r.hours, money, changes)
	rest := s.Saved.Cost - energy
	s.Saved.CostLow, s.Saved.CostHigh = known(low+rest), known(high+rest)
}

func total(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v
		}
	}
	return sum
}

// measures turns changes into what the replay can do. A tariff is none.
func (r *replay) measures(c *campus, s Scenario) (changes []whatif.Change, effects []ChangeEffect, err error) {
	var flaws []Flaw
	for i, change := range s.Changes {
		effect := ChangeEffect{Action: change.Action, Source: FromReplay, Target: r.scope}
		if change.Action == NewTariff {
			effects = append(effects, effect)
			continue
		}
		effect.Target, _ = c.find(change.Target)
		node := slices.Index(r.targets, effect.Target)
		m, source, flaw := r.measure(c, effect.Target, r.past[node], change)
		if flaw != nil {
			flaw.Field = changeField(i, flaw.Field)
			flaws = append(flaws, *flaw)
			continue
		}
		effect.Source = source
		effects, changes = append(effects, effect), append(changes, whatif.Change{Node: node, Measure: m})
	}
	if len(flaws) > 0 {
		return nil, nil, ErrInvalid{flaws}
	}
	return changes, effects, nil
}
