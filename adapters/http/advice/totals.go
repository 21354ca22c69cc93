package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice/savings"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerTotals(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getSavingTotals", Method: http.MethodGet, Path: "/api/recomendaciones/ahorro", Tags: []string{"advice"},
		Summary:     "Suma de los ahorros · Sum of the savings",
		Description: "The savings of all recommendations, by status: `to_do` are open, `in_progress` accepted or done, both per month; `verified` is what verified ones have saved since they were done.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.totals)
}

// TotalsBody is the sum of the savings by status.
type TotalsBody struct {
	ToDo       ExpectedTotal `json:"to_do"`
	InProgress ExpectedTotal `json:"in_progress"`
	Verified   MeasuredTotal `json:"verified"`
	Currency   string        `json:"currency" doc:"Empty if the recommendations have several currencies or there are none; amounts of money are then 0"`
	Pricing
}

// ExpectedTotal is the sum of possible savings per month.
type ExpectedTotal struct {
	Count     int     `json:"count"`
	KWhMonth  float64 `json:"kwh_month"`
	KWhLow    float64 `json:"kwh_low" doc:"The sum of what the recommendations promise"`
	CostMonth float64 `json:"cost_month"`
	CostLow   float64 `json:"cost_low" doc:"The sum of what the recommendations promise, in whole units of the currency"`
}

// MeasuredTotal is the sum of measured savings.
type MeasuredTotal struct {
	Count int     `json:"count"`
	KWh   float64 `json:"kwh"`
	Cost  float64 `json:"cost"`
}

func expectedOf(e savings.Expected) ExpectedTotal {
	return ExpectedTotal{
		Count: e.Count, KWhMonth: rounded(e.KWh, kwhDecimals), KWhLow: rounded(e.KWhLow, kwhDecimals),
		CostMonth: rounded(e.Cost, moneyDecimals), CostLow: rounded(e.CostLow, 0),
	}
}

type totalsOutput struct{ Body TotalsBody }

func (h *Handlers) totals(ctx context.Context, in *struct {
	SpaceID string `query:"space_id" maxLength:"64" doc:"Only this space and everything inside it"`
},
) (*totalsOutput, error) {
	all, err := h.Verifier.Totals(ctx, callerOf(ctx), in.SpaceID)
	if err != nil {
		return nil, err
	}
	return &totalsOutput{Body: TotalsBody{
		ToDo: expectedOf(all.ToDo), InProgress: expectedOf(all.InProgress),
		Verified: MeasuredTotal{Count: all.Verified.Count, KWh: rounded(all.Verified.KWh, kwhDecimals), Cost: rounded(all.Verified.Cost, moneyDecimals)},
		Currency: all.Currency, Pricing: pricingOf(all.Tariff, all.Factor),
	}}, nil
}
