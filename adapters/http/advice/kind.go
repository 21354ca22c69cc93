package httpadvice

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// kind is the kind of a recommendation. Its schema lists the kinds of the rules.
type kind string

// Schema implements huma.SchemaProvider.
func (kind) Schema(huma.Registry) *huma.Schema {
	all := rules.Kinds()
	names := make([]any, len(all))
	for i, k := range all {
		names[i] = string(k)
	}
	return &huma.Schema{Type: huma.TypeString, Enum: names}
}
