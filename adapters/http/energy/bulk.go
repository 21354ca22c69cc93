package httpenergy

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// maxBulk is the maximum size of an upload, in bytes. A million rows take about 100 MB.
const maxBulk = 512 << 20

// Uploads decodes request bodies into drafts of readings. Each value is parsed once.
type Uploads interface {
	// Readings reads an upload of a media type, at most limit bytes. rows yields the rows as they arrive. After rows has ended, failure
	// returns why the upload could not be read to its end, or nil. Errors: a problem if the media type is not supported.
	Readings(body io.Reader, media string, limit int64) (rows iter.Seq[ledger.Row], failure func() error, err error)
	// Ambients does the same as Readings for ambient readings.
	Ambients(body io.Reader, media string, limit int64) (rows iter.Seq[conditions.AmbientRow], failure func() error, err error)
	// Reading reads one reading, a JSON object. Errors: energy.ErrInvalid if the object cannot be parsed.
	Reading(object []byte) (ledger.Draft, error)
	// Ambient reads one ambient reading, a JSON object. Errors: energy.ErrInvalid if the object cannot be parsed.
	Ambient(object []byte) (conditions.AmbientDraft, error)
}

func (h *Handlers) registerBulk(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "recordReadings", Method: http.MethodPost, Path: "/consumo/lote", Tags: []string{"energy"},
		Summary: "Registrar muchas lecturas · Record many readings",
		Description: "A JSON array, NDJSON or CSV with a header row (also the CSV of Spanish Excel: semicolons, decimal commas, `26/11/2026 23:15` in the site's time zone). The body is read as it arrives. Valid rows are stored; invalid rows are listed by line. 200: all rows are stored; 207: some rows were rejected; 400: no row was valid. " +
			"With `atomic=true`, either all rows are stored or none. Sending rows with a timestamp again is always safe; each row without a timestamp is a new reading.",
		MaxBodyBytes: maxBulk, Metadata: httpserver.Reporters(), Errors: []int{413, 415, 503},
		Responses: map[string]*huma.Response{"207": httpserver.JSONResponse[summary](api, "Some rows were rejected")},
	}, h.recordReadings)
	httpserver.Body(api, "/consumo/lote", bulkBody(reportSchema))
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "reviewReadings", Method: http.MethodPost, Path: reviewPath, Tags: []string{"energy"},
		Summary:      "Revisar lecturas sin guardarlas · Review readings without storing them",
		Description:  "Accepts the same body as `POST /consumo/lote` and lists which lines would be rejected, and why. `faults` groups them; `unknown_devices` are the devices that must be created first. Conflicts with a stored reading or with another line are found only when the upload is sent.",
		MaxBodyBytes: maxBulk, Metadata: httpserver.Reporters(), Errors: []int{413, 415},
	}, h.reviewReadings)
	httpserver.Body(api, reviewPath, bulkBody(reportSchema))
}

// bulkBody documents an upload of rows.
func bulkBody(one *huma.Schema) *huma.RequestBody {
	text := &huma.Schema{Type: "string"}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json":     {Schema: &huma.Schema{Type: "array", Items: one}},
		"application/x-ndjson": {Schema: text}, "text/csv": {Schema: text},
	}}
}

// StreamInput passes the body to a handler as it arrives.
type StreamInput struct {
	ContentType string `header:"Content-Type"`
	body        *httpserver.GuardedBody
}

// Resolve opens the body as a stream. Without it, huma reads the whole body into memory.
func (in *StreamInput) Resolve(ctx huma.Context) []error {
	body := ctx.BodyReader()
	if body == nil {
		body = http.NoBody
	}
	in.body = httpserver.GuardBody(ctx.Context(), body)
	return nil
}

type bulkInput struct {
	StreamInput
	Atomic bool `query:"atomic" doc:"All rows or none"`
}

// summary is the result of a batch.
type summary struct {
	Received   int        `json:"received"`
	Inserted   int        `json:"inserted"`
	Duplicates int        `json:"duplicates"`
	Rejected   int        `json:"rejected"`
	Errors     []rejected `json:"errors" doc:"The first 100"`
	Grouped
}

// Grouped is what rejected rows have in common.
type Grouped struct {
	Faults  []fault         `json:"faults" doc:"The rejected rows by field and code, in the order in which they were met; the first 50 such pairs"`
	Unknown []unknownDevice `json:"unknown_devices" doc:"The devices of device_id errors no_such, in the order of their first row; the first 1,000. Always empty for ambient readings"`
}

// fault is an error that rows share.
type fault struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message" doc:"Of the first row; its figures may differ in others"`
	Rows    int    `json:"rows"`
	Lines   []int  `json:"lines" doc:"The first three"`
}

