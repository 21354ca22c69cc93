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
		Description: "Applies changes, one after the other, to measured hours and computes the resulting use, peak, cost and CO2. The interval of the saving is for the same number of hours, computed by resampling weeks. " +
			"With `save`, the scenario is stored under its `name` (managers only): 201. Otherwise nothing is stored: 200.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Rendered), Errors: []int{404, 422},
		Responses: map[string]*huma.Response{"200": httpserver.JSONResponse[SimulationBody](api, "The result of the changes; nothing is stored")},
	}, h.simulate)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listSimulations", Method: http.MethodGet, Path: "/api/simulaciones", Tags: tags,
		Summary: "Escenarios guardados · Stored scenarios", Description: "Newest first. Use `ids` to select the scenarios to compare.",
		Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.listSimulations)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getSimulation", Method: http.MethodGet, Path: "/api/simulaciones/{id}", Tags: tags,
		Summary: "Un escenario guardado · A stored scenario", Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.getSimulation)
	httpserver.RegisterRemoval(api, problemOf, huma.Operation{
		OperationID: "dropSimulation", Path: "/api/simulaciones/{id}", Tags: tags,
		Summary: "Borrar un escenario · Delete a scenario", Metadata: httpserver.Managers(), Errors: []int{404},
	}, h.simulationRemoval, h.dropSimulation)
}

// ScenarioBody is a what-if scenario.
type ScenarioBody struct {
	Name    string           `json:"name,omitempty" maxLength:"200"`
	Save    bool             `json:"save,omitempty" doc:"Store it under its name, to compare it with others"`
	SpaceID string           `json:"space_id,omitempty" maxLength:"64" doc:"The space of the totals; default: the innermost space that contains all targets"`
	From    *time.Time       `json:"from,omitempty" doc:"Default: one year before to"`
	To      *time.Time       `json:"to,omitempty" doc:"Default: the last measured midnight"`
	Changes []ScenarioChange `json:"changes" maxItems:"50" nullable:"false"`
}

// ScenarioChange is a change. The action decides which fields are used.
type ScenarioChange struct {
	Target   string           `json:"target,omitempty" maxLength:"64" doc:"The id of a device or space"`
	Action   string           `json:"action" enum:"off_hours,setpoint,replace,shift,remove,tariff" doc:"off_hours: switched off between from and to (default: whenever the space is closed in the calendar); setpoint: raise the cooling setpoint by degrees in open hours; replace: replace count devices of old_watts with as many of watts; shift: move share of the load above the base load from the hours between from and to, to the hours from start; remove: remove the target; tariff: use another price"`
	From     string           `json:"from,omitempty" maxLength:"5" example:"22:00" doc:"HH:00, local"`
	To       string           `json:"to,omitempty" maxLength:"5" example:"06:00"`
	Days     []string         `json:"days,omitempty" maxItems:"7" doc:"mon … sun, the days on which the hours start; default: all"`
	KeepW    *float64         `json:"keep_w,omitempty" doc:"Load that stays on, W; default: a device's standby_w, or the minimum load of a meter or space"`
	Degrees  *float64         `json:"degrees,omitempty" doc:"°C, −10 to 10"`
	Count    *float64         `json:"count,omitempty"`
	Watts    *float64         `json:"watts,omitempty" doc:"Power of each new device, W"`
	OldWatts *float64         `json:"old_watts,omitempty" doc:"Power of each old device, W; default: the device's rated_w"`
	Start    string           `json:"start,omitempty" maxLength:"5" example:"23:00" doc:"HH:00, the hour to which the load moves"`
	Share    *float64         `json:"share,omitempty" doc:"0 to 1 (default 1)"`
	Price    *float64         `json:"price_per_kwh,omitempty" doc:"Total price per kWh, outside all periods"`
	Demand   *float64         `json:"demand_price_per_kw,omitempty" doc:"Price per kW of each month's highest hour"`
	Periods  []ScenarioPeriod `json:"periods,omitempty" maxItems:"50"`
}

// ScenarioPeriod is a part of the week with its own price.
type ScenarioPeriod struct {
	Days        []string `json:"days,omitempty" maxItems:"7"`
	From        string   `json:"from" maxLength:"5"`
	To          string   `json:"to" maxLength:"5"`
	PricePerKWh float64  `json:"price_per_kwh"`
}

