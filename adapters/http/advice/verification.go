package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice/savings"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerVerification(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getVerification", Method: http.MethodGet, Path: "/api/recomendaciones/{id}/verificacion", Tags: []string{"advice"},
		Summary: "Qué se ahorró de verdad · What was really saved",
		Description: "What was used since the recommendation was `done` against a baseline fitted on what was used before (IPMVP Option C), with its 90 % interval, which is learnt from spans of the same meter in which nothing was changed. " +
			"`verdict` says whether a saving is shown, or why nothing can be said yet.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.verification)
}

// VerificationBody is what a recommendation has really saved.
type VerificationBody struct {
	ID      string  `json:"id"`
	Verdict string  `json:"verdict" enum:"not_done,too_early,no_baseline,saved,not_shown,used_more"`
	Message string  `json:"message"`
	DoneAt  *string `json:"done_at" format:"date-time" doc:"The day itself belongs neither to before nor to after"`
	From    *string `json:"from" format:"date-time"`
	To      *string `json:"to" format:"date-time"`
	Hours   int     `json:"hours" doc:"Those since then that are known"`
	// What follows is null where there is no baseline.
	BaselineKWh *float64 `json:"baseline_kwh"`
	ActualKWh   *float64 `json:"actual_kwh"`
	AvoidedKWh  *float64 `json:"avoided_kwh"`
	AvoidedLow  *float64 `json:"avoided_low" doc:"Lower end of the 90 % interval"`
	AvoidedHigh *float64 `json:"avoided_high" doc:"Upper end of the 90 % interval"`
	PromisedKWh *float64 `json:"promised_kwh" doc:"What was promised for as many hours"`
	Cost        *float64 `json:"cost" doc:"Money that was not spent, at the prices of the hours"`
	CostLow     *float64 `json:"cost_low"`
	CostHigh    *float64 `json:"cost_high"`
	Currency    string   `json:"currency"`
	Pricing
	CO2Kg    *float64 `json:"co2_kg" doc:"Avoided emissions"`
	Placebos int      `json:"placebos" doc:"Spans without a change that the interval was learnt from"`
	// Growth is how the saving grew.
	Growth []GrowthPoint `json:"growth" nullable:"false" doc:"The avoided energy since the begin after each day, or each few; empty while the verdict says that nothing can be said"`
	Why    []string      `json:"why" nullable:"false" doc:"Why there is no baseline: too_few_days, coverage_low, no_variation"`
}

// GrowthPoint is the saving from the begin until an instant, kWh.
type GrowthPoint struct {
	Until      string  `json:"until" format:"date-time"`
	AvoidedKWh float64 `json:"avoided_kwh"`
	Low        float64 `json:"avoided_low"`
	High       float64 `json:"avoided_high"`
}

type verificationOutput struct{ Body VerificationBody }

func (h *Handlers) verification(ctx context.Context, in *IDInput) (*verificationOutput, error) {
	v, err := h.Verifier.Verify(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	body := VerificationBody{
		ID: v.ID, Verdict: string(v.Verdict), Message: text.Verdict(languageOf(ctx), string(v.Verdict), v.About, v.Saving.Avoided, v.Saving.Low, v.Saving.High),
		Hours: v.Saving.Hours, Currency: v.Currency, Placebos: v.Saving.Placebos, Why: codesOf(v.Why), Growth: []GrowthPoint{},
	}
	if v.Verdict != savings.NotDone {
		done, from, to := instant(v.Done), instant(v.From), instant(v.To)
		body.DoneAt, body.From, body.To = &done, &from, &to
	}
	if v.Verdict == savings.Saved || v.Verdict == savings.NotShown || v.Verdict == savings.UsedMore {
		s := v.Saving
		body.Pricing = pricingOf(v.Price.NamedTariff(), v.Price.AvoidedFactor)
		body.BaselineKWh, body.ActualKWh, body.AvoidedKWh = finite(s.Expected, kwhDecimals), finite(s.Actual, kwhDecimals), finite(s.Avoided, kwhDecimals)
		body.AvoidedLow, body.AvoidedHigh, body.PromisedKWh = finite(s.Low, kwhDecimals), finite(s.High, kwhDecimals), finite(v.Promised, kwhDecimals)
		body.Cost, body.CostLow, body.CostHigh, body.CO2Kg = finite(v.Cost, moneyDecimals), finite(v.CostLow, moneyDecimals), finite(v.CostHigh, moneyDecimals), finite(v.CO2Kg, kwhDecimals)
		for _, g := range v.Growth {
			body.Growth = append(body.Growth, GrowthPoint{Until: instant(g.Until), AvoidedKWh: rounded(g.Saving.Avoided, kwhDecimals), Low: rounded(g.Saving.Low, kwhDecimals), High: rounded(g.Saving.High, kwhDecimals)})
		}
	}
	return &verificationOutput{Body: body}, nil
}
