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
		Summary: "Verificación del ahorro · Verification of the saving",
		Description: "Compares the use since the recommendation was `done` with a baseline fitted on the earlier use (IPMVP Option C). The 90 % interval is estimated from periods of the same meter without a change. " +
			"`verdict` is the result, or the reason why there is no result yet.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.verification)
}

// VerificationBody is the verified saving of a recommendation.
type VerificationBody struct {
	ID      string  `json:"id"`
	Verdict string  `json:"verdict" enum:"not_done,too_early,no_baseline,saved,not_shown,used_more"`
	Message string  `json:"message"`
	DoneAt  *string `json:"done_at" format:"date-time" doc:"This day counts in neither before nor after"`
	From    *string `json:"from" format:"date-time"`
	To      *string `json:"to" format:"date-time"`
	Hours   int     `json:"hours" doc:"Hours with data since then"`
	// The following fields are null if there is no baseline.
	BaselineKWh *float64 `json:"baseline_kwh"`
	ActualKWh   *float64 `json:"actual_kwh"`
	AvoidedKWh  *float64 `json:"avoided_kwh"`
	AvoidedLow  *float64 `json:"avoided_low" doc:"Lower end of the 90 % interval"`
	AvoidedHigh *float64 `json:"avoided_high" doc:"Upper end of the 90 % interval"`
	PromisedKWh *float64 `json:"promised_kwh" doc:"The promised saving for the same number of hours"`
	Cost        *float64 `json:"cost" doc:"Money saved, at the prices of each hour"`
	CostLow     *float64 `json:"cost_low"`
	CostHigh    *float64 `json:"cost_high"`
	Currency    string   `json:"currency"`
	Pricing
	CO2Kg    *float64 `json:"co2_kg" doc:"Avoided emissions"`
	Placebos int      `json:"placebos" doc:"Number of periods without a change that the interval was estimated from"`
	// Growth is the cumulative saving over time.
	Growth []GrowthPoint `json:"growth" nullable:"false" doc:"The cumulative avoided energy since the start, for each day or each few days; empty if there is no result yet"`
	Why    []string      `json:"why" nullable:"false" doc:"Why there is no baseline: too_few_days, coverage_low, no_variation"`
}

// GrowthPoint is the cumulative saving from the start until an instant, kWh.
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