// SimulationBody is the result of a scenario.
type SimulationBody struct {
	ID            string           `json:"id,omitempty"`
	Name          string           `json:"name,omitempty"`
	CreatedAt     string           `json:"created_at,omitempty" format:"date-time"`
	Scope         SimulationTarget `json:"scope"`
	From          string           `json:"from" format:"date-time"`
	To            string           `json:"to" format:"date-time"`
	Hours         int              `json:"hours"`
	HoursMeasured int              `json:"hours_measured" doc:"Hours without measurements count in neither before nor after"`
	Currency      string           `json:"currency"`
	Pricing
	AvoidedFactor *AdviceFactor      `json:"avoided_factor,omitempty" doc:"The factor used for the avoided emissions"`
	Before        SimulationTotals   `json:"before"`
	After         SimulationTotals   `json:"after"`
	Saving        SimulationSaving   `json:"saving"`
	Effects       []SimulationEffect `json:"effects" nullable:"false" doc:"The effect of each change, after the changes before it"`
	Changes       []ScenarioChange   `json:"changes" nullable:"false"`
	Message       string             `json:"message"`
}

// SimulationTarget is a device or space.
type SimulationTarget struct {
	Level string `json:"level"`
	ID    string `json:"id"`
}

// SimulationTotals are the use, peak, cost and emissions.
type SimulationTotals struct {
	KWh    float64 `json:"kwh"`
	PeakKW float64 `json:"peak_kw" doc:"Mean power of the highest hour"`
	PeakAt *string `json:"peak_at" format:"date-time"`
	Cost   float64 `json:"cost"`
	CO2Kg  float64 `json:"co2_kg" doc:"Footprint"`
}

// SimulationSaving is before minus after. Low and high are the ends of a 90 % interval; null if less than three weeks were simulated.
type SimulationSaving struct {
	KWh      float64  `json:"kwh"`
	KWhLow   *float64 `json:"kwh_low"`
	KWhHigh  *float64 `json:"kwh_high"`
	PeakKW   float64  `json:"peak_kw"`
	Cost     float64  `json:"cost"`
	CostLow  *float64 `json:"cost_low"`
	CostHigh *float64 `json:"cost_high"`
	CO2Kg    float64  `json:"co2_kg" doc:"Avoided emissions"`
	// KWhMonth and CostMonth are null if less than four weeks were simulated.
	KWhMonth  *float64 `json:"kwh_month" doc:"Per average month of the simulated time"`
	CostMonth *float64 `json:"cost_month"`
}

// SimulationEffect is the effect of one change.
type SimulationEffect struct {
	Target SimulationTarget `json:"target"`
	Action string           `json:"action"`
	KWh    float64          `json:"kwh"`
	Source string           `json:"source" enum:"replay,own_slope,typical" doc:"replay: computed from the hours only; own_slope: from the target's own load at each outdoor temperature; typical: from a published range"`
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
		stored, err := h.Simulator.Store(ctx, callerOf(ctx), s)
		if err != nil {
			return nil, err
		}
		return &simulateOutput{Status: http.StatusCreated, Location: "/api/simulaciones/" + stored.ID, Body: storedOf(languageOf(ctx), stored)}, nil
	}
	result, err := h.Simulator.Simulate(ctx, callerOf(ctx), s)
	if err != nil {
		return nil, err
	}
	return &simulateOutput{Status: http.StatusOK, Body: simulationOf(languageOf(ctx), s, result)}, nil
}

type listSimulationsInput struct {
	IDs string `query:"ids" maxLength:"2000" doc:"Ids, separated by commas"`
}

// SimulationList is a list of stored scenarios.
type SimulationList struct {
	Items []SimulationBody `json:"items" nullable:"false"`
	Next  *string          `json:"next" doc:"Always null: all scenarios are returned"`
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
	for _, stored := range all {
		out.Body.Items = append(out.Body.Items, storedOf(languageOf(ctx), stored))
	}
	return out, nil
}

type simulationOutput struct{ Body SimulationBody }

func (h *Handlers) getSimulation(ctx context.Context, in *IDInput) (*simulationOutput, error) {
	all, err := h.Simulator.Stored(ctx, callerOf(ctx), []string{in.ID})
	if err != nil {
		return nil, err
	}
	return &simulationOutput{Body: storedOf(languageOf(ctx), all[0])}, nil
}

func (h *Handlers) simulationRemoval(ctx context.Context, in *RemoveInput) (httpserver.Removal, error) {
	deletes, err := h.Simulator.Removal(ctx, callerOf(ctx), in.ID)
	return httpserver.NewRemoval(deletes), err
}

func (h *Handlers) dropSimulation(ctx context.Context, in *RemoveInput) error {
	return h.Simulator.Delete(ctx, callerOf(ctx), in.ID)
}

// scenario converts the body to the module's type.
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

// changesOf converts a scenario's changes to the type of the answer.
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

func storedOf(l text.Language, stored scenario.Stored) SimulationBody {
	body := simulationOf(l, stored.Scenario, stored.Simulation)
	body.ID, body.Name, body.CreatedAt = stored.ID, stored.Name, instant(stored.At)
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
