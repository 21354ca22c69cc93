package scenario

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/whatif"
)

// Simulation is the result of a scenario.
type Simulation struct {
	Scope    advice.Target
	From, To time.Time
	// Hours is the number of replayed hours, Measured how many of them the scope has measurements for.
	Hours, Measured int
	Currency        string
	// Price is the last valid rate; texts name its tariff and factors.
	Price         advice.Rate
	Before, After Totals
	Saved         Saving
	Changes       []Effect
}

// Totals is the use: kWh, the highest hour and its time, money with the price of each month's highest hour, and emissions.
type Totals struct {
	KWh, PeakKW float64
	PeakAt      time.Time
	Cost, CO2Kg float64
}

// Saving is the use before minus the use after. Low and high are the ends of a 90 % interval for as many hours; nil if less than three
// weeks were replayed.
type Saving struct {
	KWh, PeakKW, Cost, CO2Kg           float64
	KWhLow, KWhHigh, CostLow, CostHigh *float64
}

// minMonthlyHours is the minimum number of measured hours for a mean month: four weeks.
const minMonthlyHours = 28 * advice.HoursPerDay

// Monthly returns the saving in a mean month, kWh and money; known is false if less than four weeks were replayed.
func (s Simulation) Monthly() (kwh, cost float64, known bool) {
	if s.Measured < minMonthlyHours {
		return 0, 0, false
	}
	months := float64(s.Measured) / (advice.DaysPerMonth * advice.HoursPerDay)
	return s.Saved.KWh / months, s.Saved.Cost / months, true
}

// Source is what the size of a change's effect is computed from.
type Source string

// The sources.
const (
	// FromReplay means the replayed hours alone.
	FromReplay Source = "replay"
	// FromSlope means the target's own load against the outdoor temperature.
	FromSlope Source = "own_slope"
	// FromTypical means a published range, since the target has no slope of its own.
	FromTypical Source = "typical"
)

// Effect is the effect of one change, applied after those before it.
type Effect struct {
	Target advice.Target
	Action Action
	KWh    float64
	Source Source
}

// Simulate replays a scenario. Errors: ErrForbidden, ErrNotFound, ErrInvalid, ErrNothingMeasured.
func (sim *Simulator) Simulate(ctx context.Context, caller advice.Caller, s Scenario) (Simulation, error) {
	if !caller.MayRead() {
		return Simulation{}, advice.ErrForbidden{}
	}
	if flaws := s.flaws(); len(flaws) > 0 {
		return Simulation{}, advice.ErrInvalid{Flaws: flaws}
	}
	c, err := sim.directory.Campus(ctx)
	if err != nil {
		return Simulation{}, err
	}
	r, err := sim.replayOf(ctx, c, caller, s)
	if err != nil {
		return Simulation{}, err
	}
	changes, sources, err := r.measures(c, s)
	if err != nil {
		return Simulation{}, err
	}
	return r.simulate(s, changes, sources), nil
}

// simulate replays the changes and sums up.
func (r *replay) simulate(s Scenario, changes []whatif.Change, sources []Effect) Simulation {
	scope := slices.Index(r.targets, r.scope)
	out := whatif.Replay(r.hours, r.nodes, scope, changes)
	result := Simulation{Scope: r.scope, From: r.past[scope].Start, To: r.past[scope].End(), Hours: len(out.Before), Changes: sources}
	for i, v := range out.Before {
		if !math.IsNaN(v) {
			result.Measured++
		}
		if i == 0 {
			result.Currency = advice.RateAt(r.rates, r.hours.Start[i]).Currency
		}
		if i == len(out.Before)-1 {
			result.Price = advice.RateAt(r.rates, r.hours.Start[i])
		}
	}
	prices := r.pricesOf(nil)
	then := r.pricesOf(s.Changes)
	result.Before, result.After = r.totals(out.Before, prices), r.totals(out.After, then)
	k := 0
	for i := range result.Changes {
		if result.Changes[i].Action != NewTariff {
			result.Changes[i].KWh = sum(out.Deltas[k])
			k++
		}
	}
	b, after := result.Before, result.After
	result.Saved = Saving{KWh: b.KWh - after.KWh, PeakKW: b.PeakKW - after.PeakKW, Cost: b.Cost - after.Cost}
	for i := range out.Before {
		if d := out.Before[i] - out.After[i]; !math.IsNaN(d) {
			result.Saved.CO2Kg += d * advice.RateAt(r.rates, r.hours.Start[i]).Avoided
		}
	}
	r.bound(&result, out, changes, then)
	return result
}

// bound adds the intervals. Money varies with the energy of the hours; the peak's cost is the replay's in both ends.
func (r *replay) bound(s *Simulation, out whatif.Outcome, changes []whatif.Change, then []hourPrice) {
	low, high := whatif.Bounds(r.hours, out.Deltas, changes)
	s.Saved.KWhLow, s.Saved.KWhHigh = figure.Nullable(low), figure.Nullable(high)
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
	s.Saved.CostLow, s.Saved.CostHigh = figure.Nullable(low+rest), figure.Nullable(high+rest)
}

func sum(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v
		}
	}
	return sum
}

// measures converts changes into measures of the replay. A tariff is not a measure.
func (r *replay) measures(c *campus.Campus, s Scenario) (changes []whatif.Change, effects []Effect, err error) {
	var flaws []advice.Flaw
	for i, change := range s.Changes {
		effect := Effect{Action: change.Action, Source: FromReplay, Target: r.scope}
		if change.Action == NewTariff {
			effects = append(effects, effect)
			continue
		}
		effect.Target, _ = c.Find(change.Target)
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
		return nil, nil, advice.ErrInvalid{Flaws: flaws}
	}
	return changes, effects, nil
}
