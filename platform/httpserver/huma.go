package httpserver

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/platform/problem"
)

// humaConfig configures huma: no pages that load from a CDN, no links added to answers, and a strict JSON reader.
func (a *API) humaConfig(version string) huma.Config {
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	format := huma.Format{Marshal: marshal, Unmarshal: unmarshal}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "HoloTwin", Version: version,
				Description: "El gemelo energético de un campus: a dónde va la energía, qué hacer y si sirvió. / The energy twin of a campus.",
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas: schemas,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
					"key":   {Type: "apiKey", In: "header", Name: "X-API-Key"},
				},
			},
		},
		OpenAPIPath:                  "/openapi",
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[problem.Details]() || t == reflect.TypeFor[*problem.Details]() || t == reflect.TypeFor[answer]() {
		return "Problem"
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// Schema makes the OpenAPI document show an answer as the problem document that is sent.
func (answer) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[problem.Details](), true, "Problem")
}

func marshal(w io.Writer, v any) error {
	return json.MarshalWrite(w, v, json.Deterministic(true), json.FormatNilSliceAsNull(false),
		jsontext.AllowInvalidUTF8(true), json.StringifyNumbers(false))
}

// maxDepth is the maximum nesting of a JSON document. No request needs more.
const maxDepth = 16

// unmarshal reads one JSON document. It rejects repeated members, invalid UTF-8, trailing data and control characters in texts.
// huma reads a body twice: first as any, to name every invalid field, and then into the handler's type.
func unmarshal(data []byte, v any) error {
	if _, first := v.(*any); first {
		if flaw := Inspect(data); flaw != nil {
			return encodedRule{*flaw}
		}
	}
	if err := json.Unmarshal(data, v); err != nil {
		return encodedRule{fieldOfJSONError(err)}
	}
	return nil
}

// Inspect returns what is wrong with a JSON document, or nil. It keeps nothing of it in memory.
func Inspect(data []byte) *problem.Field {
	decoder := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		token, err := decoder.ReadToken()
		if errors.Is(err, io.EOF) && decoder.StackDepth() == 0 {
			return nil
		}
		if err != nil {
			flaw := fieldOfJSONError(err)
			return &flaw
		}
		if decoder.StackDepth() > maxDepth {
			flaw := problem.Bad(FieldOf(string(decoder.StackPointer())), problem.TooDeep)
			return &flaw
		}
		if token.Kind() == '"' && strings.ContainsRune(token.String(), 0) {
			flaw := problem.Bad(FieldOf(string(decoder.StackPointer())), problem.ControlChars)
			return &flaw
		}
		if decoder.StackDepth() == 0 {
			if flaw := checkTrailing(data[decoder.InputOffset():]); flaw != nil {
				return flaw
			}
			return nil
		}
	}
}

func checkTrailing(rest []byte) *problem.Field {
	if len(bytes.Trim(rest, " \t\r\n")) == 0 {
		return nil
	}
	flaw := problem.Bad("body", problem.Malformed)
	return &flaw
}

// fieldOfJSONError returns the field and the rule of a JSON error.
func fieldOfJSONError(err error) problem.Field {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		field := FieldOf(string(syntax.JSONPointer))
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return problem.Bad(field, problem.Duplicate)
		}
		return problem.Bad(field, problem.Malformed)
	}
	var meaning *json.SemanticError
	if errors.As(err, &meaning) {
		return problem.Bad(FieldOf(string(meaning.JSONPointer)), problem.WrongType)
	}
	return problem.Bad("body", problem.Malformed)
}

// FieldOf converts a JSON pointer into the notation of error messages: /periods/0/from becomes periods[0].from.
func FieldOf(pointer string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch {
		case isIndex(part):
			b.WriteString("[" + part + "]")
		case b.Len() > 0:
			b.WriteString("." + part)
		default:
			b.WriteString(part)
		}
	}
	if b.Len() == 0 {
		return "body"
	}
	return b.String()
}

func isIndex(s string) bool {
	return s != "" && len(s) < 9 && strings.Trim(s, "0123456789") == ""
}

func init() { // these are global in huma, and must be set before a route is registered
	setValidationTexts()
	huma.ValidateStrictCasing = true
	huma.NewErrorWithContext = humaError
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return humaError(nil, status, message, errs...)
	}
}

// humaError returns the problem for an error that huma found before the handler ran.
func humaError(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
	p := problemOfStatus(status)
	if status == http.StatusUnprocessableEntity || (status == http.StatusBadRequest && len(errs) > 0) {
		p = problem.Invalid(fieldsOf(errs)...)
	}
	if ctx == nil { // huma calls it once without a request, to get the type for the OpenAPI document
		return answer{p.In("en", "")}
	}
	if status == http.StatusRequestEntityTooLarge || status == http.StatusUnsupportedMediaType {
		ctx.SetHeader("Connection", "close")
	}
	return answer{p.In(Language(ctx.Context()), RequestID(ctx.Context()))}
}
