package httpenergy

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerTariffs(api *httpserver.API) {
	tags := []string{"rules"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listTariffs", Method: http.MethodGet, Path: "/api/tarifas", Tags: tags,
		Summary: "Tarifas · Tariffs", Metadata: httpserver.Readers(), Errors: []int{404},
		Description: "`default` is the tariff used if none is set, with its source.",
	}, h.listTariffs)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "addTariff", Method: http.MethodPost, Path: "/api/tarifas", Tags: tags, DefaultStatus: 201,
		Summary: "Agregar una tarifa · Add a tariff", Metadata: httpserver.Managers(), Errors: []int{409},
		Description: "The tariff applies to its space and everything inside it, from valid_from until the next tariff of that space.",
	}, h.addTariff)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getTariff", Method: http.MethodGet, Path: "/api/tarifas/{id}", Tags: tags,
		Summary: "Una tarifa · A tariff", Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.getTariff)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "updateTariff", Method: http.MethodPatch, Path: "/api/tarifas/{id}", Tags: tags,
		Summary:     "Cambiar una tarifa · Change a tariff",
		Description: "Absent members stay unchanged, and `periods` and `reactive` are replaced as a whole. `null` clears a member: then there is no contribution, demand price, reactive rule or period, and the year's published factor applies. Money and emissions of past days change too, because they are computed when they are read; recommendations are computed again.",
		Metadata:    httpserver.Managers(), Errors: []int{404, 409},
	}, h.updateTariff)
	httpserver.RegisterRemoval(api, problemOf, huma.Operation{
		OperationID: "dropTariff", Path: "/api/tarifas/{id}", Tags: tags,
		Summary: "Quitar una tarifa · Remove a tariff", Metadata: httpserver.Managers(), Errors: []int{404},
	}, h.tariffRemoval, h.dropTariff)
}

type tariffPeriod struct {
	Days        []string `json:"days" maxItems:"8" doc:"mon … sun, holiday"`
	From        string   `json:"from" maxLength:"5" doc:"HH:MM" example:"18:00"`
	To          string   `json:"to" maxLength:"5" doc:"HH:MM; 24:00 and 00:00 mean the end of the day. If to is not after from, the period ends on the next day" example:"21:00"`
	PricePerKWh amount   `json:"price_per_kwh"`
}

// TariffBody is the request body.
type TariffBody struct {
	SpaceID            string         `json:"space_id" maxLength:"64"`
	Name               string         `json:"name" minLength:"1" maxLength:"200"`
	Currency           string         `json:"currency,omitempty" pattern:"^[A-Z]{3}$" default:"COP"`
	ValidFrom          string         `json:"valid_from" maxLength:"10" doc:"First day on which the tariff applies, YYYY-MM-DD"`
	PricePerKWh        amount         `json:"price_per_kwh" doc:"Price outside all periods"`
	Periods            []tariffPeriod `json:"periods,omitempty" maxItems:"50"`
	ContributionPct    *amount        `json:"contribution_pct,omitempty" doc:"Surcharge on every kWh, %"`
	DemandPricePerKW   *amount        `json:"demand_price_per_kw,omitempty"`
	Reactive           *reactiveRule  `json:"reactive,omitempty" doc:"How reactive energy is charged, computed hour by hour; if absent, it is not charged"`
	CO2KgPerKWh        *amount        `json:"co2_kg_per_kwh,omitempty" doc:"Emissions per kWh used; default: the year's published factor"`
	CO2AvoidedKgPerKWh *amount        `json:"co2_avoided_kg_per_kwh,omitempty" doc:"Emissions avoided per kWh saved; default: the year's published factor"`
}

// reactiveRule is how reactive energy is charged.
type reactiveRule struct {
	PricePerKVArh amount  `json:"price_per_kvarh"`
	LimitPct      *amount `json:"limit_pct,omitempty" doc:"Inductive energy that is free of charge, % of the hour's kWh (default 50)"`
	Capacitive    bool    `json:"capacitive,omitempty" doc:"True if all capacitive energy is charged (default false)"`
	Multiplier    *amount `json:"multiplier,omitempty" doc:"The factor M for a repeated excess, 1 to 12 (default 1)"`
}

// Defaults of CREG 015 of 2018, used if the tariff does not set them.
var (
	defaultLimit      = decimal.NewFromInt(50)
	defaultMultiplier = decimal.NewFromInt(1)
)

