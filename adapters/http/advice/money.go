package httpadvice

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// AsOfInput asks for the figures of an instant.
type AsOfInput struct {
	AsOf time.Time `query:"as_of" doc:"The instant until which readings count, RFC 3339; absent: now. Answers as of one instant agree"`
}

// Pricing names what money and emissions rest on.
type Pricing struct {
	Tariff         *AdviceTariff `json:"tariff,omitempty" doc:"What the money rests on; the latest where several held"`
	EmissionFactor *AdviceFactor `json:"emission_factor,omitempty" doc:"What the emissions rest on"`
}

// AdviceTariff is a tariff that held.
type AdviceTariff struct {
	Name      string `json:"name"`
	ValidFrom string `json:"valid_from,omitempty" doc:"Its first local day, YYYY-MM-DD"`
	Year      int    `json:"year,omitempty" doc:"That of valid_from"`
	Source    string `json:"source,omitempty" doc:"Where a default comes from"`
	Default   bool   `json:"default" doc:"The site has set none: a published tariff stands for it"`
}

// AdviceFactor is an emission factor.
type AdviceFactor struct {
	Value   float64 `json:"value" doc:"kg CO2 per kWh"`
	Year    int     `json:"year,omitempty" doc:"The one that it was published for, or from which the tariff that sets it holds"`
	Name    string  `json:"name" doc:"Its publication, or the tariff that sets it"`
	Default bool    `json:"default" doc:"The site has set none: the nearest published year stands for it"`
}

// pricingOf names a rate's tariff and one of its factors.
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
