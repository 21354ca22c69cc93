package httpenergy

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/platform/problem"
)

// AsOfInput selects the instant up to which readings count.
type AsOfInput struct {
	AsOf string `query:"as_of" maxLength:"40" doc:"Readings count up to this instant, RFC 3339; default: now. Answers with the same as_of are consistent with each other"`
}

// at returns the instant; 0 means now.
func (in AsOfInput) at(ctx context.Context, h *Handlers, id string) (energy.Instant, error) {
	if in.AsOf == "" {
		return 0, nil
	}
	zone, err := h.zoneOf(ctx, id)
	if err != nil {
		return 0, err
	}
	at, err := energy.ParseInstant(plusInQuery(in.AsOf), zone)
	if err != nil {
		return 0, problem.Invalid(problem.Bad("as_of", problem.Rule(energy.InstantRule(err))))
	}
	return at, nil
}

// Pricing names the tariffs and emission factors that an answer uses.
type Pricing struct {
	Tariff         *tariffUsed  `json:"tariff,omitempty" doc:"The tariff used for costs; the latest if there are several"`
	Tariffs        []tariffUsed `json:"tariffs,omitempty" doc:"All of them, latest first; absent if there is only one"`
	EmissionFactor *factorUsed  `json:"emission_factor,omitempty" doc:"The factor used for emissions; the latest if there are several"`
	Factors        []factorUsed `json:"emission_factors_used,omitempty" doc:"All of them, latest first; absent if there is only one"`
}

type tariffUsed struct {
	Name      string `json:"name"`
	ValidFrom string `json:"valid_from,omitempty" doc:"Its first local day, YYYY-MM-DD"`
	Year      int    `json:"year,omitempty" doc:"The year of valid_from"`
	Source    string `json:"source,omitempty" doc:"The publication of a default tariff"`
	Default   bool   `json:"default" doc:"True if the site has no tariff, so a published tariff is used"`
}

type factorUsed struct {
	Value   amount `json:"value" doc:"kg CO2 per kWh"`
	Year    int    `json:"year,omitempty" doc:"The year that it was published for, or the first year of the tariff that sets it"`
	Name    string `json:"name" doc:"Its publication, or the tariff that sets it"`
	Default bool   `json:"default" doc:"True if the site has no factor, so the nearest published year is used"`
}

func pricingOf(p tariffs.Pricing) Pricing {
	tariffs, factors := make([]tariffUsed, len(p.Tariffs)), make([]factorUsed, len(p.Factors))
	for i, t := range p.Tariffs {
		tariffs[i] = tariffUsed{Name: t.Name, ValidFrom: t.ValidFrom, Year: yearOf(t.ValidFrom), Source: t.Source, Default: t.Default}
	}
	for i, f := range p.Factors {
		factors[i] = factorUsed{Value: amount{f.Value}, Year: f.Year, Name: f.Name, Default: f.Default}
	}
	var out Pricing
	out.Tariff, out.Tariffs = latestOf(tariffs)
	out.EmissionFactor, out.Factors = latestOf(factors)
	return out
}

// latestOf returns the first, and all of them if there are several.
func latestOf[T any](all []T) (*T, []T) {
	switch len(all) {
	case 0:
		return nil, nil
	case 1:
		return &all[0], nil
	}
	return &all[0], all
}

func yearOf(day string) int {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return at.Year()
}