func (r *reactiveRule) rule() *tariffs.ReactiveRule {
	if r == nil {
		return nil
	}
	rule := tariffs.ReactiveRule{Price: r.PricePerKVArh.Decimal, Limit: defaultLimit, Capacitive: r.Capacitive, Multiplier: defaultMultiplier}
	if r.LimitPct != nil {
		rule.Limit = r.LimitPct.Decimal
	}
	if r.Multiplier != nil {
		rule.Multiplier = r.Multiplier.Decimal
	}
	return &rule
}

func reactiveOf(r *tariffs.ReactiveRule) *reactiveRule {
	if r == nil {
		return nil
	}
	return &reactiveRule{PricePerKVArh: amount{r.Price}, LimitPct: &amount{r.Limit}, Capacitive: r.Capacitive, Multiplier: &amount{r.Multiplier}}
}

type tariff struct {
	ID string `json:"id"`
	TariffBody
	Source string `json:"source,omitempty"`
}

func tariffOf(t tariffs.Tariff) tariff {
	out := tariff{ID: t.ID, Source: t.Source, TariffBody: TariffBody{
		SpaceID: string(t.Space), Name: t.Name, Currency: t.Currency, ValidFrom: t.ValidFrom, PricePerKWh: amount{t.Price},
		ContributionPct: &amount{t.Contribution}, DemandPricePerKW: &amount{t.DemandPrice},
		Reactive: reactiveOf(t.Reactive), CO2KgPerKWh: orAbsent(t.Footprint), CO2AvoidedKgPerKWh: orAbsent(t.Avoided),
	}}
	for _, p := range t.Periods {
		out.Periods = append(out.Periods, tariffPeriod{Days: fromDays(p.Days), From: p.From.String(), To: p.To.String(), PricePerKWh: amount{p.Price}})
	}
	return out
}

func orAbsent(d *decimal.Decimal) *amount {
	if d == nil {
		return nil
	}
	return &amount{*d}
}

func (b TariffBody) tariff() tariffs.Tariff {
	t := tariffs.Tariff{
		Reactive: b.Reactive.rule(), Space: energy.SpaceID(b.SpaceID), Name: b.Name, Currency: b.Currency, ValidFrom: b.ValidFrom, Price: b.PricePerKWh.Decimal,
	}
	if b.ContributionPct != nil {
		t.Contribution = b.ContributionPct.Decimal
	}
	if b.DemandPricePerKW != nil {
		t.DemandPrice = b.DemandPricePerKW.Decimal
	}
	t.Footprint, t.Avoided = decimalOf(b.CO2KgPerKWh), decimalOf(b.CO2AvoidedKgPerKWh)
	t.Periods = periodsOf(b.Periods)
	return t
}

func periodsOf(all []tariffPeriod) []tariffs.Period {
	var periods []tariffs.Period
	for _, p := range all {
		periods = append(periods, tariffs.Period{Hours: calendar.Hours{Days: toDays(p.Days), From: clocktime(p.From), To: clocktime(p.To)}, Price: p.PricePerKWh.Decimal})
	}
	return periods
}

