package tariffs

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Rate is what a kilowatt-hour costs and emits over a span of time.
type Rate struct {
	From, To energy.Instant // [From, To)
	Currency string
	// Base is money per kWh without contribution, Demand money per kW of the month's peak; Reactive is nil where
	// reactive energy is not charged.
	Base, Demand decimal.Decimal
	Reactive     *ReactiveRule
	// Price is money per kWh, contribution included; Footprint and Avoided are kg CO2 per kWh, for what was used and for what is saved.
	Price, Footprint, Avoided decimal.Decimal
	// Tariff is its name, ValidFrom its first local day, Source where a default comes from; Default tells that the site has set none.
	Tariff, ValidFrom, Source string
	Default                   bool
	// Factor says where Footprint comes from, AvoidedFactor where Avoided does.
	Factor, AvoidedFactor FactorUsed
}

// Prices tells what energy costs.
type Prices interface {
	// Rates are the rates of a space over [from, to), without gaps, oldest first.
	Rates(ctx context.Context, space energy.SpaceID, from, to energy.Instant) ([]Rate, error)
}

// Charge is what an amount of energy cost and emitted, exactly: an hour's charges add up to the day's and the
// month's to the last digit, since nothing is rounded on the way.
type Charge struct {
	Currency string
	Cost     decimal.Decimal
	CO2      decimal.Decimal // kg, footprint
}

// ChargeMeter adds energy up by rate, oldest first.
type ChargeMeter struct {
	rates  []Rate
	at     int
	until  energy.Instant // the end of the rate that runs; 0 before the first
	amount energy.Energy
	charge Charge
}

// NewChargeMeter makes a meter for energy at some rates, oldest first.
func NewChargeMeter(rates []Rate) *ChargeMeter { return &ChargeMeter{rates: rates} }

// Add counts energy at an instant; instants never go back.
func (m *ChargeMeter) Add(at energy.Instant, e energy.Energy) {
	if at >= m.until {
		m.advanceTo(at)
	}
	m.amount += e
}

// advanceTo settles what was added and goes on to the rate of an instant.
func (m *ChargeMeter) advanceTo(at energy.Instant) {
	for m.at < len(m.rates)-1 && at >= m.rates[m.at].To {
		m.settle()
		m.at++
	}
	m.until = campus.FarAhead
	if m.at < len(m.rates)-1 {
		m.until = m.rates[m.at].To
	}
}

// settle charges the amount at the rate that ran.
func (m *ChargeMeter) settle() {
	if len(m.rates) == 0 {
		m.amount = 0
		return
	}
	rate := m.rates[m.at]
	kwh := decimal.New(int64(m.amount), -6)
	m.charge.Currency = rate.Currency
	m.charge.Cost = m.charge.Cost.Add(kwh.Mul(rate.Price))
	m.charge.CO2 = m.charge.CO2.Add(kwh.Mul(rate.Footprint))
	m.amount = 0
}

// Take gives what was charged since the last take.
func (m *ChargeMeter) Take() Charge {
	m.settle()
	charge := m.charge
	m.charge = Charge{}
	return charge
}
