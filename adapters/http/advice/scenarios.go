package httpadvice

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerScenarios(api *httpserver.API) {
	tags := []string{"advice"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "simulate", Method: http.MethodPost, Path: "/api/simulaciones", Tags: tags, DefaultStatus: 201,
		Summary: "Simular cambios · Simulate changes",
		Description: "Replays changes, one after the other, on hours that were measured: what they would have used, at what peak, cost and CO2. The interval is that of as many hours, from drawing weeks anew. " +
			"With `save` it is kept under its `name` (managers): 201; otherwise 200 and nothing is kept.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Rendered), Errors: []int{404, 422},
		Responses: map[string]*huma.Response{"200": httpserver.JSONResponse[SimulationBody](api, "What the changes would have come to; nothing is kept")},
	}, h.simulate)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listSimulations", Method: http.MethodGet, Path: "/api/simulaciones", Tags: tags,
		Summary: "Escenarios guardados · Kept scenarios", Description: "The newest first; `ids` picks some, to lay side by side.",
		Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.listSimulations)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getSimulation", Method: http.MethodGet, Path: "/api/simulaciones/{id}", Tags: tags,
		Summary: "Un escenario guardado · A kept scenario", Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.getSimulation)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "dropSimulation", Method: http.MethodDelete, Path: "/api/simulaciones/{id}", Tags: tags, DefaultStatus: 204,
		Summary: "Borrar un escenario · Delete a scenario", Metadata: httpserver.Managers(), Errors: []int{404},
	}, h.dropSimulation)
}

// ScenarioBody is a what-if.
type ScenarioBody struct {
	Name    string           `json:"name,omitempty" maxLength:"200"`
	Save    bool             `json:"save,omitempty" doc:"Keep it under its name, to be compared with others"`
	SpaceID string           `json:"space_id,omitempty" maxLength:"64" doc:"What is looked at; absent: the innermost space that holds all targets"`
	From    *time.Time       `json:"from,omitempty" doc:"Absent: a year before to"`
	To      *time.Time       `json:"to,omitempty" doc:"Absent: the last measured midnight"`
	Changes []ScenarioChange `json:"changes" maxItems:"50" nullable:"false"`
}

// ScenarioChange is one change; which fields count follows from the action.
type ScenarioChange struct {
	Target   string           `json:"target,omitempty" maxLength:"64" doc:"A device's or space's id"`
	Action   string           `json:"action" enum:"off_hours,setpoint,replace,shift,remove,tariff" doc:"off_hours: off from–to (absent: whenever the calendar holds the space for shut); setpoint: cooled by degrees less in open hours; replace: count devices of old_watts by as many of watts; shift: share of what lies above the base from from–to to start; remove: gone; tariff: another price"`
	From     string           `json:"from,omitempty" maxLength:"5" example:"22:00" doc:"HH:00, local"`
	To       string           `json:"to,omitempty" maxLength:"5" example:"06:00"`
	Days     []string         `json:"days,omitempty" maxItems:"7" doc:"mon … sun, on which the hours begin; absent: all"`
	KeepW    *float64         `json:"keep_w,omitempty" doc:"What stays on, W; absent: a device's standby_w, or what a meter or space never falls below"`
	Degrees  *float64         `json:"degrees,omitempty" doc:"°C, −10 to 10"`
	Count    *float64         `json:"count,omitempty"`
	Watts    *float64         `json:"watts,omitempty" doc:"Of each new device"`
	OldWatts *float64         `json:"old_watts,omitempty" doc:"Of each old one; absent: the device's rated_w"`
	Start    string           `json:"start,omitempty" maxLength:"5" example:"23:00" doc:"HH:00 to which load is moved"`
	Share    *float64         `json:"share,omitempty" doc:"0 to 1 (1)"`
	Price    *float64         `json:"price_per_kwh,omitempty" doc:"All that is paid per kWh, outside all periods"`
	Demand   *float64         `json:"demand_price_per_kw,omitempty" doc:"Per kW of each month's highest hour"`
	Periods  []ScenarioPeriod `json:"periods,omitempty" maxItems:"50"`
}

// ScenarioPeriod is a part of the week with its own price.
type ScenarioPeriod struct {
	Days        []string `json:"days,omitempty" maxItems:"7"`
	From        string   `json:"from" maxLength:"5"`
	To          string   `json:"to" maxLength:"5"`
	PricePerKWh float64  `json:"price_per_kwh"`
}

