package httpadvice

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// AsOfInput selects the instant up to which readings count.
type AsOfInput struct {
	AsOf time.Time `query:"as_of" doc:"Readings count up to this instant, RFC 3339; default: now. Answers with the same as_of are consistent with each other"`
}

// Pricing names the tariff and the emission factor that an answer uses.
type Pricing struct {
	Tariff         *AdviceTariff `json:"tariff,omitempty" doc:"The tariff used for costs; the latest if there are several"`
	EmissionFactor *AdviceFactor `json:"emission_factor,omitempty" doc:"The factor used for emissions"`
}

// AdviceTariff is a tariff that was used.
type AdviceTariff struct {
	Name      string `json:"name"`
	ValidFrom string `json:"valid_from,omitempty" doc:"Its first local day, YYYY-MM-DD"`
	Year      int    `json:"year,omitempty" doc:"The year of valid_from"`
	Source    string `json:"source,omitempty" doc:"The publication of a default tariff"`
	Default   bool   `json:"default" doc:"True if the site has no tariff, so a published tariff is used"`
}

// AdviceFactor is an emission factor.
type AdviceFactor struct {
	Value   float64 `json:"value" doc:"kg CO2 per kWh"`
	Year    int     `json:"year,omitempty" doc:"The year that it was published for, or the first year of the tariff that sets it"`
	Name    string  `json:"name" doc:"Its publication, or the tariff that sets it"`
	Default bool    `json:"default" doc:"True if the site has no factor, so the nearest published year is used"`
}

// pricingOf returns the names of a tariff and an emission factor. An empty name is left out.
func pricingOf(t advice.Tariff, f advice.Factor) Pricing {
	var p Pricing
	if t.Name != "" {
		p.Tariff = &AdviceTariff{Name: t.Name, ValidFrom: t.ValidFrom, Year: t.Year(), Source: t.Source, Default: t.Default}
	}
	if f.Name != "" {
		p.EmissionFactor = &AdviceFactor{Value: f.KgPerKWh, Year: f.Year, Name: f.Name, Default: f.Default}
	}
	return p
}
