package usage

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// ReactiveCharge is the cost of a month's reactive energy. Its energies are in mvarh.
type ReactiveCharge struct {
	Inductive, Capacitive energy.Energy
	// Excess is the inductive energy beyond each hour's limit, plus the capacitive energy that is charged, exact.
	Excess decimal.Decimal // kvarh
	Cost   decimal.Decimal
	// Measured is false if no device of the place measures reactive energy: then it is unknown, and the cost is 0.
	Measured bool
}

// reactive compares the reactive energy of each hour with the active energy of the meter that the device is behind. A device behind
// no meter is compared with all that the query is about.
func (r *Queries) reactive(ctx context.Context, tree *campus.Campus, s campus.Scope, q Query, rates []tariffs.Rate) (*ReactiveCharge, error) {
	charge := &ReactiveCharge{}
	reach := s.Space
	if s.Device != "" {
		reach = s.Reach
	}
	for _, d := range reactiveOf(tree, s, q) {
		charge.Measured = true
		used, err := r.hours(ctx, tree, campus.Scope{Space: d.Space, Zone: s.Zone, Device: d.ID, Reach: reach, ID: string(d.ID)}, q)
		if err != nil {
			return nil, err
		}
		if d.Measures == energy.ReactiveCapacitive {
			charge.addCapacitive(used, rates)
			continue
		}
		beside := s
		if meter, known := tree.Device(d.Parent); known {
			beside = campus.Scope{Space: meter.Space, Zone: s.Zone, Device: meter.ID, ID: string(meter.ID)}
		}
		active, err := r.hours(ctx, tree, beside, q)
		if err != nil {
			return nil, err
		}
		charge.addInductive(used, active, rates)
	}
	return charge, nil
}

// reactiveOf returns the devices of a scope that measure reactive energy at any time of a query.
func reactiveOf(tree *campus.Campus, s campus.Scope, q Query) []campus.Device {
	var all []campus.Device
	for _, e := range tree.Epochs(q.From, q.To) {
		devices := e.Campus.DevicesWithin(s.Space)
		if s.Device != "" {
			devices = campus.AllBehind(e.Campus, s.Device)
		}
		for _, d := range devices {
			if d.IsReactive() && !slices.ContainsFunc(all, func(other campus.Device) bool { return other.ID == d.ID }) {
				now, _ := tree.Device(d.ID)
				all = append(all, now)
			}
		}
	}
	return all
}

// hours returns the local hours of a scope.
func (r *Queries) hours(ctx context.Context, campus *campus.Campus, s campus.Scope, q Query) ([]Step, error) {
	t, err := r.totals(ctx, campus, s, Query{From: q.From, To: q.To})
	if err != nil {
		return nil, err
	}
	edges := ByHour.edges(q.From, q.To, s.Zone)
	steps := make([]Step, 0, len(edges)-1)
	meter := tariffs.NewChargeMeter(nil)
	for i := range len(edges) - 1 {
		steps = append(steps, t.step(edges[i], edges[i+1], meter, q.To))
	}
	return steps, nil
}

func (c *ReactiveCharge) addInductive(used, active []Step, rates []tariffs.Rate) {
	for i, hour := range used {
		c.Inductive += hour.Energy
		rule := rateAt(rates, hour.Start).Reactive
		if rule == nil {
			continue
		}
		free := decimal.New(int64(active[i].Energy), -6).Mul(rule.Limit).Shift(-2)
		if excess := decimal.New(int64(hour.Energy), -6).Sub(free); excess.IsPositive() {
			c.add(excess, rule)
		}
	}
}

func (c *ReactiveCharge) addCapacitive(used []Step, rates []tariffs.Rate) {
	for _, hour := range used {
		c.Capacitive += hour.Energy
		if rule := rateAt(rates, hour.Start).Reactive; rule != nil && rule.Capacitive {
			c.add(decimal.New(int64(hour.Energy), -6), rule)
		}
	}
}

func (c *ReactiveCharge) add(excess decimal.Decimal, rule *tariffs.ReactiveRule) {
	c.Excess = c.Excess.Add(excess)
	c.Cost = c.Cost.Add(excess.Mul(rule.Price).Mul(rule.Multiplier))
}

func rateAt(rates []tariffs.Rate, at energy.Instant) tariffs.Rate {
	for _, r := range rates {
		if at < r.To {
			return r
		}
	}
	return rates[len(rates)-1]
}
