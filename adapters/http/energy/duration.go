package httpenergy

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerDuration(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "loadDuration", Method: http.MethodGet, Path: "/api/consumo/duracion", Tags: []string{"energy"},
		Summary:     "Duración de la carga · Load duration",
		Description: "The hours of a range sorted by mean power, highest first: in `hours` hours the mean power was `kw` or more. Hours without data do not count, nor does an incomplete hour at the end. The default range is the last four weeks.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.loadDuration)
}

type durationInput struct {
	RangeInput
	Level  string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID     string `query:"id" maxLength:"64" doc:"The id of the space or device; optional if there is only one site"`
	Points int    `query:"points" minimum:"2" maximum:"1000" default:"200" doc:"Maximum number of points; the highest and the lowest hour are always included"`
}

type durationPoint struct {
	Hours int       `json:"hours"`
	KW    kilowatts `json:"kw" doc:"Mean power of an hour"`
}

type durationOutput struct {
	Body struct {
		Items []durationPoint `json:"items" nullable:"false"`
	}
}

func (h *Handlers) loadDuration(ctx context.Context, in *durationInput) (*durationOutput, error) {
	from, to, err := in.spanBefore(ctx, h, defaultProfile, in.ID)
	if err != nil {
		return nil, err
	}
	q, _, err := h.Reports.Plan(ctx, callerOf(ctx), usage.Query{Level: campus.Level(in.Level), ID: in.ID, From: from, To: to, Bucket: usage.ByHour})
	if err != nil {
		return nil, err
	}
	points, err := h.Reports.Duration(ctx, callerOf(ctx), q, in.Points)
	if err != nil {
		return nil, err
	}
	out := &durationOutput{}
	out.Body.Items = make([]durationPoint, len(points))
	for i, p := range points {
		out.Body.Items[i] = durationPoint{Hours: p.Hours, KW: kilowatts(p.Power)}
	}
	return out, nil
}