// SimulationBody is what a scenario would have come to.
type SimulationBody struct {
	ID            string           `json:"id,omitempty"`
	Name          string           `json:"name,omitempty"`
	CreatedAt     string           `json:"created_at,omitempty" format:"date-time"`
	Scope         SimulationTarget `json:"scope"`
	From          string           `json:"from" format:"date-time"`
	To            string           `json:"to" format:"date-time"`
	Hours         int              `json:"hours"`
	HoursMeasured int              `json:"hours_measured" doc:"The others count neither before nor after"`
	Currency      string           `json:"currency"`
	Pricing
	AvoidedFactor *AdviceFactor      `json:"avoided_factor,omitempty" doc:"What the saving's emissions rest on"`
	Before        SimulationTotals   `json:"before"`
	After         SimulationTotals   `json:"after"`
	Saving        SimulationSaving   `json:"saving"`
	Effects       []SimulationEffect `json:"effects" nullable:"false" doc:"What each change did after those before it"`
	Changes       []ScenarioChange   `json:"changes" nullable:"false"`
	Message       string             `json:"message"`
}

// SimulationTarget is a device or space.
type SimulationTarget struct {
	Level string `json:"level"`
	ID    string `json:"id"`
}

// SimulationTotals is what is used.
type SimulationTotals struct {
	KWh    float64 `json:"kwh"`
	PeakKW float64 `json:"peak_kw" doc:"Of the highest hour"`
	PeakAt *string `json:"peak_at" format:"date-time"`
	Cost   float64 `json:"cost"`
	CO2Kg  float64 `json:"co2_kg" doc:"Footprint"`
}

// SimulationSaving is before less after; the ends are those of a 90 % interval, null where less than three weeks were replayed.
type SimulationSaving struct {
	KWh      float64  `json:"kwh"`
	KWhLow   *float64 `json:"kwh_low"`
	KWhHigh  *float64 `json:"kwh_high"`
	PeakKW   float64  `json:"peak_kw"`
	Cost     float64  `json:"cost"`
	CostLow  *float64 `json:"cost_low"`
	CostHigh *float64 `json:"cost_high"`
	CO2Kg    float64  `json:"co2_kg" doc:"Avoided emissions"`
	// KWhMonth and CostMonth are null where less than four weeks were replayed.
	KWhMonth  *float64 `json:"kwh_month" doc:"In the mean month of what was replayed"`
	CostMonth *float64 `json:"cost_month"`
}

// SimulationEffect is what one change did.
type SimulationEffect struct {
	Target SimulationTarget `json:"target"`
	Action string           `json:"action"`
	KWh    float64          `json:"kwh"`
	Source string           `json:"source" enum:"replay,own_slope,typical" doc:"The hours alone; the target's own load by outdoor temperature; or a published range"`
}

type simulateInput struct{ Body ScenarioBody }

type simulateOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     SimulationBody
}

func (h *Handlers) simulate(ctx context.Context, in *simulateInput) (*simulateOutput, error) {
	s := in.Body.scenario()
	if in.Body.Save {
		kept, err := h.Simulator.Store(ctx, callerOf(ctx), s)
		if err != nil {
			return nil, err
		}
		return &simulateOutput{Status: http.StatusCreated, Location: "/api/simulaciones/" + kept.ID, Body: keptOf(languageOf(ctx), kept)}, nil
	}
	result, err := h.Simulator.Simulate(ctx, callerOf(ctx), s)
	if err != nil {
		return nil, err
	}
	return &simulateOutput{Status: http.StatusOK, Body: simulationOf(languageOf(ctx), s, result)}, nil
}

type listSimulationsInput struct {
	IDs string `query:"ids" maxLength:"2000" doc:"Ids, apart by commas"`
}

// SimulationList are kept scenarios.
type SimulationList struct {
	Items []SimulationBody `json:"items" nullable:"false"`
	Next  *string          `json:"next" doc:"null: all are given"`
}

type listSimulationsOutput struct{ Body SimulationList }

func (h *Handlers) listSimulations(ctx context.Context, in *listSimulationsInput) (*listSimulationsOutput, error) {
	var ids []string
	if in.IDs != "" {
		ids = strings.Split(in.IDs, ",")
	}
	all, err := h.Simulator.Stored(ctx, callerOf(ctx), ids)
	if err != nil {
		return nil, err
	}
	out := &listSimulationsOutput{Body: SimulationList{Items: []SimulationBody{}}}
	for _, kept := range all {
		out.Body.Items = append(out.Body.Items, keptOf(languageOf(ctx), kept))
	}
	return out, nil
}

type simulationOutput struct{ Body SimulationBody }

func (h *Handlers) getSimulation(ctx context.Context, in *IDInput) (*simulationOutput, error) {
	all, err := h.Simulator.Stored(ctx, callerOf(ctx), []string{in.ID})
	if err != nil {
		return nil, err
	}
	return &simulationOutput{Body: keptOf(languageOf(ctx), all[0])}, nil
}

func (h *Handlers) dropSimulation(ctx context.Context, in *IDInput) (*struct{}, error) {
	return nil, h.Simulator.Delete(ctx, callerOf(ctx), in.ID)
}

