package usage

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// Bill is the cost of a month's energy and its parts, exact. The cost of its energy equals the sum of its hours' costs in a series,
// to the last digit.
type Bill struct {
	From, To energy.Instant // the month, or the part of it that is over
	Complete bool           // whether the month is over
	Currency string
	// Usage is the month as one step of a series.
	Usage Step
	Lines []BillLine
	// Contribution is the legal surcharge on the price of the energy.
	Contribution decimal.Decimal
	Demand       *DemandCharge   // nil if no tariff of the month has a price for it, or no peak was measured
	Reactive     *ReactiveCharge // nil if no tariff of the month has a rule for it
	Total        decimal.Decimal // rounded half to even at a hundredth
	// Factors are the published factors of the years, used for emissions if the tariff has none of its own.
	Factors []tariffs.Factors
	// Pricing is the source of the money and emissions.
	Pricing tariffs.Pricing
}

// BillLine is the energy at one price.
type BillLine struct {
	Tariff, Source string
	Price          decimal.Decimal // per kWh, without contribution
	Energy         energy.Energy
	Cost           decimal.Decimal
}

// DemandCharge is the cost of the month's peak.
type DemandCharge struct {
	Peak  energy.Power
	At    energy.Instant  // the first quarter hour that reached it
	Price decimal.Decimal // per kW
	Cost  decimal.Decimal
}

// Bill returns the bill of a local month, YYYY-MM. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Queries) Bill(ctx context.Context, caller energy.Caller, level campus.Level, id, month string) (Bill, error) {
	return r.BillAt(ctx, caller, level, id, month, 0)
}

// BillAt is Bill with the measurements until an instant; 0 is now. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Queries) BillAt(ctx context.Context, caller energy.Caller, level campus.Level, id, month string, at energy.Instant) (Bill, error) {
	now, err := r.asOf(at)
	if err != nil {
		return Bill{}, err
	}
	q := Query{Level: level, ID: id, From: 0, To: 1}
	campus, scope, err := r.scoped(ctx, caller, &q, r.directory.Fresh)
	if err != nil {
		return Bill{}, err
	}
	from, to, err := r.monthRange(month, scope.Zone)
	if err != nil {
		return Bill{}, err
	}
	q.From, q.To = from, min(to, energy.QuarterEnd(now))
	if q.To <= q.From {
		return Bill{}, energy.ErrInvalid{Flaws: []energy.Flaw{{Field: "month", Rule: "future"}}}
	}
	rates, err := r.prices.Rates(ctx, scope.Space, q.From, q.To)
	if err != nil {
		return Bill{}, err
	}
	if err := oneCurrency(rates); err != nil {
		return Bill{}, err
	}
	t, err := r.totals(ctx, campus, scope, q)
	if err != nil {
		return Bill{}, err
	}
	bill := Bill{From: q.From, To: q.To, Complete: now >= to, Currency: rates[0].Currency, Pricing: tariffs.PricingOf(rates, q.From, q.To)}
	bill.charge(t, rates)
	if slices.ContainsFunc(rates, func(r tariffs.Rate) bool { return r.Reactive != nil }) {
		if bill.Reactive, err = r.reactive(ctx, campus, scope, q, rates); err != nil {
			return Bill{}, err
		}
	}
	bill.addTotals(scope.Zone)
	return bill, nil
}

func (r *Queries) monthRange(month string, zone *time.Location) (from, to energy.Instant, err error) {
	first, err := time.ParseInLocation("2006-01", month, zone)
	if err != nil || energy.InstantOf(first) < energy.EarliestInstant {
		return 0, 0, energy.ErrInvalid{Flaws: []energy.Flaw{{Field: "month", Rule: "pattern", Args: map[string]any{"pattern": "YYYY-MM"}}}}
	}
	from = energy.InstantOf(energy.Midnight(first.Year(), first.Month(), 1, zone))
	return from, ByMonth.next(from, zone), nil
}

// oneCurrency rejects amounts in different currencies, because they cannot be added.
func oneCurrency(rates []tariffs.Rate) error {
	var all []string
	for _, r := range rates {
		if !slices.Contains(all, r.Currency) {
			all = append(all, r.Currency)
		}
	}
	if len(all) > 1 {
		return energy.ErrInvalid{Flaws: []energy.Flaw{{Field: "month", Rule: "exactly_one", Args: map[string]any{"values": strings.Join(all, ", ")}}}}
	}
	return nil
}

// charge fills in the cost of the energy and of its peak.
func (b *Bill) charge(t *quarterTotals, rates []tariffs.Rate) {
	b.Usage = t.step(b.From, b.To, tariffs.NewChargeMeter(rates), b.To)
	at := 0
	for i, q := range t.span.quarters {
		start := energy.QuarterStart(t.span.first + int64(i))
		for start >= rates[at].To {
			at++
		}
		b.line(rates[at]).Energy += q.Energy
		if b.Usage.PeakKnown && b.Demand == nil && !rates[at].Demand.IsZero() && isPeak(q, b.Usage.Peak, t.count[i]) {
			b.Demand = &DemandCharge{Peak: b.Usage.Peak, At: start, Price: rates[at].Demand}
		}
	}
	for i := range b.Lines {
		b.Lines[i].Cost = decimal.New(int64(b.Lines[i].Energy), -6).Mul(b.Lines[i].Price)
	}
	b.Lines = slices.DeleteFunc(b.Lines, func(l BillLine) bool { return l.Energy == 0 && len(b.Lines) > 1 })
}

func isPeak(q ledger.Quarter, peak energy.Power, devices int32) bool {
	return whollyMeasured(q, devices) && energy.MeanPower(q.Energy, energy.QuarterMs) == peak
}

// line returns the line of a rate's price, and adds it if it is new.
func (b *Bill) line(r tariffs.Rate) *BillLine {
	for i := range b.Lines {
		if l := &b.Lines[i]; l.Tariff == r.Tariff && l.Price.Equal(r.Base) {
			return l
		}
	}
	b.Lines = append(b.Lines, BillLine{Tariff: r.Tariff, Source: r.Source, Price: r.Base})
	return &b.Lines[len(b.Lines)-1]
}

// addTotals adds the parts.
func (b *Bill) addTotals(zone *time.Location) {
	energy := decimal.Zero
	for _, l := range b.Lines {
		energy = energy.Add(l.Cost)
	}
	b.Contribution = b.Usage.Charge.Cost.Sub(energy)
	total := b.Usage.Charge.Cost
	if b.Demand != nil {
		b.Demand.Cost = decimal.New(int64(b.Demand.Peak), -6).Mul(b.Demand.Price)
		total = total.Add(b.Demand.Cost)
	}
	if b.Reactive != nil {
		total = total.Add(b.Reactive.Cost)
	}
	b.Total = total.RoundBank(2)
	b.Factors = []tariffs.Factors{tariffs.FactorsOf(b.From.Time().In(zone).Year())}
}
