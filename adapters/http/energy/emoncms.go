package httpenergy

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// registerEmoncms adds the two calls of devices that were made for emoncms (OpenEVSE, IotaWatt, emonTx …). Such devices send
// their key in the query or the form, so the routes are public and read the key themselves.
func (h *Handlers) registerEmoncms(api *httpserver.API) {
	anything := &huma.MediaType{Schema: &huma.Schema{Type: "object", AdditionalProperties: true}}
	form := &huma.RequestBody{Content: map[string]*huma.MediaType{"application/x-www-form-urlencoded": anything, "application/json": anything}}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		post := huma.Operation{
			OperationID: "emoncmsPost" + method, Method: method, Path: "/input/post", Tags: []string{"devices"},
			Summary:     "Lecturas en formato emoncms · Readings in the emoncms format",
			Description: "Send `node` and one of `fulljson`, `json`, `data`, `csv`. `time` is optional, as a parameter or inside the JSON: seconds or (above 1e11) milliseconds since 1970, or ISO 8601 (without an offset, in the time zone of the device's site). Send the API key as `apikey`, X-API-Key or bearer token. Without `time`, or if the clock was never set (before 2000), the time of arrival is used. A value of an unregistered device is stored in the inbox (`/api/dispositivos/nuevos`) and counts as success. 400 lists the values that were not stored; the others are stored.",
			Metadata:    httpserver.Public(), Errors: []int{401, 403, 429, 503},
		}
		bulk := huma.Operation{
			OperationID: "emoncmsBulk" + method, Method: method, Path: "/input/bulk", Tags: []string{"devices"},
			Summary:     "Muchas lecturas en formato emoncms · Many readings in the emoncms format",
			Description: "`data=[[seconds,node,v1,v2…]…]`. The seconds count from `time`; or `sentat` or `offset` is the device's clock now; or else the last row is now. Numbers above 1e11 are milliseconds.",
			Metadata:    httpserver.Public(), Errors: []int{401, 403, 429, 503},
		}
		if method == http.MethodPost {
			post.RequestBody, bulk.RequestBody, post.SkipValidateBody, bulk.SkipValidateBody = form, form, true, true
			httpserver.Register(api, problemOf, post, func(ctx context.Context, in *emoncmsForm) (*output[emoncmsAnswer], error) {
				return h.recordInputs(ctx, api, in, h.readPost)
			})
			httpserver.Register(api, problemOf, bulk, func(ctx context.Context, in *emoncmsForm) (*output[emoncmsAnswer], error) {
				return h.recordInputs(ctx, api, in, h.readBulk)
			})
			continue
		}
		httpserver.Register(api, problemOf, post, func(ctx context.Context, in *EmoncmsQuery) (*output[emoncmsAnswer], error) {
			return h.recordInputs(ctx, api, &emoncmsForm{EmoncmsQuery: *in}, h.readPost)
		})
		httpserver.Register(api, problemOf, bulk, func(ctx context.Context, in *EmoncmsQuery) (*output[emoncmsAnswer], error) {
			return h.recordInputs(ctx, api, &emoncmsForm{EmoncmsQuery: *in}, h.readBulk)
		})
	}
	form.Required = false // all parameters may be in the query
}

// EmoncmsReader decodes requests in the emoncms format in the same way as MQTT messages in that format. It returns the observations
// that it could decode, and energy.ErrInvalid for the others.
type EmoncmsReader interface {
	Post(form url.Values) ([]intake.Observation, error)
	Bulk(form url.Values, now energy.Instant) ([]intake.Observation, error)
}

// EmoncmsQuery holds the parameters of the query and the headers.
type EmoncmsQuery struct {
	Key           string `query:"apikey" maxLength:"200"`
	HeaderKey     string `header:"X-API-Key" maxLength:"200"`
	Authorization string `header:"Authorization" maxLength:"300"`
	Node          string `query:"node" maxLength:"64"`
	Time          string `query:"time" maxLength:"40"`
	FullJSON      string `query:"fulljson" maxLength:"8000"`
	JSON          string `query:"json" maxLength:"8000"`
	Data          string `query:"data" maxLength:"8000"`
	CSV           string `query:"csv" maxLength:"8000"`
	SentAt        string `query:"sentat" maxLength:"40"`
	Offset        string `query:"offset" maxLength:"40"`
}

type emoncmsForm struct {
	EmoncmsQuery
	ContentType string `header:"Content-Type"`
	RawBody     []byte
}

// emoncmsAnswer is the answer that such devices expect.
type emoncmsAnswer struct {
	Success bool `json:"success"`
}

