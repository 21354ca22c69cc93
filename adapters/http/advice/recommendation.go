package httpadvice

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// Recommendation is a recommendation with its texts and figures.
type Recommendation struct {
	ID     string `json:"id" example:"rec_k3v5q6m7x2c4b1a0"`
	Kind   kind   `json:"kind"`
	Status string `json:"status" enum:"open,accepted,dismissed,done,verified,ended"`
	// EndedReason is null unless the recommendation ended automatically.
	EndedReason *string `json:"ended_reason" enum:"not_seen,not_found" doc:"not_seen: its cause was not detected for four weeks; not_found: measurements or the calendar changed, and the rule no longer finds it"`
	Standing    bool    `json:"standing" doc:"True if the last analysis still found the cause"`
	Title       string  `json:"title"`
	Message     string  `json:"message"`
	Action      string  `json:"action"`
	// DeviceID is null if the recommendation is about a space.
	DeviceID *string  `json:"device_id"`
	SpaceID  string   `json:"space_id"`
	Period   Period   `json:"period" doc:"The period of the readings that it uses"`
	LastSeen *string  `json:"last_seen" format:"date-time" doc:"When the waste was last detected: the end of the last span; null if the finding has no instants of its own"`
	Evidence Evidence `json:"evidence"`
	Saving   Saving   `json:"saving"`
	// Pricing is used for the cost and the emissions of the saving.
	Pricing
	Confidence float64 `json:"confidence" doc:"0 to 1"`
	// HoursAssumed is true if the space has no opening hours, so a typical week was assumed. AssumedHours describes that week.
	HoursAssumed bool   `json:"hours_assumed" doc:"True if the space has no opening hours, so a typical week was assumed"`
	AssumedHours string `json:"assumed_hours,omitempty" doc:"The assumed week as a text"`
	Priority     string `json:"priority" enum:"high,medium,low"`
	Trivial      bool   `json:"trivial" doc:"True if the saving is below the threshold, so it is listed last"`
	CreatedAt    string `json:"created_at" format:"date-time"`
	UpdatedAt    string `json:"updated_at" format:"date-time"`
}

// Period is a span of time.
type Period struct {
	From string `json:"from" format:"date-time"`
	To   string `json:"to" format:"date-time"`
}

// Evidence holds the figures that a recommendation is based on.
type Evidence struct {
	Rule    string   `json:"rule"`
	Cause   string   `json:"cause,omitempty" doc:"The cause, for a rule that can find several causes"`
	Version int      `json:"version" doc:"Version of the rules"`
	Figures []Figure `json:"figures"`
	Hash    string   `json:"hash" doc:"SHA-256 of the rule, its version and its inputs in a canonical form"`
	Assumed bool     `json:"hours_assumed" doc:"True if the space has no opening hours, so a typical week was assumed"`
}

// Figure is a number with its unit.
type Figure struct {
	Name  string  `json:"name" example:"power"`
	Value float64 `json:"value" example:"1234.5"`
	Unit  string  `json:"unit" example:"W"`
}

// Saving is the possible saving per month.
type Saving struct {
	KWhMonth   float64 `json:"kwh_month"`
	KWhLow     float64 `json:"kwh_low" doc:"The promised saving: the lower end of the 90 % interval, truncated to the digits shown"`
	KWhHigh    float64 `json:"kwh_high" doc:"Upper end of the 90 % interval"`
	CostMonth  float64 `json:"cost_month"`
	CostLow    float64 `json:"cost_low" doc:"The promised saving, in whole units of the currency"`
	Currency   string  `json:"currency" example:"COP"`
	CO2KgMonth float64 `json:"co2_kg_month" doc:"Avoided emissions"`
	Tariff     string  `json:"tariff" doc:"The tariff used for the prices"`
	Source     string  `json:"tariff_source,omitempty" doc:"The publication of a default tariff"`
}

func recommendationOf(a advice.Advice, l text.Language) Recommendation {
	written := a.Text(l)
	r := Recommendation{
		ID: a.ID, Kind: kind(a.Finding.Kind), Status: string(a.Status), Standing: a.StillDetected,
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

// decimalsOf returns the decimals of a figure. Energy has the precision of the ledger, so that its parts add up.
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
