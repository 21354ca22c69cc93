package httpenergy

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

func (h *Handlers) registerReadings(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "recordReading", Method: http.MethodPost, Path: "/consumo", Tags: []string{"energy"}, DefaultStatus: 201,
		Summary:      "Registrar una lectura · Record a reading",
		Description:  "201 once the reading is committed and synced to disk; 200 if the same reading is already stored; 409 `conflicting_reading` if the device has another value at this instant; 409 `overlapping` if the interval overlaps a stored interval of the same device (`covered`). Intervals that touch do not overlap. Two cases never count as an overlap: ends that differ by less than a second because of rounding, and an assumed interval (no interval_s in the report or on the device, or no timestamp from the device). Each report without a timestamp is a new reading.",
		MaxBodyBytes: 16 << 10, SkipValidateBody: true, Metadata: httpserver.Reporters(), Errors: []int{409, 413, 415, 503},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: reportSchema},
		}},
		Responses: map[string]*huma.Response{"200": httpserver.JSONResponse[reading](api, alreadyStored)},
	}, h.recordReading)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listReadings", Method: http.MethodGet, Path: "/consumo", Tags: []string{"energy"},
		Summary:     "Lecturas crudas · Raw readings",
		Description: "Sorted by device and instant. With `format`, or `Accept: text/csv` or the media type of XLSX, all readings are streamed as a table.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Light), Errors: []int{404},
		Responses: map[string]*huma.Response{"200": httpserver.JSONResponse[List[reading]](api, "A page of readings", sheetTypes...)},
	}, h.listReadings)
}

// alreadyStored describes the answer to a report that was sent before.
const alreadyStored = "The same value is already stored; nothing counts twice"

// reportSchema documents a reading in a request. Uploads decodes the body instead of huma, so that no digit is lost.
var reportSchema = &huma.Schema{
	Type: "object", AdditionalProperties: false, Required: []string{"device_id"},
	Properties: map[string]*huma.Schema{
		"device_id":      {Type: "string", Description: "1 to 64 characters of [A-Za-z0-9._:-]; a whole number is read as its decimal text", Examples: []any{"ac-1"}},
		"kwh":            {Type: "number", Description: "Energy used in the interval, kWh; send exactly one of kwh, register_kwh, power_w", Examples: []any{0.42}},
		"interval_s":     {Type: "number", Description: "Length of the interval that ends at timestamp, in which kwh was used, s. Default: the device's interval_s, or else an assumed 900, which never overlaps another interval"},
		"register_kwh":   {Type: "number", Description: "A cumulative register, kWh"},
		"kvarh":          {Type: "number", Description: "Reactive energy used in the interval, kvarh; instead of kwh for a device that measures reactive energy"},
		"register_kvarh": {Type: "number", Description: "A cumulative register of reactive energy, kvarh"},
		"power_w":        {Type: "number", Description: "Power at the instant, W. A rejected power (negative, or above the device's maximum) does not count, and no energy is computed between the powers before and after it"},
		"timestamp":      {Type: "string", Description: "RFC 3339; without an offset, the site's time zone is used; default: the server's clock", Examples: []any{"2026-05-26T23:03:57-05:00"}},
		"age_s":          {Type: "number", Description: "Age of the reading when it is sent, s; instead of timestamp"},
	},
}

type recordInput struct {
	ContentType string `header:"Content-Type"`
	RawBody     []byte
}

// reading is a reading in an answer. Its fields only document it: the module encodes it, so that answers and events are equal.
type reading struct {
	of       energy.Reading
	measures energy.Quantity

	DeviceID      string   `json:"device_id"`
	Timestamp     instant  `json:"timestamp"`
	KWh           *kwh     `json:"kwh,omitempty"`
	IntervalS     *float64 `json:"interval_s,omitempty"`
	RegisterKWh   *kwh     `json:"register_kwh,omitempty"`
	PowerW        *watts   `json:"power_w,omitempty"`
	KVArh         *kwh     `json:"kvarh,omitempty" doc:"kvarh, for a device that measures reactive energy"`
	RegisterKVArh *kwh     `json:"register_kvarh,omitempty" doc:"kvarh"`
	TimeSource    string   `json:"time_source,omitempty" enum:"device,device_local,bridge,relative,arrival" doc:"Source of the timestamp"`
}

