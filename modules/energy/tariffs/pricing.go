package tariffs

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
)

// Pricing lists the tariffs and footprint factors behind the money and emissions of an answer, the latest first.
type Pricing struct {
	Tariffs []TariffUsed
	Factors []FactorUsed
}

// TariffUsed is a tariff that was in force.
type TariffUsed struct {
	Name string
	// ValidFrom is its first local day, YYYY-MM-DD.
	ValidFrom string
	// Default is true if the site has set no tariff; Source is the publication of the default.
	Source  string
	Default bool
}

// FactorUsed is an emission factor that was in force.
type FactorUsed struct {
	Value decimal.Decimal // kg CO2 per kWh
	// Year and Name are the year and the title of its publication. If a tariff sets the factor, they are the first year and
	// the name of that tariff.
	Year int
	Name string
	// Default is true if the site has set no factor.
	Default bool
}

// PricingOf are the tariffs and factors of the rates that overlap [from, to), the latest first.
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
