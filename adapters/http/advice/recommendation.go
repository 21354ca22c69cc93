package httpadvice

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// Recommendation is one in words and figures.
type Recommendation struct {
	ID     string `json:"id" example:"rec_k3v5q6m7x2c4b1a0"`
	Kind   string `json:"kind" enum:"out_of_hours,standby,state_mismatch,schedule,unused_room,cooling_slope,setpoint,base_load,stuck_on,degradation,peak,sensor"`
	Status string `json:"status" enum:"open,accepted,dismissed,done,verified,ended"`
	// EndedReason is null where it did not end by itself.
	EndedReason *string `json:"ended_reason" enum:"not_seen,not_found" doc:"not_seen: its cause was not seen for four weeks; not_found: what was measured or the calendar was changed, and it is no longer found"`
	Standing    bool    `json:"standing" doc:"The last analysis still found the cause"`
	Title       string  `json:"title"`
	Message     string  `json:"message"`
	Action      string  `json:"action"`
	// DeviceID is null where it is about a space.
	DeviceID *string  `json:"device_id"`
	SpaceID  string   `json:"space_id"`
	Period   Period   `json:"period" doc:"The readings that it rests on"`
	LastSeen *string  `json:"last_seen" format:"date-time" doc:"When what it is about was last seen: the end of the last span; null where it has no instants of its own"`
	Evidence Evidence `json:"evidence"`
	Saving   Saving   `json:"saving"`
	// Pricing is what the saving's money and emissions rest on.
	Pricing
	Confidence float64 `json:"confidence" doc:"0 to 1"`
	// HoursAssumed and AssumedHours say where opening hours were taken that nobody has said.
	HoursAssumed bool   `json:"hours_assumed" doc:"It rests on opening hours that nobody has said: a usual week was taken"`
	AssumedHours string `json:"assumed_hours,omitempty" doc:"That week, in words"`
	Priority     string `json:"priority" enum:"high,medium,low"`
	Trivial      bool   `json:"trivial" doc:"Its saving is too small to stand among the others"`
	CreatedAt    string `json:"created_at" format:"date-time"`
	UpdatedAt    string `json:"updated_at" format:"date-time"`
}

// Period is a span of time.
type Period struct {
	From string `json:"from" format:"date-time"`
	To   string `json:"to" format:"date-time"`
}

// Evidence is the figures that a recommendation rests on.
type Evidence struct {
	Rule    string   `json:"rule"`
	Cause   string   `json:"cause,omitempty" doc:"What the rule found, where it can find several things"`
	Version int      `json:"version" doc:"Of the rules"`
	Figures []Figure `json:"figures"`
	Hash    string   `json:"hash" doc:"SHA-256 of the rule, its version and its inputs in a canonical form"`
	Assumed bool     `json:"hours_assumed" doc:"It rests on opening hours that nobody has said: a usual week was taken"`
}

// Figure is a number with its unit.
type Figure struct {
	Name  string  `json:"name" example:"power"`
	Value float64 `json:"value" example:"1234.5"`
	Unit  string  `json:"unit" example:"W"`
}

// Saving is what can be saved a month.
type Saving struct {
	KWhMonth   float64 `json:"kwh_month"`
	KWhLow     float64 `json:"kwh_low" doc:"Lower end of the 90 % interval, cut to the digits that are shown: what is promised"`
	KWhHigh    float64 `json:"kwh_high" doc:"Upper end of the 90 % interval"`
	CostMonth  float64 `json:"cost_month"`
	CostLow    float64 `json:"cost_low" doc:"What is promised, in whole units"`
	Currency   string  `json:"currency" example:"COP"`
	CO2KgMonth float64 `json:"co2_kg_month" doc:"Avoided emissions"`
	Tariff     string  `json:"tariff" doc:"The tariff whose prices were taken"`
	Source     string  `json:"tariff_source,omitempty" doc:"Where a default tariff comes from"`
}

func recommendationOf(a advice.Advice, l text.Language) Recommendation {
	written := a.Text(l)
	r := Recommendation{
		ID: a.ID, Kind: string(a.Finding.Kind), Status: string(a.Status), Standing: a.StillDetected,
		Title: written.Title, Message: written.Message, Action: written.Action, SpaceID: a.Space,
		Period:   Period{From: instant(a.Finding.From), To: instant(a.Finding.To)},
		LastSeen: lastSeen(a.Finding.Proof),
		Evidence: evidenceOf(a),
		Saving:   savingOf(a), HoursAssumed: a.RestsOnHours(),
		Pricing:    pricingOf(a.Money.NamedTariff(), a.Money.Factor),
		Confidence: a.Finding.Confidence, Priority: string(a.Priority), Trivial: a.Trivial(), CreatedAt: instant(a.Created), UpdatedAt: instant(a.Updated),
	}
	if reason := string(a.EndReason); reason != "" {
		r.EndedReason = &reason
	}
	if r.HoursAssumed {
		r.AssumedHours = text.AssumedHours(l)
	}
	if device := a.Device(); device != "" {
		r.DeviceID = &device
	}
	return r
}

func evidenceOf(a advice.Advice) Evidence {
	e := Evidence{Rule: string(a.Finding.Kind), Cause: a.Finding.Cause, Version: a.Basis.Version, Figures: []Figure{}, Hash: a.Basis.Hash, Assumed: a.RestsOnHours()}
	for _, f := range a.Finding.Figures {
		e.Figures = append(e.Figures, Figure{Name: f.Name, Value: rounded(f.Value, decimalsOf(f.Unit)), Unit: f.Unit})
	}
	return e
}

// decimalsOf are those of a figure; energy has those of the books, so that its parts add up to it.
func decimalsOf(unit string) int {
	if unit == "kWh" {
		return energyDecimals
	}
	return otherDecimals
}

func savingOf(a advice.Advice) Saving {
	s, m := a.Finding.Saving, a.Money
	return Saving{
		KWhMonth: rounded(s.KWh, kwhDecimals), KWhLow: figure.Promise(s.Low), KWhHigh: rounded(s.High, kwhDecimals),
		CostMonth: rounded(m.Cost, moneyDecimals), CostLow: figure.PromisedMoney(m.CostLow), Currency: m.Currency,
		CO2KgMonth: rounded(m.CO2Kg, kwhDecimals), Tariff: m.Tariff, Source: m.Source,
	}
}

func recommendationsOf(all []advice.Advice, l text.Language) []Recommendation {
	out := make([]Recommendation, len(all))
	for i, a := range all {
		out[i] = recommendationOf(a, l)
	}
	return out
}
