package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerStatus(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "setRecommendationStatus", Method: http.MethodPost, Path: "/api/recomendaciones/{id}/estado", Tags: []string{"advice"},
		Summary:     "Decidir sobre una recomendación · Decide on a recommendation",
		Description: "A dismissed recommendation stays dismissed until its saving has grown by 50 %; then it is open again. `open` undoes the last change of status.",
		Metadata:    httpserver.Managers(), Errors: []int{404, 409},
	}, h.setStatus)
}

type statusInput struct {
	IDInput
	Body struct {
		Status string `json:"status" enum:"accepted,dismissed,done,open"`
		Note   string `json:"note,omitempty" maxLength:"2000"`
	}
}

type recommendationOutput struct{ Body Recommendation }

func (h *Handlers) setStatus(ctx context.Context, in *statusInput) (*recommendationOutput, error) {
	changed, err := h.Catalog.SetStatus(ctx, callerOf(ctx), in.ID, advice.Status(in.Body.Status), in.Body.Note)
	if err != nil {
		return nil, err
	}
	return &recommendationOutput{Body: recommendationOf(changed, languageOf(ctx))}, nil
}
