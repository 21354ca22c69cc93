package httpenergy

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// registerEmoncms adds the two calls by which devices send that were made for emoncms (OpenEVSE, IotaWatt, emonTx …). Their key
// may come in the query or the form, where such devices put it, so the routes are public and look for it by themselves.
func (h *Handlers) registerEmoncms(api *httpserver.API) {
	form := &huma.RequestBody{Content: map[string]*huma.MediaType{"application/x-www-form-urlencoded": {Schema: &huma.Schema{Type: "object", AdditionalProperties: true}}}}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		post := huma.Operation{
			OperationID: "emoncmsPost" + method, Method: method, Path: "/input/post", Tags: []string{"devices"},
			Summary:     "Lecturas como emoncms · Readings as emoncms takes them",
			Description: "`node`, and one of `fulljson`, `json`, `data`, `csv`; `time` in seconds since 1970 or ISO 8601; the API key as `apikey`, X-API-Key or bearer. Without `time`, each is a reading of the moment at which it came. A number without a device goes to the inbox (`/api/dispositivos/nuevos`); 400 names what was not stored, and the rest of the request is.",
			Metadata:    httpserver.Public(), Errors: []int{401, 403, 429, 503},
		}
		bulk := huma.Operation{
			OperationID: "emoncmsBulk" + method, Method: method, Path: "/input/bulk", Tags: []string{"devices"},
			Summary:     "Muchas lecturas como emoncms · Many readings as emoncms takes them",
			Description: "`data=[[seconds,node,v1,v2…]…]`, the seconds from `time`, or by the device's clock that shows `sentat` or `offset` now, or the last row being now.",
			Metadata:    httpserver.Public(), Errors: []int{401, 403, 429, 503},
		}
		if method == http.MethodPost {
			post.RequestBody, bulk.RequestBody, post.SkipValidateBody, bulk.SkipValidateBody = form, form, true, true
			httpserver.Register(api, problemOf, post, func(ctx context.Context, in *emoncmsForm) (*one[emoncmsAnswer], error) {
				return h.takeInputs(ctx, api, &in.emoncmsQuery, string(in.RawBody), (*inputs).post)
			})
			httpserver.Register(api, problemOf, bulk, func(ctx context.Context, in *emoncmsForm) (*one[emoncmsAnswer], error) {
				return h.takeInputs(ctx, api, &in.emoncmsQuery, string(in.RawBody), h.bulkNow)
			})
			continue
		}
		httpserver.Register(api, problemOf, post, func(ctx context.Context, in *emoncmsQuery) (*one[emoncmsAnswer], error) {
			return h.takeInputs(ctx, api, in, "", (*inputs).post)
		})
		httpserver.Register(api, problemOf, bulk, func(ctx context.Context, in *emoncmsQuery) (*one[emoncmsAnswer], error) {
			return h.takeInputs(ctx, api, in, "", h.bulkNow)
		})
	}
}

// emoncmsQuery is what the query may hold.
type emoncmsQuery struct {
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
	emoncmsQuery
	RawBody []byte
}

// emoncmsAnswer is what such devices look for.
type emoncmsAnswer struct {
	Success bool `json:"success"`
}

// values are those of the form and of the query together.
func (q *emoncmsQuery) values(body string) (url.Values, error) {
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, problem.Invalid(problem.Bad("body", problem.Malformed))
	}
	for name, value := range map[string]string{
		"apikey": q.Key, "node": q.Node, "time": q.Time, "fulljson": q.FullJSON, "json": q.JSON, "data": q.Data, "csv": q.CSV, "sentat": q.SentAt, "offset": q.Offset,
	} {
		if value != "" {
			form.Set(name, value)
		}
	}
	return form, nil
}

func (h *Handlers) bulkNow(in *inputs, form url.Values) error { return in.bulk(form, h.Clock.Now()) }

func (h *Handlers) takeInputs(ctx context.Context, api *httpserver.API, query *emoncmsQuery, body string, read func(*inputs, url.Values) error) (*one[emoncmsAnswer], error) {
	form, err := query.values(body)
	if err != nil {
		return nil, err
	}
	bearer := ""
	if scheme, rest, _ := strings.Cut(query.Authorization, " "); strings.EqualFold(scheme, "bearer") {
		bearer = strings.TrimSpace(rest)
	}
	principal, err := api.KeyHolder(ctx, cmp.Or(form.Get("apikey"), query.HeaderKey, bearer))
	if err != nil {
		return nil, err
	}
	caller := callerOf(httpserver.WithPrincipal(ctx, principal))
	var said inputs
	if err := read(&said, form); err != nil {
		return nil, h.refuseInputs(ctx, caller, form, err)
	}
	refused, err := h.Intake.Take(ctx, caller, said.said)
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		return nil, refusedInputs(refused, said.said)
	}
	return &one[emoncmsAnswer]{emoncmsAnswer{Success: true}}, nil
}

// refusedInputs names the inputs that were not stored; the others of the request are.
func refusedInputs(refused []energy.Refusal, said []energy.Observation) error {
	var fields []problem.Field
	for _, r := range refused {
		name := strings.TrimPrefix(said[r.Observation].Address, "emon/")
		switch r.Reason {
		case "no_unit":
			fields = append(fields, problem.Bad(name+" mqtt_unit", problem.Required))
		case "conflicting":
			fields = append(fields, problem.Bad(name+" time", problem.Taken))
		case "not_allowed", "unknown_device":
			fields = append(fields, problem.Bad(name, problem.NoSuch))
		}
		for _, f := range fieldsOf(r.Flaws) {
			f.Field = name + " " + f.Field
			fields = append(fields, f)
		}
	}
	return problem.Invalid(fields...)
}

// refuseInputs keeps what could not be read, and tells the device why: few that send this way show it to anybody.
func (h *Handlers) refuseInputs(ctx context.Context, caller energy.Caller, form url.Values, err error) error {
	var bad errInputs
	if !errors.As(err, &bad) {
		return err
	}
	text := cmp.Or(form.Get("fulljson"), form.Get("json"), form.Get("data"), form.Get("csv"))
	if err := h.Intake.Refuse(ctx, caller, []energy.Letter{{Dialect: emoncmsDialect, Topic: "emon/" + form.Get("node"), Text: text, Reason: bad.rule}}); err != nil {
		return err
	}
	return problem.Invalid(problem.Bad(bad.field, problem.Rule(bad.rule), "max", mostInputs, "pattern", "1–64, / # +"))
}
