package httpserver

import (
	"bytes"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
)

// Nullable is a member of a PATCH body: absent (unchanged), null (cleared) or a value. Its JSON name needs omitzero or omitempty.
type Nullable[T any] struct {
	// Given is set if the member is there.
	Given bool
	// Value is nil for null.
	Value *T
}

// UnmarshalJSON reads null or a value.
func (n *Nullable[T]) UnmarshalJSON(b []byte) error {
	n.Given = true
	if bytes.Equal(bytes.TrimSpace(b), []byte("null")) {
		return nil
	}
	return json.Unmarshal(b, &n.Value)
}

// Schema documents the value or null.
func (Nullable[T]) Schema(r huma.Registry) *huma.Schema {
	schema := *r.Schema(reflect.TypeFor[T](), false, "")
	schema.Nullable = true
	return &schema
}