// MarshalJSON writes the reading.
func (r reading) MarshalJSON() ([]byte, error) { return r.of.AppendJSON(nil, r.measures), nil }

// MarshalJSONTo writes the reading.
func (r reading) MarshalJSONTo(out *jsontext.Encoder) error {
	return out.WriteValue(r.of.AppendJSON(out.AvailableBuffer(), r.measures))
}

// showReadings returns a function that prepares a reading for an answer. The field names depend on what its device measures.
func (h *Handlers) showReadings(ctx context.Context) func(energy.Reading) reading {
	campus, err := h.Catalog.Campus(ctx)
	return func(r energy.Reading) reading {
		if err != nil {
			return reading{of: r}
		}
		device, _ := campus.Device(r.Device)
		return reading{of: r, measures: device.Measures}
	}
}

type recordOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     reading
}

func (h *Handlers) recordReading(ctx context.Context, in *recordInput) (*recordOutput, error) {
	if mediaType(in.ContentType) != "application/json" {
		return nil, problem.New(problem.UnsupportedMediaType, "accepted", "application/json")
	}
	draft, err := h.Uploads.Reading(in.RawBody)
	if err != nil {
		return nil, err
	}
	outcome, err := h.Ledger.Record(ctx, callerOf(ctx), draft)
	if err != nil {
		return nil, err
	}
	stored := outcome.Stored
	out := &recordOutput{
		Status: http.StatusOK, Body: h.showReadings(ctx)(stored),
		Location: "/consumo/" + url.PathEscape(string(stored.Device)) + "/" + stored.At.String(),
	}
	if outcome.Result == energy.Inserted {
		out.Status = http.StatusCreated
	}
	return out, nil
}

func mediaType(header string) string {
	kind, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

type readingsInput struct {
	PageInput
	RangeInput
	DeviceID string `query:"device_id" maxLength:"64"`
	SpaceID  string `query:"space_id" maxLength:"64"`
	SheetInput
}

func (h *Handlers) listReadings(ctx context.Context, in *readingsInput) (*huma.StreamResponse, error) {
	from, to, err := in.span(ctx, h, in.DeviceID, in.SpaceID)
	if err != nil {
		return nil, err
	}
	after, err := decodeCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	q := ledger.ReadingsQuery{Device: energy.DeviceID(in.DeviceID), Space: energy.SpaceID(in.SpaceID), From: from, To: to, After: after, Limit: in.Limit + 1}
	if format := in.sheet(); format != "" {
		if err := httpserver.Reserve(ctx, sheetWeight); err != nil {
			return nil, err
		}
		return h.readingSheet(ctx, q, format)
	}
	page, err := h.Ledger.List(ctx, callerOf(ctx), q)
	if err != nil {
		return nil, err
	}
	return httpserver.JSON(pageUpTo(in.Limit, page, h.showReadings(ctx), func(r energy.Reading) string { return encodeCursor(r.Key()) })), nil
}

// pageUpTo returns a page of up to limit items. all holds one more item if there is a next page.
func pageUpTo[T, O any](limit int, all []T, show func(T) O, cursor func(T) string) List[O] {
	out := List[O]{Items: make([]O, 0, min(limit, len(all)))}
	if len(all) > limit {
		all = all[:limit]
		out.Next = pointer(cursor(all[limit-1]))
	}
	for _, one := range all {
		out.Items = append(out.Items, show(one))
	}
	return out
}

func encodeCursor(k energy.Key) string {
	return base64.RawURLEncoding.EncodeToString([]byte(string(k.Device) + " " + strconv.FormatInt(int64(k.At), 10)))
}

func decodeCursor(s string) (energy.Key, error) {
	if s == "" {
		return energy.Key{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	device, at, found := strings.Cut(string(raw), " ")
	ms, parseErr := strconv.ParseInt(at, 10, 64)
	if err != nil || !found || parseErr != nil {
		return energy.Key{}, problem.Invalid(problem.Bad("cursor", problem.Malformed))
	}
	return energy.Key{Device: energy.DeviceID(device), At: energy.Instant(ms)}, nil
}
