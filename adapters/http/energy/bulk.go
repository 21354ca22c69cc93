package httpenergy

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// maxBulk bounds an upload, in bytes; a million rows are some 100 MB.
const maxBulk = 512 << 20

// Uploads reads the bodies of readings, each value of them once, into drafts.
type Uploads interface {
	// Readings reads an upload of a media type, at most limit bytes of it. rows yields its rows as they arrive. failure is, once rows
	// has ended, why the upload could not be read to its end, or nil. Errors: a problem where the media type is not read.
	Readings(body io.Reader, media string, limit int64) (rows iter.Seq[ledger.Row], failure func() error, err error)
	// Ambients is Readings of ambient readings.
	Ambients(body io.Reader, media string, limit int64) (rows iter.Seq[conditions.AmbientRow], failure func() error, err error)
	// Reading reads one reading, a JSON object. Errors: energy.ErrInvalid where nothing of it can be read.
	Reading(object []byte) (ledger.Draft, error)
	// Ambient reads one ambient reading, a JSON object. Errors: energy.ErrInvalid where nothing of it can be read.
	Ambient(object []byte) (conditions.AmbientDraft, error)
}

func (h *Handlers) registerBulk(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "recordReadings", Method: http.MethodPost, Path: "/consumo/lote", Tags: []string{"energy"},
		Summary: "Registrar muchas lecturas · Register many readings",
		Description: "A JSON array, NDJSON or CSV with a header row (as Spanish Excel writes it, too: semicolons, decimal commas, `26/11/2026 23:15` in the site's time), read as it arrives. Good rows are kept, bad ones named by line: 200 all in, 207 some rejected, 400 none good. " +
			"With `atomic=true` all or none. Sending it again is always safe for rows with a timestamp; one without is a reading of its own each time.",
		MaxBodyBytes: maxBulk, Metadata: httpserver.Reporters(), Errors: []int{413, 415, 503},
		Responses: map[string]*huma.Response{"207": httpserver.JSONResponse[summary](api, "Some rows were rejected")},
	}, h.recordAll)
	httpserver.Body(api, "/consumo/lote", bulkBody(reportSchema))
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "reviewReadings", Method: http.MethodPost, Path: reviewPath, Tags: []string{"energy"},
		Summary:      "Revisar lecturas sin guardarlas · Review readings without storing them",
		Description:  "Takes what `POST /consumo/lote` takes and tells which lines would be refused, and why. Whether a line contradicts a stored reading, or another line, shows only when it is sent.",
		MaxBodyBytes: maxBulk, Metadata: httpserver.Reporters(), Errors: []int{413, 415},
	}, h.reviewAll)
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

// StreamInput hands a handler the body as it arrives.
type StreamInput struct {
	ContentType string `header:"Content-Type"`
	body        *httpserver.GuardedBody
}

// Resolve takes the body before huma would read it whole.
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

// summary is what became of a batch.
type summary struct {
	Received   int        `json:"received"`
	Inserted   int        `json:"inserted"`
	Duplicates int        `json:"duplicates"`
	Rejected   int        `json:"rejected"`
	Errors     []rejected `json:"errors" doc:"The first 100"`
}

// rejected is one flaw of one row that was not stored.
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

func (h *Handlers) recordAll(ctx context.Context, in *bulkInput) (*summaryOutput, error) {
	rows, failure, err := h.Uploads.Readings(in.body, mediaType(in.ContentType), maxBulk)
	if err != nil {
		return nil, err
	}
	result, err := h.Ledger.RecordAll(ctx, callerOf(ctx), rows, in.Atomic)
	return answerSummary(ctx, result, cmp.Or(in.body.Err(), err, transferProblem(failure())))
}

// transferProblem is why an upload could not be read to its end, as a problem; nil where it was.
func transferProblem(err error) error {
	if err == nil || errors.As(err, new(*problem.Problem)) {
		return err
	}
	return httpserver.TransferProblem(err)
}

const reviewPath = "/consumo/lote/revision"

// review is what is wrong with an upload that was not stored.
type review struct {
	Received int        `json:"received"`
	Good     int        `json:"good" doc:"Lines that would be taken"`
	Rejected int        `json:"rejected"`
	Errors   []rejected `json:"errors" doc:"The first 100"`
}

func (h *Handlers) reviewAll(ctx context.Context, in *StreamInput) (*one[review], error) {
	rows, failure, err := h.Uploads.Readings(in.body, mediaType(in.ContentType), maxBulk)
	if err != nil {
		return nil, err
	}
	result, err := h.Ledger.ReviewAll(ctx, callerOf(ctx), rows)
	if err = cmp.Or(in.body.Err(), err, transferProblem(failure())); err != nil {
		return nil, err
	}
	said := wordSummary(result, httpserver.Language(ctx))
	return &one[review]{review{Received: said.Received, Good: said.Received - said.Rejected, Rejected: said.Rejected, Errors: said.Errors}}, nil
}

// answerSummary says what became of a batch: where nothing was good it is a problem, with the same figures.
func answerSummary(ctx context.Context, s ledger.Summary, err error) (*summaryOutput, error) {
	if err != nil {
		return nil, err
	}
	body := wordSummary(s, httpserver.Language(ctx))
	switch {
	case s.Rejected == 0:
		return &summaryOutput{Status: http.StatusOK, Body: body}, nil
	case s.Inserted+s.Duplicates > 0:
		return &summaryOutput{Status: http.StatusMultiStatus, Body: body}, nil
	}
	return nil, problem.New(problem.NothingStored).With("received", s.Received).With("inserted", 0).With("duplicates", 0).
		With("rejected", s.Rejected).With("errors", body.Errors)
}

func wordSummary(s ledger.Summary, language string) summary {
	out := summary{Received: s.Received, Inserted: s.Inserted, Duplicates: s.Duplicates, Rejected: s.Rejected, Errors: []rejected{}}
	for _, r := range s.Rejections {
		if r.Conflicting {
			out.Errors = append(out.Errors, rejected{r.Line, "timestamp", string(problem.ConflictingReading), problem.Bad("", problem.Taken).In(language)})
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
