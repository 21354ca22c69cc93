package text

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

func TestFormulasAreInBothLanguages(t *testing.T) {
	require.Len(t, spanishFormulas, len(rules.Formulas()))
	for _, formula := range rules.Formulas() {
		require.NotEmpty(t, Formula(Spanish, formula))
		require.NotEqual(t, formula, Formula(Spanish, formula))
		require.Equal(t, formula, Formula(English, formula))
	}
	require.Equal(t, "an earlier formula", Formula(Spanish, "an earlier formula"))
}
