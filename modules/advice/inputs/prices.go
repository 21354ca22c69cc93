package inputs

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// WeekPrices are the rates of each hour of the coming week.
type WeekPrices struct {
	price, avoided [advice.HoursPerDay * advice.DaysPerWeek]float64
	// demand is the price per kW of a month's highest hour.
	Demand float64
	// last is the rate of the week's last hour; texts name its tariff.
	last advice.Rate
}

func (reader *Reader) weekPrices(ctx context.Context, space string, asOf time.Time, zone *time.Location) (WeekPrices, error) {
	var w WeekPrices
	week := history.New(asOf, asOf.AddDate(0, 0, advice.DaysPerWeek), zone)
	rates, err := reader.prices.Rates(ctx, space, week.Start, week.End())
	if err != nil {
		return w, err
	}
	for i, hour := range week.Hours {
		at := week.At(i)
		k := slices.IndexFunc(rates, func(r advice.Rate) bool { return !at.Before(r.From) && at.Before(r.To) })
		if k < 0 {
			continue
		}
		r := rates[k]
		w.price[hour.WeekHour], w.avoided[hour.WeekHour] = r.Price, r.Avoided
		w.last, w.Demand = r, r.Demand
	}
	return w, nil
}

// Worth converts a saving into money and emissions.
func (w WeekPrices) Worth(f rules.Finding) advice.Money {
	r := w.last
	m := advice.Money{Currency: r.Currency, Tariff: r.Tariff, Source: r.Source, ValidFrom: r.ValidFrom, Default: r.Default, Factor: r.AvoidedFactor}
	var price, avoided float64
	for h, share := range f.Weight {
		price += share * w.price[h]
		avoided += share * w.avoided[h]
	}
	if f.Kind == rules.Peak {
		m.Cost = w.Demand * f.Figure("shave")
		m.CostLow = m.Cost
		return m
	}
	m.Cost, m.CostLow, m.CO2Kg = f.Saving.KWh*price, f.Saving.Low*price, f.Saving.KWh*avoided
	return m
}
