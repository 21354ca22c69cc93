package anomaly_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// disturbed returns a meter with waste of many sizes and lengths, including single hours.
func disturbed(seed uint64) []baseline.Row {
	rows := campusMeter(330, seed)
	chance := rand.New(rand.NewPCG(seed, 5))
	for day := 3; day < 76; day += 4 + chance.IntN(6) {
		hours := []int{1, 2, 3, 5, 9, 30, 100, 200}[chance.IntN(8)]
		from := at(day, chance.IntN(20))
		size := 8 + 50*chance.Float64()
		if hours > 3 {
			size /= 4
		}
		for i := from; i < min(from+hours, len(rows)); i++ {
			rows[i].Load += size
		}
	}
	return rows
}

// TestWhatIsSaidStaysSaid replays meters hour by hour: each final finding was found at its detection hour, and each finding at any hour is
// a final one or a part of one.
func TestWhatIsSaidStaysSaid(t *testing.T) {
	for seed := range uint64(2) {
		rows := disturbed(seed)
		final := detect(rows)
		require.NotEmpty(t, final)
		for _, f := range final {
			require.True(t, contains(detect(rows[:f.Known]), f), "%v was not known after %d hours", f, f.Known)
		}
		for cut := judgedFrom + 24; cut < len(rows); cut += 457 {
			for _, f := range detect(rows[:cut]) {
				require.True(t, contains(final, f), "%v was found after %d hours and is not in %v", f, cut, final)
			}
		}
	}
}

// contains reports whether others include a finding, or a longer one that contains it.
func contains(others []anomaly.Finding, f anomaly.Finding) bool {
	for _, o := range others {
		if o.From < f.To && f.From < o.To {
			return true
		}
	}
	return false
}
