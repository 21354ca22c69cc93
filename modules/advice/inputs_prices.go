package advice

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

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
