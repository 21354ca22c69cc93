package httpenergy

import (
	"cmp"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

func (h *Handlers) registerAmbient(api *httpserver.API) {
	tags := []string{"energy"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "recordAmbient", Method: http.MethodPost, Path: "/ambiente", Tags: tags, DefaultStatus: 201,
		Summary:      "Registrar una lectura ambiental · Record an ambient reading",
		Description:  "Requires at least one measure. Report outdoor weather with the site's own `space_id`.",
		MaxBodyBytes: 16 << 10, SkipValidateBody: true, Metadata: httpserver.Reporters(), Errors: []int{409, 413, 415},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: ambientSchema}}},
		Responses:   map[string]*huma.Response{"200": httpserver.JSONResponse[ambient](api, alreadyStored)},
	}, h.recordAmbient)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "recordAmbients", Method: http.MethodPost, Path: "/ambiente/lote", Tags: tags,
		Summary:      "Registrar muchas lecturas ambientales · Record many ambient readings",
		Description:  "A JSON array, NDJSON or CSV, answered like /consumo/lote.",
		MaxBodyBytes: maxBulk, Metadata: httpserver.Reporters(), Errors: []int{413, 415},
		Responses: map[string]*huma.Response{"207": httpserver.JSONResponse[summary](api, "Some rows were rejected")},
	}, h.recordAmbients)
	httpserver.Body(api, "/ambiente/lote", bulkBody(ambientSchema))
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listAmbient", Method: http.MethodGet, Path: "/api/ambiente", Tags: tags,
		Summary:     "Lecturas ambientales · Ambient readings",
		Description: "If `space_id` is a site, the list also holds the weather for its coordinates: each hour in which its own sensors report no temperature, and the forecast for the coming week (Open-Meteo.com, CC BY 4.0).",
		Metadata:    httpserver.Readers(), Errors: []int{404},
	}, h.listAmbient)
}

var ambientSchema = &huma.Schema{
	Type: "object", AdditionalProperties: false, Required: []string{"space_id"},
	Properties: map[string]*huma.Schema{
		"space_id":      {Type: "string"},
		"temperature_c": {Type: "number", Description: "−60 to 70 °C, in steps of 0.001"},
		"humidity_pct":  {Type: "number", Description: "0 to 100 %"},
		"co2_ppm":       {Type: "number", Description: "0 to 100,000 ppm"},
		"occupancy":     {Type: "number", Description: "Persons, 0 to 100,000"},
		"timestamp":     {Type: "string", Description: "RFC 3339; absent: the server's clock"},
	},
}

// ambient is a reading in an answer. Its fields only document it: the module encodes the reading.
type ambient struct {
	of conditions.Ambient

	SpaceID      string   `json:"space_id"`
	Timestamp    instant  `json:"timestamp"`
	TemperatureC *float64 `json:"temperature_c"`
	HumidityPct  *float64 `json:"humidity_pct"`
	CO2Ppm       *int64   `json:"co2_ppm"`
	Occupancy    *int64   `json:"occupancy"`
	Source       string   `json:"source" enum:"sensor,weather" doc:"weather: from a weather service for the site's coordinates, for an hour in which the site's own sensors report no temperature"`
	Forecast     bool     `json:"forecast,omitempty" doc:"True if the weather is a forecast, made before its hour"`
}

func ambientOf(a conditions.Ambient) ambient {
	return ambient{of: a}
}

// MarshalJSON writes the reading.
func (a ambient) MarshalJSON() ([]byte, error) { return a.of.AppendJSON(nil), nil }

// MarshalJSONTo writes the reading.
func (a ambient) MarshalJSONTo(out *jsontext.Encoder) error {
	return out.WriteValue(a.of.AppendJSON(out.AvailableBuffer()))
}

type ambientOutput struct {
	Status int
	Body   ambient
}

func (h *Handlers) recordAmbient(ctx context.Context, in *recordInput) (*ambientOutput, error) {
	if mediaType(in.ContentType) != "application/json" {
		return nil, problem.New(problem.UnsupportedMediaType, "accepted", "application/json")
	}
	draft, err := h.Uploads.Ambient(in.RawBody)
	if err != nil {
		return nil, err
	}
	outcome, err := h.Conditions.RecordAmbient(ctx, callerOf(ctx), draft)
	if err != nil {
		return nil, err
	}
	return &ambientOutput{Status: statusOf(outcome.Result), Body: ambientOf(outcome.Stored)}, nil
}

func (h *Handlers) recordAmbients(ctx context.Context, in *StreamInput) (*summaryOutput, error) {
	rows, failure, err := h.Uploads.Ambients(in.body, mediaType(in.ContentType), maxBulk)
	if err != nil {
		return nil, err
	}
	result, err := h.Conditions.RecordAmbientAll(ctx, callerOf(ctx), rows)
	return answerSummary(ctx, result, cmp.Or(in.body.Err(), err, transferProblem(failure())))
}

type ambientsInput struct {
	PageInput
	RangeInput
	SpaceID string `query:"space_id" maxLength:"64"`
}

func (h *Handlers) listAmbient(ctx context.Context, in *ambientsInput) (*listOutput[ambient], error) {
	from, to, err := in.span(ctx, h, in.SpaceID)
	if err != nil {
		return nil, err
	}
	after, err := decodeCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	page, err := h.Conditions.AmbientOf(ctx, callerOf(ctx), energy.SpaceID(in.SpaceID), from, to,
		conditions.AmbientKey{Space: energy.SpaceID(after.Device), At: after.At}, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return &listOutput[ambient]{pageUpTo(in.Limit, page, ambientOf, func(a conditions.Ambient) string {
		return encodeCursor(energy.Key{Device: energy.DeviceID(a.Space), At: a.At})
	})}, nil
}
