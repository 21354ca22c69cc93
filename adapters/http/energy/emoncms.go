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

// registerEmoncms adds the two calls by which devices send that were made for emoncms (OpenEVSE, IotaWatt, emonTx …). Their key
// may come in the query or the form, where such devices put it, so the routes are public and look for it by themselves.
func (h *Handlers) registerEmoncms(api *httpserver.API) {
	anything := &huma.MediaType{Schema: &huma.Schema{Type: "object", AdditionalProperties: true}}
	form := &huma.RequestBody{Content: map[string]*huma.MediaType{"application/x-www-form-urlencoded": anything, "application/json": anything}}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		post := huma.Operation{
			OperationID: "emoncmsPost" + method, Method: method, Path: "/input/post", Tags: []string{"devices"},
			Summary:     "Lecturas como emoncms · Readings as emoncms takes them",
			Description: "`node`, and one of `fulljson`, `json`, `data`, `csv`; `time`, here or within the JSON, in seconds or (above 1e11) milliseconds since 1970 or ISO 8601, without a zone in that of the device's site; the API key as `apikey`, X-API-Key or bearer. Without `time`, or by a clock that was never set (before 2000), each is a reading of the moment at which it came. A number without a device goes to the inbox (`/api/dispositivos/nuevos`) and is a success; 400 names what was not stored, and the rest of the request is.",
			Metadata:    httpserver.Public(), Errors: []int{401, 403, 429, 503},
		}
		bulk := huma.Operation{
			OperationID: "emoncmsBulk" + method, Method: method, Path: "/input/bulk", Tags: []string{"devices"},
			Summary:     "Muchas lecturas como emoncms · Many readings as emoncms takes them",
			Description: "`data=[[seconds,node,v1,v2…]…]`, the seconds from `time`, or by the device's clock that shows `sentat` or `offset` now, or the last row being now. Numbers above 1e11 are milliseconds.",
			Metadata:    httpserver.Public(), Errors: []int{401, 403, 429, 503},
		}
		if method == http.MethodPost {
			post.RequestBody, bulk.RequestBody, post.SkipValidateBody, bulk.SkipValidateBody = form, form, true, true
			httpserver.Register(api, problemOf, post, func(ctx context.Context, in *emoncmsForm) (*one[emoncmsAnswer], error) {
				return h.takeInputs(ctx, api, in, h.postNow)
			})
			httpserver.Register(api, problemOf, bulk, func(ctx context.Context, in *emoncmsForm) (*one[emoncmsAnswer], error) {
				return h.takeInputs(ctx, api, in, h.bulkNow)
			})
			continue
		}
		httpserver.Register(api, problemOf, post, func(ctx context.Context, in *EmoncmsQuery) (*one[emoncmsAnswer], error) {
			return h.takeInputs(ctx, api, &emoncmsForm{EmoncmsQuery: *in}, h.postNow)
		})
		httpserver.Register(api, problemOf, bulk, func(ctx context.Context, in *EmoncmsQuery) (*one[emoncmsAnswer], error) {
			return h.takeInputs(ctx, api, &emoncmsForm{EmoncmsQuery: *in}, h.bulkNow)
		})
	}
	form.Required = false // all of it may come in the query
}

// EmoncmsReader reads requests in emoncms' words, as messages in the same words are read over MQTT. It gives what is to be taken,
// and energy.ErrInvalid of what cannot be read.
type EmoncmsReader interface {
	Post(form url.Values) ([]intake.Observation, error)
	Bulk(form url.Values, now energy.Instant) ([]intake.Observation, error)
}

// EmoncmsQuery is what the query and the headers may hold.
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

// emoncmsAnswer is what such devices look for.
type emoncmsAnswer struct {
	Success bool `json:"success"`
}

// values are those of the body and of the query together.
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

// body reads a form, or a JSON object with the same members.
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

func (h *Handlers) postNow(form url.Values) ([]intake.Observation, error) {
	return h.Emoncms.Post(form)
}

func (h *Handlers) bulkNow(form url.Values) ([]intake.Observation, error) {
	return h.Emoncms.Bulk(form, h.Clock.Now())
}

func (h *Handlers) takeInputs(ctx context.Context, api *httpserver.API, request *emoncmsForm, read func(url.Values) ([]intake.Observation, error)) (*one[emoncmsAnswer], error) {
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
	caller := callerOf(httpserver.WithPrincipal(ctx, principal))
	said, unread := read(form)
	if unread != nil {
		if err := h.refuseInputs(ctx, caller, form, unread); err != nil {
			return nil, err
		}
	}
	refused, err := h.Intake.Ingest(ctx, caller, said)
	if err != nil {
		return nil, err
	}
	var invalid energy.ErrInvalid
	errors.As(unread, &invalid)
	if fields := append(fieldsOf(invalid.Flaws), refusedInputs(refused, said)...); len(fields) > 0 {
		return nil, problem.Invalid(fields...)
	}
	return &one[emoncmsAnswer]{emoncmsAnswer{Success: true}}, nil
}

// refusedInputs names the inputs that were not stored; the others of the request are.
func refusedInputs(refused []intake.Rejection, said []intake.Observation) (fields []problem.Field) {
	for _, r := range refused {
		name := strings.TrimPrefix(said[r.Observation].Address, "emon/")
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

// refuseInputs keeps what could not be read: few devices that send this way show the answer to anybody.
func (h *Handlers) refuseInputs(ctx context.Context, caller energy.Caller, form url.Values, unread error) error {
	var invalid energy.ErrInvalid
	if !errors.As(unread, &invalid) {
		return unread
	}
	text := cmp.Or(form.Get("fulljson"), form.Get("json"), form.Get("data"), form.Get("csv"))
	return h.Intake.RecordRejected(ctx, caller, []intake.RejectedMessage{{Dialect: "emoncms", Topic: "emon/" + form.Get("node"), Text: text, Reason: invalid.Flaws[0].Rule}})
}
