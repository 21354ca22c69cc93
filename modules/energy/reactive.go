package energy

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"
)

// Quantity is what a device measures. Reactive energy is kept like active energy, in mvarh in the place of mWh, and
// never added to it.
type Quantity string

// The quantities.
const (
	Active             Quantity = "active"
	ReactiveInductive  Quantity = "reactive_inductive"
	ReactiveCapacitive Quantity = "reactive_capacitive"
)

// IsReactive tells whether the device measures reactive energy.
func (d Device) IsReactive() bool {
	return d.Measures == ReactiveInductive || d.Measures == ReactiveCapacitive
}

// ReactiveRule is how a tariff charges reactive energy, judged hour by hour (Colombia: CREG 015 of 2018).
type ReactiveRule struct {
	// Price is money per kvarh of excess.
	Price decimal.Decimal
	// Limit is how much inductive energy is free, in percent of the hour's active energy; an hour without active
	// energy is charged for all of it.
	Limit decimal.Decimal
	// Capacitive tells whether capacitive energy is charged, all of it.
	Capacitive bool
	// Multiplier is the factor M by which a lasting excess is charged, 1 to 12.
	Multiplier decimal.Decimal
}

// ReactiveCharge is what a month's reactive energy costs. Its energies are in mvarh.
type ReactiveCharge struct {
	Inductive, Capacitive Energy
	// Excess is the inductive energy beyond each hour's limit, with what of the capacitive is charged, exactly.
	Excess decimal.Decimal // kvarh
	Cost   decimal.Decimal
	// Measured is false where no device of the place measures reactive energy: then nothing is known, and the cost is 0.
	Measured bool
}

// reactive judges the reactive energy of each hour against the active energy of the meter that it is measured at; that
// of a device behind no meter against all that the query is about.
func (r *Reports) reactive(ctx context.Context, campus *Campus, s scope, q Query, rates []Rate) (*ReactiveCharge, error) {
	charge := &ReactiveCharge{}
	reach := s.space
	if s.device != "" {
		reach = s.reach
	}
	for _, d := range reactiveOf(campus, s, q) {
		charge.Measured = true
		used, err := r.hours(ctx, campus, scope{space: d.Space, zone: s.zone, device: d.ID, reach: reach, id: string(d.ID)}, q)
		if err != nil {
			return nil, err
		}
		if d.Measures == ReactiveCapacitive {
			charge.addCapacitive(used, rates)
			continue
		}
		beside := s
		if meter, known := campus.Device(d.Parent); known {
			beside = scope{space: meter.Space, zone: s.zone, device: meter.ID, id: string(meter.ID)}
		}
		active, err := r.hours(ctx, campus, beside, q)
		if err != nil {
			return nil, err
		}
		charge.addInductive(used, active, rates)
	}
	return charge, nil
}

// reactiveOf are the devices of a scope that measure reactive energy, at any time of a query.
func reactiveOf(campus *Campus, s scope, q Query) []Device {
	var all []Device
	for _, e := range campus.epochs(q.From, q.To) {
		devices := e.campus.DevicesWithin(s.space)
		if s.device != "" {
			devices = allBehind(e.campus, s.device)
		}
		for _, d := range devices {
			if d.IsReactive() && !slices.ContainsFunc(all, func(other Device) bool { return other.ID == d.ID }) {
				now, _ := campus.Device(d.ID)
				all = append(all, now)
			}
		}
	}
	return all
}

// hours are the local hours of a scope.
func (r *Reports) hours(ctx context.Context, campus *Campus, s scope, q Query) ([]Step, error) {
	t, err := r.tally(ctx, campus, s, Query{From: q.From, To: q.To})
	if err != nil {
		return nil, err
	}
	edges := ByHour.edges(q.From, q.To, s.zone)
	steps := make([]Step, 0, len(edges)-1)
	meter := newChargeMeter(nil)
	for i := range len(edges) - 1 {
		steps = append(steps, t.step(edges[i], edges[i+1], meter, q.To))
	}
	return steps, nil
}

func (c *ReactiveCharge) addInductive(used, active []Step, rates []Rate) {
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

func (c *ReactiveCharge) addCapacitive(used []Step, rates []Rate) {
	for _, hour := range used {
		c.Capacitive += hour.Energy
		if rule := rateAt(rates, hour.Start).Reactive; rule != nil && rule.Capacitive {
			c.add(decimal.New(int64(hour.Energy), -6), rule)
		}
	}
}

func (c *ReactiveCharge) add(excess decimal.Decimal, rule *ReactiveRule) {
	c.Excess = c.Excess.Add(excess)
	c.Cost = c.Cost.Add(excess.Mul(rule.Price).Mul(rule.Multiplier))
}

func rateAt(rates []Rate, at Instant) Rate {
	for _, r := range rates {
		if at < r.To {
			return r
		}
	}
	return rates[len(rates)-1]
}
