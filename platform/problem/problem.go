// Package problem describes to a caller what went wrong: one type (RFC 9457 problem details), made from a fixed list of codes
// (codes.go) and field rules (rules.go). Each has one text in Spanish and one in English. The text of an error is never sent,
// so no internal detail and no secret can reach a caller.
package problem

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// Problem is an answer that reports an error. It is an error itself, so handlers return it like any other.
type Problem struct {
	Code Code
	// Fields lists every invalid field of the request.
	Fields []Field
	// RetryAfter is after how many seconds the caller may retry; 0 means unknown.
	RetryAfter int

	params  map[string]any
	members map[string]any
}

// New returns the problem for a code. params are name, value pairs for the {placeholders} of its detail.
func New(code Code, params ...any) *Problem {
	if _, known := texts[code]; !known {
		code = Internal
	}
	p := &Problem{Code: code, params: make(map[string]any, len(params)/2)}
	for i := 0; i+1 < len(params); i += 2 {
		p.params[fmt.Sprint(params[i])] = params[i+1]
	}
	return p
}

// Invalid returns the 400 that lists every invalid field.
func Invalid(fields ...Field) *Problem {
	p := New(InvalidRequest)
	p.Fields = fields
	return p
}

// With adds an extension member, for example the two values of a conflict.
func (p *Problem) With(member string, value any) *Problem {
	if p.members == nil {
		p.members = make(map[string]any)
	}
	p.members[member] = value
	return p
}

// After sets after how many seconds the caller may retry.
func (p *Problem) After(seconds int) *Problem {
	p.RetryAfter = max(1, seconds)
	return p
}

// Error returns a text for the log: the code and the invalid fields, never a value.
func (p *Problem) Error() string {
	names := make([]string, len(p.Fields))
	for i, f := range p.Fields {
		names[i] = f.Field + ":" + string(f.Rule)
	}
	return strings.TrimSpace(string(p.Code) + " " + strings.Join(names, " "))
}

// GetStatus returns the HTTP status of the code.
func (p *Problem) GetStatus() int { return texts[p.Code].status }

// ContentType is the media type that RFC 9457 requires.
func (p *Problem) ContentType(string) string { return ContentType }

// ContentType is the media type of every error.
const ContentType = "application/problem+json"

// Details is a problem in the caller's language, ready to be sent.
type Details struct {
	_         struct{}      `json:"-" additionalProperties:"true"` // extension members of RFC 9457
	Type      string        `json:"type" doc:"A URI that names the kind of problem" example:"about:blank"`
	Title     string        `json:"title" doc:"The kind of problem in a few words"`
	Status    int           `json:"status" doc:"The HTTP status" example:"400"`
	Detail    string        `json:"detail" doc:"What is wrong and what to do"`
	RequestID string        `json:"request_id" doc:"The id by which the request is found in the server's log"`
	Code      Code          `json:"code" doc:"A stable word for programs to compare" example:"invalid_credentials"`
	Errors    []FieldDetail `json:"errors,omitempty" doc:"Every invalid field of the request"`

	Members map[string]any `json:"-"`
}

// FieldDetail says what is wrong with one field.
type FieldDetail struct {
	_       struct{} `json:"-" additionalProperties:"true"` // uploads add the line and the rule
	Field   string   `json:"field"`
	Message string   `json:"message"`
}

// In returns the problem in a language ("es" or "en").
func (p *Problem) In(language, requestID string) *Details {
	t := texts[p.Code]
	words := t.es
	if language == "en" {
		words = t.en
	}
	w := &Details{
		Type: "about:blank", Title: words.title, Status: t.status, Detail: fill(words.detail, p.params),
		RequestID: requestID, Code: p.Code, Members: p.members,
	}
	for _, f := range p.Fields {
		w.Errors = append(w.Errors, FieldDetail{Field: f.Field, Message: f.In(language)})
	}
	return w
}

// MarshalJSON writes extension members beside the standard ones.
func (w *Details) MarshalJSON() ([]byte, error) {
	type plain Details
	base, err := json.Marshal((*plain)(w))
	if err != nil || len(w.Members) == 0 {
		return base, err
	}
	extra, err := json.Marshal(w.Members, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	joined := append(base[:len(base)-1], ',')
	return append(joined, extra[1:]...), nil
}

// ContentType is the media type that RFC 9457 requires.
func (w *Details) ContentType(string) string { return ContentType }

func fill(text string, params map[string]any) string {
	if !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(params))
	for name, value := range params {
		pairs = append(pairs, "{"+name+"}", fmt.Sprint(value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
