package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice/report"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerRoomAdvice(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "recommend", Method: http.MethodPost, Path: "/api/recomendaciones/recomendar", Tags: []string{"advice"},
		Summary:     "Recomendar para una sala · Advice for a room",
		Description: "Computed from the room's name, its consumption of the day and its devices. If the room is part of the campus, its own readings are also used.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Light),
	}, h.adviseRoom)
}

// VisitBody is the request of the hologram client.
type VisitBody struct {
	Sala         string   `json:"sala" minLength:"1" maxLength:"200" example:"Sala de Juegos"`
	Consumo      float64  `json:"consumo" minimum:"0" maximum:"10000000" doc:"kWh of the day" example:"21.4"`
	Dispositivos []string `json:"dispositivos" maxItems:"100" doc:"Devices in the room" example:"[\"TV\",\"PS5\",\"AC\",\"Luz\"]"`
}

type roomQuestionInput struct{ Body VisitBody }

func (in *roomQuestionInput) question() report.RoomQuestion {
	return report.RoomQuestion{Room: in.Body.Sala, KWh: in.Body.Consumo, Devices: in.Body.Dispositivos}
}

// CounselBody is the advice for a room.
type CounselBody struct {
	Recomendacion   string           `json:"recomendacion"`
	Recomendaciones []Recommendation `json:"recomendaciones" doc:"Recommendations from the room's own readings, highest promised money first"`
	// SpaceID is the room's id, if the room is part of the campus.
	SpaceID *string `json:"space_id"`
}

type roomAdviceOutput struct{ Body CounselBody }

func (h *Handlers) adviseRoom(ctx context.Context, in *roomQuestionInput) (*roomAdviceOutput, error) {
	answer, err := h.Reporter.Advise(ctx, callerOf(ctx), in.question())
	if err != nil {
		return nil, err
	}
	l := languageOf(ctx)
	out := &roomAdviceOutput{Body: CounselBody{Recomendacion: answer.Text(l), Recomendaciones: recommendationsOf(answer.Recommendations, l)}}
	if answer.Measured != nil {
		out.Body.SpaceID = &answer.Measured.ID
	}
	return out, nil
}
