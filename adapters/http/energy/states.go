package httpenergy

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

func (h *Handlers) registerStates(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "recordState", Method: http.MethodPost, Path: "/api/dispositivos/{id}/estado", Tags: []string{"energy"}, DefaultStatus: 201,
		Summary: "Registrar un cambio de estado · Record a state change", Metadata: httpserver.Reporters(), Errors: []int{404, 409},
		Responses: map[string]*huma.Response{"200": httpserver.JSONResponse[state](api, alreadyStored)},
	}, h.recordState)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listStates", Method: http.MethodGet, Path: "/api/dispositivos/{id}/estados", Tags: []string{"energy"},
		Summary: "Estados de un dispositivo · A device's states", Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.listStates)
}

// state is a state change in an answer. Its fields only document it: the module encodes it, so that answers and events are equal.
type state struct {
	of conditions.StateChange

	DeviceID  string  `json:"device_id"`
	State     string  `json:"state" enum:"on,off,standby,fault"`
	Timestamp instant `json:"timestamp"`
}

func stateOf(c conditions.StateChange) state {
	return state{of: c}
}

// MarshalJSON writes the state change.
func (s state) MarshalJSON() ([]byte, error) { return s.of.AppendJSON(nil), nil }

// MarshalJSONTo writes the state change.
func (s state) MarshalJSONTo(out *jsontext.Encoder) error {
	return out.WriteValue(s.of.AppendJSON(out.AvailableBuffer()))
}

type stateInput struct {
	IDInput
	Body struct {
		State     string  `json:"state" enum:"on,off,standby,fault"`
		Timestamp *string `json:"timestamp,omitempty" maxLength:"40" doc:"RFC 3339; default: the server's clock"`
	}
}

type stateOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     state
}

func (h *Handlers) recordState(ctx context.Context, in *stateInput) (*stateOutput, error) {
	outcome, err := h.Conditions.RecordState(ctx, callerOf(ctx), energy.DeviceID(in.ID), conditions.State(in.Body.State), timestampOf(in.Body.Timestamp))
	if err != nil {
		return nil, err
	}
	return &stateOutput{
		Status: statusOf(outcome.Result), Body: stateOf(outcome.Stored),
		Location: "/api/dispositivos/" + url.PathEscape(in.ID) + "/estados",
	}, nil
}

// timestampOf reads a timestamp that may be absent.
func timestampOf(text *string) energy.Field[energy.WallTime] {
	if text == nil {
		return energy.Field[energy.WallTime]{}
	}
	return energy.Read(*text, energy.ParseWallTime)
}

// statusOf returns 201 for a new value and 200 for a stored one.
func statusOf(r energy.Result) int {
	if r == energy.Inserted {
		return http.StatusCreated
	}
	return http.StatusOK
}

type statesInput struct {
	IDInput
	PageInput
	RangeInput
}

func (h *Handlers) listStates(ctx context.Context, in *statesInput) (*listOutput[state], error) {
	from, to, err := in.span(ctx, h, in.ID)
	if err != nil {
		return nil, err
	}
	after, err := decodeInstantCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	changes, err := h.Conditions.StatesOf(ctx, callerOf(ctx), energy.DeviceID(in.ID), from, to, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return &listOutput[state]{pageUpTo(in.Limit, changes, stateOf, func(c conditions.StateChange) string {
		return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(int64(c.At), 10)))
	})}, nil
}

func decodeInstantCursor(s string) (energy.Instant, error) {
	if s == "" {
		return -1, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	ms, parseErr := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || parseErr != nil {
		return 0, problem.Invalid(problem.Bad("cursor", problem.Malformed))
	}
	return energy.Instant(ms), nil
}
