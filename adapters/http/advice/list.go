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
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

func (h *Handlers) registerList(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listRecommendations", Method: http.MethodGet, Path: "/api/recomendaciones", Tags: []string{"advice"},
		Summary: "Recomendaciones · Recommendations",
		Description: "Possible savings, highest promised money first. Recommendations that are out of date because past data changed are analysed before the answer; `pending` is the number of devices and spaces that could not be analysed in time. Without `status`, dismissed and ended recommendations are left out. " +
			"Trivial savings are listed last. `questions` lists closed days of the calendar that look like working days; they count as working days until a person answers.",
		Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.listRecommendations)
}

type listInput struct {
	SpaceID      string  `query:"space_id" maxLength:"64" doc:"Only this space and everything inside it"`
	DeviceID     string  `query:"device_id" maxLength:"64"`
	Status       string  `query:"status" enum:"open,accepted,dismissed,done,verified,ended"`
	Kind         kind    `query:"kind"`
	MinSavingKWh float64 `query:"min_saving_kwh" minimum:"0" doc:"Minimum saving per month, kWh"`
	Limit        int     `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Maximum number of items"`
	Cursor       string  `query:"cursor" maxLength:"300" doc:"The next of the previous page"`
}

// TrivialBelow is the threshold per month below which a saving is trivial.
type TrivialBelow struct {
	Cost     *float64 `json:"cost" doc:"null if energy has no price, or its currency has no threshold"`
	Currency string   `json:"currency"`
	KWh      float64  `json:"kwh" doc:"Used if cost is null"`
}

func trivialBelow(all []advice.Advice) *TrivialBelow {
	for _, a := range all {
		if !a.Trivial() {
			continue
		}
		below := &TrivialBelow{Currency: a.Money.Currency, KWh: advice.TrivialKWh}
		if money, known := advice.TrivialBelow(a.Money.Currency); known && a.Money.Cost > 0 {
			below.Cost = &money
		}
		return below
	}
	return nil
}

// Considered shows which of the four inputs were available.
type Considered struct {
	Consumption bool `json:"consumption"`
	Temperature bool `json:"temperature"`
	DeviceState bool `json:"device_state"`
	HourOfDay   bool `json:"hour_of_day"`
}

// ListBody is a page of recommendations.
type ListBody struct {
	Recommendations []Recommendation `json:"recomendaciones"`
	Next            *string          `json:"next" doc:"The cursor of the next page; null at the end"`
	Considered      Considered       `json:"considered"`
	Reason          *string          `json:"reason" doc:"Why the list is empty; null otherwise"`
	ReasonCode      *string          `json:"reason_code" enum:"no_devices,too_little_data,nothing_found,none_matches,analysis_running"`
	Questions       []Question       `json:"questions" nullable:"false" doc:"Closed days that look like working days; the same on all pages"`
	TrivialBelow    *TrivialBelow    `json:"trivial_below,omitempty" doc:"The threshold below which a saving is trivial; absent if the list has no trivial saving"`
	Pending         int              `json:"pending" doc:"Devices and spaces that must still be analysed again because their past data changed"`
	AsOf            *string          `json:"as_of,omitempty" format:"date-time" doc:"Only while the readings cannot be asked for: the list is of the last analyses, none of them older than this"`
}

type listOutput struct{ Body ListBody }

func (h *Handlers) listRecommendations(ctx context.Context, in *listInput) (*listOutput, error) {
	after, err := decodeCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	answer, err := h.Catalog.List(ctx, callerOf(ctx), recommendations.Query{
		Space: in.SpaceID, Device: in.DeviceID, Status: advice.Status(in.Status), Kind: string(in.Kind), MinKWh: in.MinSavingKWh, After: after, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	l := languageOf(ctx)
	out := &listOutput{Body: ListBody{
		Recommendations: recommendationsOf(answer.Items, l), Considered: Considered(answer.Considered), Pending: answer.Pending,
		Questions: questionsOf(answer.Questions, l), TrivialBelow: trivialBelow(answer.Items),
	}}
	if answer.Next != nil {
		out.Body.Next = encodeCursor(*answer.Next)
	}
	if !answer.AsOf.IsZero() {
		asOf := answer.AsOf.UTC().Format(time.RFC3339)
		out.Body.AsOf = &asOf
	}
	if answer.Reason != nil {
		text, code := answer.Reason.Text(l), string(answer.Reason.Code)
		out.Body.Reason, out.Body.ReasonCode = &text, &code
	}
	return out, nil
}

func encodeCursor(p advice.Place) *string {
	cursor := base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(p.Rank, 10) + " " + p.ID))
	return &cursor
}

func decodeCursor(cursor string) (advice.Place, error) {
	if cursor == "" {
		return advice.Place{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	number, id, found := strings.Cut(string(raw), " ")
	rank, rankErr := strconv.ParseInt(number, 10, 64)
	if err != nil || rankErr != nil || !found || !strings.HasPrefix(id, "rec_") {
		return advice.Place{}, problem.Invalid(problem.Bad("cursor", problem.Malformed))
	}
	return advice.Place{Rank: rank, ID: id}, nil
}