// values merges the parameters of the body and of the query; the query has priority.
func (f *emoncmsForm) values() (url.Values, error) {
	form, err := f.body()
	if err != nil {
		return nil, problem.Invalid(problem.Bad("body", problem.Malformed))
	}
	for name, value := range map[string]string{
		"apikey": f.Key, "node": f.Node, "time": f.Time, "fulljson": f.FullJSON, "json": f.JSON, "data": f.Data, "csv": f.CSV, "sentat": f.SentAt, "offset": f.Offset,
	} {
		if value != "" {
			form.Set(name, value)
		}
	}
	return form, nil
}

// body reads a form, or a JSON object with the same fields.
func (f *emoncmsForm) body() (url.Values, error) {
	if mediaType(f.ContentType) != "application/json" {
		return url.ParseQuery(string(f.RawBody))
	}
	var object map[string]jsontext.Value
	if err := json.Unmarshal(f.RawBody, &object); err != nil {
		return nil, err
	}
	form := make(url.Values, len(object))
	for name, value := range object {
		text := string(value)
		if value.Kind() == '"' {
			unquoted, err := jsontext.AppendUnquote(nil, value)
			if err != nil {
				return nil, err
			}
			text = string(unquoted)
		}
		form.Set(name, text)
	}
	return form, nil
}

func (h *Handlers) readPost(form url.Values) ([]intake.Observation, error) {
	return h.Emoncms.Post(form)
}

func (h *Handlers) readBulk(form url.Values) ([]intake.Observation, error) {
	return h.Emoncms.Bulk(form, h.Clock.Now())
}

func (h *Handlers) recordInputs(ctx context.Context, api *httpserver.API, request *emoncmsForm, read func(url.Values) ([]intake.Observation, error)) (*output[emoncmsAnswer], error) {
	form, err := request.values()
	if err != nil {
		return nil, err
	}
	bearer := ""
	if scheme, rest, _ := strings.Cut(request.Authorization, " "); strings.EqualFold(scheme, "bearer") {
		bearer = strings.TrimSpace(rest)
	}
	principal, err := api.PrincipalOfKey(ctx, cmp.Or(form.Get("apikey"), request.HeaderKey, bearer))
	if err != nil {
		return nil, err
	}
	if principal.Role == httpserver.Viewer {
		return nil, problem.New(problem.Forbidden)
	}
	caller := callerOf(httpserver.WithPrincipal(ctx, principal))
	observations, decodeErr := read(form)
	if decodeErr != nil {
		if err := h.recordRejected(ctx, caller, form, decodeErr); err != nil {
			return nil, err
		}
	}
	rejections, err := h.Intake.Ingest(ctx, caller, observations)
	if err != nil {
		return nil, err
	}
	var invalid energy.ErrInvalid
	errors.As(decodeErr, &invalid)
	if fields := append(fieldsOf(invalid.Flaws), rejectedInputs(rejections, observations)...); len(fields) > 0 {
		return nil, problem.Invalid(fields...)
	}
	return &output[emoncmsAnswer]{emoncmsAnswer{Success: true}}, nil
}

// rejectedInputs names the inputs that were not stored. The other inputs of the request are stored.
func rejectedInputs(rejections []intake.Rejection, observations []intake.Observation) (fields []problem.Field) {
	for _, r := range rejections {
		name := strings.TrimPrefix(observations[r.Observation].Address, "emon/")
		switch r.Reason {
		case "no_unit":
			fields = append(fields, problem.Bad(name+" mqtt_unit", problem.Required))
		case "conflicting":
			fields = append(fields, problem.Bad(name+" time", problem.Taken))
		default:
			if len(r.Flaws) == 0 {
				fields = append(fields, problem.Bad(name, problem.NoSuch))
			}
		}
		for _, f := range fieldsOf(r.Flaws) {
			f.Field = name + " " + f.Field
			fields = append(fields, f)
		}
	}
	return fields
}

// recordRejected stores a request that could not be decoded, because few of these devices show the answer to a person.
func (h *Handlers) recordRejected(ctx context.Context, caller energy.Caller, form url.Values, decodeErr error) error {
	var invalid energy.ErrInvalid
	if !errors.As(decodeErr, &invalid) {
		return decodeErr
	}
	text := cmp.Or(form.Get("fulljson"), form.Get("json"), form.Get("data"), form.Get("csv"))
	return h.Intake.RecordRejected(ctx, caller, []intake.RejectedMessage{{Dialect: "emoncms", Topic: "emon/" + form.Get("node"), Text: text, Reason: invalid.Flaws[0].Rule}})
}
