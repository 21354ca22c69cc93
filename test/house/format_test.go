package house

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// TestPageBytes writes the examples of the format's description.
func TestPageBytes(t *testing.T) {
	format, err := os.ReadFile("../../adapters/gorm/energy/FORMAT.md")
	require.NoError(t, err)
	const quarterHour = 900_000
	for _, c := range []struct {
		of      string
		quarter ledger.Quarter
		bytes   []string
	}{
		{"nothing is known", ledger.Quarter{}, []string{"00"}},
		{"0.105 kWh, wholly measured", ledger.Quarter{Energy: 105_000, Measured: quarterHour}, []string{"11", "d0 e8 0c"}},
		{
			"0.05 kWh, all of it estimated over 450,000 ms",
			ledger.Quarter{Energy: 50_000, Estimated: 50_000, Filled: quarterHour / 2},
			[]string{"0b", "a0 8d 06", "a0 8d 06", "a0 f7 36"},
		},
	} {
		var page ledger.Page
		page.Quarters[0], page.Quarters[1] = c.quarter, ledger.Quarter{Energy: 1} // the last of a page is never an unknown one
		require.Equal(t, strings.Join(append(c.bytes, "01 02"), " "), fmt.Sprintf("% x", page.EncodeQuarters()), c.of)
		require.Contains(t, string(format), "| "+c.of+" | `"+strings.Join(c.bytes, "` `")+"` |")
	}
}
