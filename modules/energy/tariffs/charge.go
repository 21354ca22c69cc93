package tariffs

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Rate is the cost and emission of a kilowatt-hour over a span of time.
type Rate struct {
	From, To energy.Instant // [From, To)
	Currency string
	// Base is money per kWh without contribution, Demand money per kW of the month's peak; Reactive is nil if
	// reactive energy is not charged.
	Base, Demand decimal.Decimal
	Reactive     *ReactiveRule
	// Price is money per kWh with contribution; Footprint and Avoided are kg CO2 per kWh, for energy used and energy saved.
	Price, Footprint, Avoided decimal.Decimal
	// Tariff is the tariff's name, ValidFrom its first local day. Default is true if the site has set no tariff; Source is the
	// publication of the default.
	Tariff, ValidFrom, Source string
	Default                   bool
	// Factor is the emission factor behind Footprint, AvoidedFactor the one behind Avoided.
	Factor, AvoidedFactor FactorUsed
}

// Prices returns the prices of energy.
type Prices interface {
	// Rates are the rates of a space over [from, to), without gaps, oldest first.
	Rates(ctx context.Context, space energy.SpaceID, from, to energy.Instant) ([]Rate, error)
}

// Charge is the exact cost and emission of an amount of energy. Nothing is rounded, so the charges of hours add up to those of
// the day and the month to the last digit.
type Charge struct {
	Currency string
	Cost     decimal.Decimal
	CO2      decimal.Decimal // kg, footprint
}

// ChargeMeter sums energy by rate, oldest first, and charges it.
type ChargeMeter struct {
	rates  []Rate
	at     int
	until  energy.Instant // the end of the current rate; 0 before the first
	amount energy.Energy
	charge Charge
}

// NewChargeMeter makes a meter for energy at some rates, oldest first.
func NewChargeMeter(rates []Rate) *ChargeMeter { return &ChargeMeter{rates: rates} }

// Add adds energy used at an instant; instants must not decrease.
func (m *ChargeMeter) Add(at energy.Instant, e energy.Energy) {
	if at >= m.until {
		m.advanceTo(at)
	}
	m.amount += e
}

// advanceTo charges the energy added so far and continues with the rate of an instant.
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

// settle charges the amount at the current rate.
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

// Take returns the charge since the last Take, and starts again at zero.
func (m *ChargeMeter) Take() Charge {
	m.settle()
	charge := m.charge
	m.charge = Charge{}
	return charge
}
