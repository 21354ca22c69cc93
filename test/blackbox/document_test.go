package blackbox

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// document is the OpenAPI document that a server serves, to hold its answers against.
type document struct{ *openapi3.T }

func documentOf(t *testing.T, server *program.Server) document {
	t.Helper()
	answer, err := (&program.Client{URL: server.URL, HTTP: http.DefaultClient}).Send(http.MethodGet, "/openapi.json", nil)
	require.NoError(t, err)
	read, err := openapi3.NewLoader().LoadFromData(answer.Body)
	require.NoError(t, err)
	return document{read}
}

// contradicts says how an answer differs from what is documented; nil where it does not, or where the document
// knows nothing of the path (pages, PDFs, unknown routes).
func (d document) contradicts(method, path string, a program.Answer) error {
	operation := d.find(method, path)
	if operation == nil {
		return nil
	}
	documented := operation.Responses.Status(a.Status)
	if documented == nil {
		documented = operation.Responses.Default()
	}
	if documented == nil {
		return fmt.Errorf("%s %s: %d is not documented", method, path, a.Status)
	}
	if len(a.Body) == 0 {
		return nil
	}
	media, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	content := documented.Value.Content.Get(media)
	if content == nil {
		return fmt.Errorf("%s %s: %d as %s is not documented", method, path, a.Status, media)
	}
	if !strings.HasSuffix(media, "json") || content.Schema == nil {
		return nil
	}
	var value any
	if err := json.Unmarshal(a.Body, &value); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if err := content.Schema.Value.VisitJSON(value, openapi3.MultiErrors()); err != nil {
		return fmt.Errorf("%s %s: %d: %w", method, path, a.Status, err)
	}
	return nil
}

// find is the operation of a path; a path without variables goes before one with them.
func (d document) find(method, path string) *openapi3.Operation {
	path, _, _ = strings.Cut(path, "?")
	if item := d.Paths.Value(path); item != nil {
		return item.GetOperation(method)
	}
	for template, item := range d.Paths.Map() {
		if fits(template, path) {
			return item.GetOperation(method)
		}
	}
	return nil
}

func fits(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}
