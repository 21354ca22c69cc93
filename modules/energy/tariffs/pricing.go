package tariffs

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
)

// Pricing is what the money and emissions of an answer rest on: the tariffs and the factors of the footprint that held, the latest
// first.
type Pricing struct {
	Tariffs []TariffUsed
	Factors []FactorUsed
}

// TariffUsed is a tariff that held.
type TariffUsed struct {
	Name string
	// ValidFrom is its first local day, YYYY-MM-DD.
	ValidFrom string
	// Source is where a default comes from; Default tells that the site has set none.
	Source  string
	Default bool
}

// FactorUsed is an emission factor that held.
type FactorUsed struct {
	Value decimal.Decimal // kg CO2 per kWh
	// Year is the one it was published for, or from which the tariff that sets it holds; Name is its publication, or that tariff.
	Year int
	Name string
	// Default tells that the site has set none.
	Default bool
}

// PricingOf are the tariffs and factors of the rates that reach into [from, to), the latest first.
func PricingOf(rates []Rate, from, to energy.Instant) Pricing {
	var p Pricing
	for _, r := range slices.Backward(rates) {
		if r.To <= from || r.From >= to {
			continue
		}
		t := TariffUsed{Name: r.Tariff, ValidFrom: r.ValidFrom, Source: r.Source, Default: r.Default}
		if !slices.Contains(p.Tariffs, t) {
			p.Tariffs = append(p.Tariffs, t)
		}
		if !slices.ContainsFunc(p.Factors, r.Factor.equal) {
			p.Factors = append(p.Factors, r.Factor)
		}
	}
	return p
}

func (f FactorUsed) equal(o FactorUsed) bool {
	return f.Year == o.Year && f.Name == o.Name && f.Default == o.Default && f.Value.Equal(o.Value)
}
