package remote

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/platform/peer"
)

// wireRate is advice.Rate; the range of Rate is in Span and not in Rate.
type wireRate struct {
	Span span
	Rate rate
}

// rate is advice.Rate without its range.
type rate struct {
	Price, Demand, Footprint, Avoided float64
	Currency, Tariff, Source          string
	ValidFrom                         string
	Default                           bool
	FootprintFactor, AvoidedFactor    advice.Factor
}

var ratesCall = peer.Call[placeAsked, []wireRate]{Module: ofEnergy, Name: "rates"}

// Prices implements the advice module's port.
type Prices struct{ Client *peer.Client }

var _ advice.Prices = Prices{}

// Rates returns the prices and emission factors of energy in a range.
func (p Prices) Rates(ctx context.Context, space string, from, to time.Time) ([]advice.Rate, error) {
	answer, err := askForAdvice(ctx, p.Client, ratesCall, placeAsked{space, spanOf(from, to)})
	if err != nil {
		return nil, err
	}
	rates := make([]advice.Rate, len(answer))
	for i, w := range answer {
		r := w.Rate
		rates[i] = advice.Rate{
			From: w.Span.from(), To: w.Span.to(), Price: r.Price, Demand: r.Demand, Footprint: r.Footprint, Avoided: r.Avoided,
			Currency: r.Currency, Tariff: r.Tariff, Source: r.Source, ValidFrom: r.ValidFrom, Default: r.Default,
			FootprintFactor: r.FootprintFactor, AvoidedFactor: r.AvoidedFactor,
		}
	}
	return rates, nil
}

// answerPrices makes a server answer with the prices of the energy module.
func answerPrices(s *peer.Server, prices advice.Prices) {
	ratesCall.Answer(s, func(ctx context.Context, asked placeAsked) ([]wireRate, error) {
		rates, err := prices.Rates(ctx, asked.ID, asked.Span.from(), asked.Span.to())
		sent := make([]wireRate, len(rates))
		for i, r := range rates {
			sent[i] = wireRate{spanOf(r.From, r.To), rate{
				Price: r.Price, Demand: r.Demand, Footprint: r.Footprint, Avoided: r.Avoided,
				Currency: r.Currency, Tariff: r.Tariff, Source: r.Source, ValidFrom: r.ValidFrom, Default: r.Default,
				FootprintFactor: r.FootprintFactor, AvoidedFactor: r.AvoidedFactor,
			}}
		}
		return sent, err
	})
}