// tariffChange is the request body of a change. Absent members stay unchanged.
type tariffChange struct {
	SpaceID            *string                             `json:"space_id,omitempty" maxLength:"64"`
	Name               *string                             `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Currency           *string                             `json:"currency,omitempty" pattern:"^[A-Z]{3}$"`
	ValidFrom          *string                             `json:"valid_from,omitempty" maxLength:"10" doc:"First day on which the tariff applies, YYYY-MM-DD"`
	PricePerKWh        *amount                             `json:"price_per_kwh,omitempty" doc:"Price outside all periods"`
	Periods            httpserver.Nullable[[]tariffPeriod] `json:"periods,omitzero" maxItems:"50" doc:"All periods; null for none"`
	ContributionPct    httpserver.Nullable[amount]         `json:"contribution_pct,omitzero" doc:"Surcharge on every kWh, %; null for none"`
	DemandPricePerKW   httpserver.Nullable[amount]         `json:"demand_price_per_kw,omitzero" doc:"null for none"`
	Reactive           httpserver.Nullable[reactiveRule]   `json:"reactive,omitzero" doc:"How reactive energy is charged; null if it is not charged"`
	CO2KgPerKWh        httpserver.Nullable[amount]         `json:"co2_kg_per_kwh,omitzero" doc:"Emissions per kWh used; null for the year's published factor"`
	CO2AvoidedKgPerKWh httpserver.Nullable[amount]         `json:"co2_avoided_kg_per_kwh,omitzero" doc:"Emissions avoided per kWh saved; null for the year's published factor"`
}

// apply sets the given members.
func (b tariffChange) apply(t *tariffs.Tariff) {
	setIfGiven(&t.Space, stringAs[energy.SpaceID](b.SpaceID))
	setIfGiven(&t.Name, b.Name)
	setIfGiven(&t.Currency, b.Currency)
	setIfGiven(&t.ValidFrom, b.ValidFrom)
	if b.PricePerKWh != nil {
		t.Price = b.PricePerKWh.Decimal
	}
	if all, given := orElse(b.Periods, nil); given {
		t.Periods = periodsOf(all)
	}
	if pct, given := orElse(b.ContributionPct, amount{}); given {
		t.Contribution = pct.Decimal
	}
	if price, given := orElse(b.DemandPricePerKW, amount{}); given {
		t.DemandPrice = price.Decimal
	}
	if b.Reactive.Given {
		t.Reactive = b.Reactive.Value.rule()
	}
	if b.CO2KgPerKWh.Given {
		t.Footprint = decimalOf(b.CO2KgPerKWh.Value)
	}
	if b.CO2AvoidedKgPerKWh.Given {
		t.Avoided = decimalOf(b.CO2AvoidedKgPerKWh.Value)
	}
}

func decimalOf(a *amount) *decimal.Decimal {
	if a == nil {
		return nil
	}
	return &a.Decimal
}

type tariffsOutput struct {
	Body struct {
		List[tariff]
		Default tariff `json:"default"`
	}
}

func (h *Handlers) listTariffs(ctx context.Context, in *struct {
	PageInput
	PlaceInput
},
) (*tariffsOutput, error) {
	all, err := h.Rules.Tariffs(ctx, callerOf(ctx), energy.SpaceID(in.SpaceID))
	if err != nil {
		return nil, err
	}
	out := &tariffsOutput{}
	out.Body.List = pageOf(all, in.PageInput, func(t tariffs.Tariff) string { return t.ID }, tariffOf).Body
	out.Body.Default = tariffOf(tariffs.DefaultTariff)
	return out, nil
}

func (h *Handlers) addTariff(ctx context.Context, in *struct{ Body TariffBody }) (*createdOutput[tariff], error) {
	added, err := h.Rules.AddTariff(ctx, callerOf(ctx), in.Body.tariff())
	if err != nil {
		return nil, err
	}
	return &createdOutput[tariff]{Location: "/api/tarifas/" + added.ID, Body: tariffOf(added)}, nil
}

func (h *Handlers) getTariff(ctx context.Context, in *IDInput) (*output[tariff], error) {
	t, err := h.Rules.Tariff(ctx, callerOf(ctx), in.ID)
	return &output[tariff]{tariffOf(t)}, err
}

func (h *Handlers) updateTariff(ctx context.Context, in *struct {
	IDInput
	Body tariffChange
},
) (*output[tariff], error) {
	t, err := h.Rules.UpdateTariff(ctx, callerOf(ctx), in.ID, in.Body.apply)
	return &output[tariff]{tariffOf(t)}, err
}

// TariffRemoval is what the removal of a tariff would do.
type TariffRemoval struct {
	httpserver.Removal
	ReplacedBy replacingTariff `json:"replaced_by" doc:"The tariff that prices its days afterwards: today, or else the one of its days that is nearest to today"`
}

type replacingTariff struct {
	Name      string `json:"name"`
	ValidFrom string `json:"valid_from"`
	Default   bool   `json:"default" doc:"True if it is the built-in reference, because no other tariff applies"`
}

func (h *Handlers) tariffRemoval(ctx context.Context, in *RemoveInput) (TariffRemoval, error) {
	r, err := h.Rules.TariffRemoval(ctx, callerOf(ctx), in.ID, h.Clock.Now())
	return TariffRemoval{removalOf(r.Removal), replacingTariff{Name: r.ReplacedBy.Name, ValidFrom: r.ReplacedBy.ValidFrom, Default: r.ReplacedBy.Space == ""}}, err
}

func (h *Handlers) dropTariff(ctx context.Context, in *RemoveInput) error {
	return h.Rules.DropTariff(ctx, callerOf(ctx), in.ID)
}
