package httpenergy

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerBill(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "bill", Method: http.MethodGet, Path: "/api/consumo/factura", Tags: []string{"energy"},
		Summary: "Factura de un mes · A month's bill",
		Description: "Computed with the tariffs valid in the month. `energy_cost` equals the sum of the `cost` of the month's hours in `/api/consumo/serie`, to the last digit; " +
			"`total` also includes demand and reactive energy, and is rounded to two decimals.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.bill)
}

type billInput struct {
	Level string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID    string `query:"id" maxLength:"64" doc:"The id of the space or device; optional if there is only one site"`
	Month string `query:"month" required:"true" maxLength:"7" example:"2026-05" doc:"YYYY-MM, in the site's time zone"`
	AsOfInput
}

// Bill is the cost of a month's energy.
type Bill struct {
	From         instant     `json:"from"`
	To           instant     `json:"to"`
	Complete     bool        `json:"complete" doc:"Whether the month is over"`
	Currency     string      `json:"currency"`
	KWh          kwh         `json:"kwh"`
	EstimatedKWh kwh         `json:"estimated_kwh"`
	Coverage     float64     `json:"coverage" doc:"Measured share, 0 to 1, weighted by the usual load of each device at that time"`
	Lines        []billLine  `json:"lines" doc:"The energy, one line per price"`
	EnergyCost   amount      `json:"energy_cost" doc:"The sum of the lines and the contribution"`
	Contribution amount      `json:"contribution"`
	Demand       *demand     `json:"demand,omitempty" doc:"Absent if demand has no price or no peak was measured"`
	Reactive     *reactive   `json:"reactive,omitempty" doc:"Absent if no tariff has a rule for reactive energy"`
	Total        amount      `json:"total"`
	CO2Kg        amount      `json:"co2_kg" doc:"Footprint"`
	Published    []co2Factor `json:"emission_factors" doc:"The published factors of the year, used if the tariff sets none"`
	Pricing
}

type billLine struct {
	Tariff      string `json:"tariff"`
	Source      string `json:"source,omitempty" doc:"The publication of a default tariff"`
	PricePerKWh amount `json:"price_per_kwh"`
	KWh         kwh    `json:"kwh"`
	Cost        amount `json:"cost"`
}

type demand struct {
	PeakKW     kilowatts `json:"peak_kw"`
	At         instant   `json:"at" doc:"Start of the first quarter hour with this peak"`
	PricePerKW amount    `json:"price_per_kw"`
	Cost       amount    `json:"cost"`
}

type reactive struct {
	Measured        bool   `json:"measured" doc:"Whether any device here measures reactive energy"`
	InductiveKVArh  kwh    `json:"inductive_kvarh" doc:"kvarh"`
	CapacitiveKVArh kwh    `json:"capacitive_kvarh" doc:"kvarh"`
	ExcessKVArh     amount `json:"excess_kvarh" doc:"The charged energy, computed hour by hour, kvarh"`
	Cost            amount `json:"cost"`
}

type co2Factor struct {
	Year      int    `json:"year" doc:"The year of the factors: the nearest published year"`
	Footprint amount `json:"footprint_kg_per_kwh"`
	Avoided   amount `json:"avoided_kg_per_kwh"`
	Source    string `json:"source"`
}

func (h *Handlers) bill(ctx context.Context, in *billInput) (*output[Bill], error) {
	at, err := in.at(ctx, h, in.ID)
	if err != nil {
		return nil, err
	}
	b, err := h.Reports.BillAt(ctx, callerOf(ctx), campus.Level(in.Level), in.ID, in.Month, at)
	if err != nil {
		return nil, err
	}
	out := Bill{
		Pricing: pricingOf(b.Pricing),
		From:    instant(b.From), To: instant(b.To), Complete: b.Complete, Currency: b.Currency,
		KWh: kwh(b.Usage.Energy), EstimatedKWh: kwh(b.Usage.Estimated), Coverage: b.Usage.Coverage,
		Lines: make([]billLine, len(b.Lines)), EnergyCost: amount{b.Usage.Charge.Cost}, Contribution: amount{b.Contribution},
		Total: amount{b.Total}, CO2Kg: amount{b.Usage.Charge.CO2},
	}
	for i, l := range b.Lines {
		out.Lines[i] = billLine{Tariff: l.Tariff, Source: l.Source, PricePerKWh: amount{l.Price}, KWh: kwh(l.Energy), Cost: amount{l.Cost}}
	}
	if d := b.Demand; d != nil {
		out.Demand = &demand{PeakKW: kilowatts(d.Peak), At: instant(d.At), PricePerKW: amount{d.Price}, Cost: amount{d.Cost}}
	}
	if r := b.Reactive; r != nil {
		out.Reactive = &reactive{
			Measured: r.Measured, InductiveKVArh: kwh(r.Inductive), CapacitiveKVArh: kwh(r.Capacitive), ExcessKVArh: amount{r.Excess}, Cost: amount{r.Cost},
		}
	}
	for _, f := range b.Factors {
		out.Published = append(out.Published, co2Factor{Year: f.Year, Footprint: amount{f.Footprint}, Avoided: amount{f.Avoided}, Source: f.Source})
	}
	return &output[Bill]{out}, nil
}
