package httpadvice

import (
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

func TestKindsOutsideTheListAreRejected(t *testing.T) {
	schema := kind("").Schema(nil)
	schema.PrecomputeMessages()
	validate := func(value string) []error {
		found := &huma.ValidateResult{}
		huma.Validate(nil, schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, value, found)
		return found.Errors
	}
	for _, k := range rules.Kinds() {
		require.Empty(t, validate(string(k)))
	}
	require.NotEmpty(t, validate("leak"))
}
