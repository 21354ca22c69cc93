package httpenergy

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// clearable is a member of a change that can be cleared: it is absent, null or a value.
type clearable[T any] struct {
	given bool
	value *T // nil if null was given
}

// UnmarshalJSONFrom reads a value or null.
func (c *clearable[T]) UnmarshalJSONFrom(in *jsontext.Decoder) error {
	c.given = true
	return json.UnmarshalDecode(in, &c.value)
}

// Schema documents the value, or null.
func (clearable[T]) Schema(registry huma.Registry) *huma.Schema {
	nullable := *registry.Schema(reflect.TypeFor[T](), false, "") // written out, because a reference cannot be nullable
	nullable.Nullable = true
	return &nullable
}

// orElse returns the value, or empty if it is to be cleared; given is false if the member is absent.
func (c clearable[T]) orElse(empty T) (value T, given bool) {
	if c.value != nil {
		return *c.value, true
	}
	return empty, c.given
}

// setIfGiven sets a field if its member of a change is not absent.
func setIfGiven[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
