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
		Description: "The hours of a range by their mean power, highest first: in `hours` of them it was `kw` or more. Hours of which nothing is known do not count, nor does one at the end that is not whole yet. The last four weeks where nothing else is asked.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.duration)
}

type durationInput struct {
	RangeInput
	Level  string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID     string `query:"id" maxLength:"64" doc:"The space's or device's id; the only site may be left out"`
	Points int    `query:"points" minimum:"2" maximum:"1000" default:"200" doc:"How many at the most; the highest and the lowest hour are among them"`
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

func (h *Handlers) duration(ctx context.Context, in *durationInput) (*durationOutput, error) {
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
