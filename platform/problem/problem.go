// Package problem is how every part says to a caller what went wrong: one type (RFC 9457 problem details), made
// from a closed list of codes (codes.go) and field rules (rules.go), each worded once in Spanish and English.
// No message is ever taken from an error's text, so nothing internal and no secret can leak through one.
package problem

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// Problem is an answer that is an error. It is an error itself, so handlers return it like any other.
type Problem struct {
	Code Code
	// Fields names every bad field of the request at once.
	Fields []Field
	// RetryAfter, in whole seconds, says when to try again; 0 says nothing.
	RetryAfter int

	params  map[string]any
	members map[string]any
}

// New makes the problem of a code; params are the name, value pairs that fill the {placeholders} of its detail.
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

// Invalid is the 400 that names every bad field.
func Invalid(fields ...Field) *Problem {
	p := New(InvalidRequest)
	p.Fields = fields
	return p
}

// With adds an extension member, such as the two values of a conflict.
func (p *Problem) With(member string, value any) *Problem {
	if p.members == nil {
		p.members = make(map[string]any)
	}
	p.members[member] = value
	return p
}

// After says in how many seconds the caller may try again.
func (p *Problem) After(seconds int) *Problem {
	p.RetryAfter = max(1, seconds)
	return p
}

// Error is for logs: the code and the bad fields, never a value.
func (p *Problem) Error() string {
	names := make([]string, len(p.Fields))
	for i, f := range p.Fields {
		names[i] = f.Field + ":" + string(f.Rule)
	}
	return strings.TrimSpace(string(p.Code) + " " + strings.Join(names, " "))
}

// GetStatus is the HTTP status of the problem's code.
func (p *Problem) GetStatus() int { return texts[p.Code].status }

// ContentType is what RFC 9457 asks for.
func (p *Problem) ContentType(string) string { return ContentType }

// ContentType is the media type of every error.
const ContentType = "application/problem+json"

// Details is a problem in the caller's language, ready to be written.
type Details struct {
	_         struct{}      `json:"-" additionalProperties:"true"` // extension members, as RFC 9457 has them
	Type      string        `json:"type" doc:"A URI that names the kind of problem" example:"about:blank"`
	Title     string        `json:"title" doc:"The kind of problem in a few words"`
	Status    int           `json:"status" doc:"The HTTP status" example:"400"`
	Detail    string        `json:"detail" doc:"What was wrong and what to do"`
	RequestID string        `json:"request_id" doc:"The request's id, to be found in the server's log"`
	Code      Code          `json:"code" doc:"A stable machine word" example:"invalid_credentials"`
	Errors    []FieldDetail `json:"errors,omitempty" doc:"Every bad field of the request"`

	Members map[string]any `json:"-"`
}

// FieldDetail says what is wrong with one field.
type FieldDetail struct {
	_       struct{} `json:"-" additionalProperties:"true"` // uploads name the line and rule too
	Field   string   `json:"field"`
	Message string   `json:"message"`
}

// In words the problem in a language ("es" or "en").
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

// ContentType is what RFC 9457 asks for.
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