// unknownDevice is a device that does not exist, or that the caller may not report for.
type unknownDevice struct {
	ID   string `json:"id"`
	Rows int    `json:"rows"`
}

// rejected is one error of one rejected row.
type rejected struct {
	Line    int    `json:"line" doc:"The row's line in the upload, from 1"`
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type summaryOutput struct {
	Status int
	Body   summary
}

func (h *Handlers) recordReadings(ctx context.Context, in *bulkInput) (*summaryOutput, error) {
	rows, failure, err := h.Uploads.Readings(in.body, mediaType(in.ContentType), maxBulk)
	if err != nil {
		return nil, err
	}
	result, err := h.Ledger.RecordAll(ctx, callerOf(ctx), rows, in.Atomic)
	return answerSummary(ctx, result, cmp.Or(in.body.Err(), err, transferProblem(failure())))
}

// transferProblem returns as a problem why an upload could not be read to its end; nil if it was read completely.
func transferProblem(err error) error {
	if err == nil || errors.As(err, new(*problem.Problem)) {
		return err
	}
	return httpserver.TransferProblem(err)
}

const reviewPath = "/consumo/lote/revision"

// review lists the errors of an upload. Nothing is stored.
type review struct {
	Received int        `json:"received"`
	Good     int        `json:"good" doc:"Lines that would be accepted"`
	Rejected int        `json:"rejected"`
	Errors   []rejected `json:"errors" doc:"The first 100"`
	Grouped
}

func (h *Handlers) reviewReadings(ctx context.Context, in *StreamInput) (*output[review], error) {
	rows, failure, err := h.Uploads.Readings(in.body, mediaType(in.ContentType), maxBulk)
	if err != nil {
		return nil, err
	}
	result, err := h.Ledger.ReviewAll(ctx, callerOf(ctx), rows)
	if err = cmp.Or(in.body.Err(), err, transferProblem(failure())); err != nil {
		return nil, err
	}
	s := summaryOf(result, httpserver.Language(ctx))
	return &output[review]{review{Received: s.Received, Good: s.Received - s.Rejected, Rejected: s.Rejected, Errors: s.Errors, Grouped: s.Grouped}}, nil
}

// answerSummary returns the result of a batch. If no row was valid, it returns a problem with the same figures.
func answerSummary(ctx context.Context, s ledger.Summary, err error) (*summaryOutput, error) {
	if err != nil {
		return nil, err
	}
	body := summaryOf(s, httpserver.Language(ctx))
	switch {
	case s.Rejected == 0:
		return &summaryOutput{Status: http.StatusOK, Body: body}, nil
	case s.Inserted+s.Duplicates > 0:
		return &summaryOutput{Status: http.StatusMultiStatus, Body: body}, nil
	}
	return nil, problem.New(problem.NothingStored).With("received", s.Received).With("inserted", 0).With("duplicates", 0).
		With("rejected", s.Rejected).With("errors", body.Errors).With("faults", body.Faults).With("unknown_devices", body.Unknown)
}

func summaryOf(s ledger.Summary, language string) summary {
	out := summary{Received: s.Received, Inserted: s.Inserted, Duplicates: s.Duplicates, Rejected: s.Rejected, Errors: []rejected{}, Grouped: groupedOf(s, language)}
	for _, r := range s.Rejections {
		if r.Conflicting {
			code, message := conflictIn(language)
			out.Errors = append(out.Errors, rejected{r.Line, "timestamp", code, message})
		}
		for _, f := range fieldsOf(r.Flaws) {
			out.Errors = append(out.Errors, rejected{r.Line, f.Field, string(f.Rule), f.In(language)})
		}
		if len(out.Errors) >= ledger.MaxRejections {
			out.Errors = out.Errors[:ledger.MaxRejections]
			break
		}
	}
	return out
}

// groupedOf writes what rejected rows have in common.
func groupedOf(s ledger.Summary, language string) Grouped {
	out := Grouped{Faults: make([]fault, len(s.Faults)), Unknown: make([]unknownDevice, len(s.Unknown))}
	for i, f := range s.Faults {
		one := fieldsOf([]energy.Flaw{f.Flaw})[0]
		out.Faults[i] = fault{Field: one.Field, Code: string(one.Rule), Rows: f.Rows, Lines: f.Lines}
		if f.Conflicting {
			out.Faults[i].Field = "timestamp"
			out.Faults[i].Code, out.Faults[i].Message = conflictIn(language)
		} else {
			out.Faults[i].Message = one.In(language)
		}
	}
	for i, d := range s.Unknown {
		out.Unknown[i] = unknownDevice{ID: string(d.ID), Rows: d.Rows}
	}
	return out
}

// conflictIn returns the code and the message of a row whose device has another value at its instant.
func conflictIn(language string) (code, message string) {
	return string(problem.ConflictingReading), problem.Bad("", problem.Taken).In(language)
}
