package httpadvice

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

func (h *Handlers) registerAnomalies(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listAnomalies", Method: http.MethodGet, Path: "/api/anomalias", Tags: []string{"advice"},
		Summary: "Anomalías · Anomalies",
		Description: "Waste and data faults in the last two months, newest first. An anomaly is a deviation from the use that calendar and weather predict, beyond the target's normal variation. " +
			"The judgement of an hour uses only that hour and earlier hours; `detected_at` is when the anomaly could first be detected.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Light), Errors: []int{404, 422},
	}, h.listAnomalies)
}

type anomaliesInput struct {
	ID      string    `query:"id" maxLength:"64" doc:"Only this device or space"`
	SpaceID string    `query:"space_id" maxLength:"64" doc:"Only this space and everything inside it"`
	Kind    string    `query:"kind" enum:"offhours_base,weekend_on,stuck_on,degradation,peak_spike,setpoint_cooling,schedule_shift,meter_stuck,meter_zero,meter_gap"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
	Lasting bool      `query:"lasting" doc:"Only anomalies that have not ended"`
	Limit   int       `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Maximum number of items"`
	Cursor  string    `query:"cursor" maxLength:"300" doc:"The next of the previous page"`
}

// AnomaliesBody is a list of anomalies.
type AnomaliesBody struct {
	Items   []AnomalyBody `json:"items" nullable:"false"`
	Next    *string       `json:"next" doc:"The cursor of the next page; null at the end"`
	Targets int           `json:"targets" doc:"Number of devices and spaces checked"`
	Short   int           `json:"short" doc:"How many of them have too little history to distinguish waste from normal use"`
	Pending int           `json:"pending" doc:"How many must still be checked again because their past data changed"`
}

// AnomalyBody is an anomaly.
type AnomalyBody struct {
	ID         string   `json:"id" doc:"The id of the device or space"`
	Level      string   `json:"level"`
	SpaceID    string   `json:"space_id"`
	Kind       string   `json:"kind"`
	Fault      bool     `json:"fault" doc:"True if the data are faulty, not the load"`
	Start      string   `json:"start" format:"date-time"`
	End        string   `json:"end" format:"date-time"`
	DetectedAt string   `json:"detected_at" format:"date-time"`
	Lasting    bool     `json:"lasting"`
	KWh        *float64 `json:"kwh" doc:"Estimated waste; null for a fault"`
	Cost       *float64 `json:"cost"`
	Currency   string   `json:"currency,omitempty"`
	Pricing
	Certainty float64  `json:"certainty" doc:"0 to 1"`
	Evidence  *float64 `json:"evidence" doc:"Size of the deviation, in standard deviations of the target's normal variation; null for a fault"`
	Message   string   `json:"message"`
}

type anomaliesOutput struct{ Body AnomaliesBody }

func (h *Handlers) listAnomalies(ctx context.Context, in *anomaliesInput) (*anomaliesOutput, error) {
	after, err := decodeAnomalyCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := h.Catalog.Anomalies(ctx, callerOf(ctx), recommendations.AnomalyQuery{
		Space: in.SpaceID, ID: in.ID, Kind: anomaly.Kind(in.Kind), From: in.From, To: in.To, Lasting: in.Lasting, After: after, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	body := AnomaliesBody{Items: []AnomalyBody{}, Targets: found.Targets, Short: found.Short, Pending: found.Pending}
	for _, a := range found.Items {
		body.Items = append(body.Items, anomalyOf(languageOf(ctx), a))
	}
	if found.Next != nil {
		place := strings.Join([]string{strconv.FormatInt(found.Next.From.UnixMilli(), 10), found.Next.Target, found.Next.Kind}, " ")
		cursor := base64.RawURLEncoding.EncodeToString([]byte(place))
		body.Next = &cursor
	}
	return &anomaliesOutput{Body: body}, nil
}

func decodeAnomalyCursor(cursor string) (*recommendations.AnomalyPlace, error) {
	if cursor == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	const parts = 3
	place := strings.Split(string(raw), " ")
	if err != nil || len(place) != parts {
		return nil, problem.Invalid(problem.Bad("cursor", problem.Malformed))
	}
	ms, err := strconv.ParseInt(place[0], 10, 64)
	if err != nil {
		return nil, problem.Invalid(problem.Bad("cursor", problem.Malformed))
	}
	return &recommendations.AnomalyPlace{From: time.UnixMilli(ms).UTC(), Target: place[1], Kind: place[2]}, nil
}

func anomalyOf(l text.Language, a recommendations.Anomaly) AnomalyBody {
	body := AnomalyBody{
		ID: a.Target.ID, Level: string(a.Target.Level), SpaceID: a.Space, Kind: string(a.Kind), Fault: a.Kind.Fault(), Start: instant(a.From), End: instant(a.To),
		DetectedAt: instant(a.Known), Lasting: a.Open, Certainty: rounded(a.Certainty, moneyDecimals), Currency: a.Currency,
		Message: text.Departure(l, a.About, string(a.Kind), a.KWh, a.Cost, a.Currency, a.Price.NamedTariff().Words(), a.Open),
	}
	if !a.Kind.Fault() {
		body.Pricing = pricingOf(a.Price.NamedTariff(), advice.Factor{})
		body.KWh, body.Cost, body.Evidence = finite(a.KWh, kwhDecimals), finite(a.Cost, moneyDecimals), finite(a.Strength, moneyDecimals)
	}
	return body
}