// scenario is the body as the module takes it.
func (b ScenarioBody) scenario() scenario.Scenario {
	s := scenario.Scenario{Name: strings.TrimSpace(b.Name), Space: b.SpaceID}
	if b.From != nil {
		s.From = *b.From
	}
	if b.To != nil {
		s.To = *b.To
	}
	for _, c := range b.Changes {
		change := scenario.Change{
			Target: c.Target, Action: scenario.Action(c.Action), From: c.From, To: c.To, Days: c.Days, KeepW: c.KeepW, Degrees: c.Degrees,
			Count: c.Count, Watts: c.Watts, OldWatts: c.OldWatts, Start: c.Start, Share: c.Share,
		}
		if c.Price != nil {
			change.Tariff = &scenario.Tariff{PricePerKWh: *c.Price}
			if c.Demand != nil {
				change.Tariff.DemandPerKW = *c.Demand
			}
			for _, p := range c.Periods {
				change.Tariff.Periods = append(change.Tariff.Periods, scenario.Period(p))
			}
		}
		s.Changes = append(s.Changes, change)
	}
	return s
}

// changesOf are a scenario's changes as they are sent.
func changesOf(s scenario.Scenario) []ScenarioChange {
	changes := []ScenarioChange{}
	for _, c := range s.Changes {
		change := ScenarioChange{
			Target: c.Target, Action: string(c.Action), From: c.From, To: c.To, Days: c.Days, KeepW: c.KeepW, Degrees: c.Degrees,
			Count: c.Count, Watts: c.Watts, OldWatts: c.OldWatts, Start: c.Start, Share: c.Share,
		}
		if c.Tariff != nil {
			change.Price, change.Demand = &c.Tariff.PricePerKWh, &c.Tariff.DemandPerKW
			for _, p := range c.Tariff.Periods {
				change.Periods = append(change.Periods, ScenarioPeriod(p))
			}
		}
		changes = append(changes, change)
	}
	return changes
}

func keptOf(l text.Language, kept scenario.Stored) SimulationBody {
	body := simulationOf(l, kept.Scenario, kept.Simulation)
	body.ID, body.Name, body.CreatedAt = kept.ID, kept.Name, instant(kept.At)
	return body
}

func simulationOf(l text.Language, s scenario.Scenario, r scenario.Simulation) SimulationBody {
	saved := r.Saved
	body := SimulationBody{
		Name: s.Name, Scope: SimulationTarget{string(r.Scope.Level), r.Scope.ID}, From: instant(r.From), To: instant(r.To), Hours: r.Hours, HoursMeasured: r.Measured,
		Currency: r.Currency, Pricing: pricingOf(r.Price.NamedTariff(), r.Price.FootprintFactor), AvoidedFactor: pricingOf(advice.Tariff{}, r.Price.AvoidedFactor).EmissionFactor, Before: totalsOf(r.Before), After: totalsOf(r.After), Effects: []SimulationEffect{}, Changes: changesOf(s),
		Saving: SimulationSaving{
			KWh: rounded(saved.KWh, kwhDecimals), KWhLow: roundedOrNil(saved.KWhLow, kwhDecimals), KWhHigh: roundedOrNil(saved.KWhHigh, kwhDecimals), PeakKW: rounded(saved.PeakKW, kwhDecimals),
			Cost: rounded(saved.Cost, moneyDecimals), CostLow: roundedOrNil(saved.CostLow, moneyDecimals), CostHigh: roundedOrNil(saved.CostHigh, moneyDecimals), CO2Kg: rounded(saved.CO2Kg, kwhDecimals),
		},
		Message: text.Simulated(l, text.WhatIf{KWh: saved.KWh, Before: r.Before.KWh, Low: saved.KWhLow, High: saved.KWhHigh, Cost: saved.Cost, Currency: r.Currency, Tariff: r.Price.NamedTariff().Words(), Hours: r.Measured}),
	}
	if month, cost, known := r.Monthly(); known {
		body.Saving.KWhMonth, body.Saving.CostMonth = finite(month, kwhDecimals), finite(cost, moneyDecimals)
	}
	for _, e := range r.Changes {
		body.Effects = append(body.Effects, SimulationEffect{Target: SimulationTarget{string(e.Target.Level), e.Target.ID}, Action: string(e.Action), KWh: rounded(e.KWh, kwhDecimals), Source: string(e.Source)})
	}
	return body
}

func totalsOf(f scenario.Totals) SimulationTotals {
	out := SimulationTotals{KWh: rounded(f.KWh, kwhDecimals), PeakKW: rounded(f.PeakKW, kwhDecimals), Cost: rounded(f.Cost, moneyDecimals), CO2Kg: rounded(f.CO2Kg, kwhDecimals)}
	if !f.PeakAt.IsZero() {
		at := instant(f.PeakAt)
		out.PeakAt = &at
	}
	return out
}

func roundedOrNil(v *float64, decimals int) *float64 {
	if v == nil {
		return nil
	}
	return finite(*v, decimals)
}
