package httpenergy

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/platform/problem"
)

// AsOfInput asks for the figures of an instant.
type AsOfInput struct {
	AsOf string `query:"as_of" maxLength:"40" doc:"The instant until which readings count, RFC 3339; absent: now. Answers as of one instant agree"`
}

// at is the instant; 0 is now.
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

// Pricing names what money and emissions rest on.
type Pricing struct {
	Tariff         *tariffUsed  `json:"tariff,omitempty" doc:"What the money rests on; the latest where several held"`
	Tariffs        []tariffUsed `json:"tariffs,omitempty" doc:"All that held, the latest first, where several did"`
	EmissionFactor *factorUsed  `json:"emission_factor,omitempty" doc:"What the emissions rest on; the latest where several held"`
	Factors        []factorUsed `json:"emission_factors_used,omitempty" doc:"All that held, the latest first, where several did"`
}

type tariffUsed struct {
	Name      string `json:"name"`
	ValidFrom string `json:"valid_from,omitempty" doc:"Its first local day, YYYY-MM-DD"`
	Year      int    `json:"year,omitempty" doc:"That of valid_from"`
	Source    string `json:"source,omitempty" doc:"Where a default comes from"`
	Default   bool   `json:"default" doc:"The site has set none: a published tariff stands for it"`
}

type factorUsed struct {
	Value   amount `json:"value" doc:"kg CO2 per kWh"`
	Year    int    `json:"year,omitempty" doc:"The one that it was published for, or from which the tariff that sets it holds"`
	Name    string `json:"name" doc:"Its publication, or the tariff that sets it"`
	Default bool   `json:"default" doc:"The site has set none: the nearest published year stands for it"`
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

// latestOf gives the first, and all where there are several.
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
