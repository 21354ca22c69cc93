package ledger

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// TestAReviewGroupsWhatIsWrong reviews a long file of unknown devices and bad rows: the faults and the devices are complete beyond
// the rejections that are listed one by one.
func TestAReviewGroupsWhatIsWrong(t *testing.T) {
	now := energy.Instant(1_700_000_000_000)
	tree := campus.NewCampus(1, []campus.Space{{ID: "site", Kind: campus.KindSite, TimeZone: "UTC"}}, []campus.Device{{ID: "one", Space: "site"}}, time.UTC)
	books := NewLedger(&runs{}, fixedCampus{tree}, fixedClock(now), time.UTC, Retention{})
	review := func(rows int, device func(i int) string, kwh energy.Energy) Summary {
		summary, err := books.ReviewAll(context.Background(), energy.Caller{Role: energy.Admin}, func(yield func(Row) bool) {
			for i := range rows {
				draft := Draft{Device: energy.Known(energy.DeviceID(device(i))), At: energy.Known(energy.WallTimeAt(now.Add(int64(-i) * energy.QuarterMs))), KWh: energy.Known(kwh)}
				if !yield(Row{Line: i + 2, Draft: draft}) {
					return
				}
			}
		})
		require.NoError(t, err)
		return summary
	}

	summary := review(35_000, func(i int) string { return fmt.Sprintf("meter-%d", i%12) }, -1)
	require.Len(t, summary.Rejections, MaxRejections)
	require.Equal(t, 35_000, summary.Rejected)
	require.Len(t, summary.Unknown, 12)
	require.Equal(t, UnknownDevice{ID: "meter-0", Rows: 2917}, summary.Unknown[0])
	require.Equal(t, UnknownDevice{ID: "meter-11", Rows: 2916}, summary.Unknown[11])
	require.Equal(t, []Fault{
		{Flaw: energy.Flaw{Field: "device_id", Rule: "no_such"}, Rows: 35_000, Lines: []int{2, 3, 4}},
		{Flaw: energy.Flaw{Field: "kwh", Rule: "negative"}, Rows: 35_000, Lines: []int{2, 3, 4}},
	}, summary.Faults)

	summary = review(MaxUnknown+5, func(i int) string { return fmt.Sprintf("meter-%d", i) }, 1)
	require.Len(t, summary.Unknown, MaxUnknown, "a file of a million names costs no more")
	require.Equal(t, MaxUnknown+5, summary.Faults[0].Rows)
	require.Empty(t, review(3, func(int) string { return "one" }, 1).Unknown)
}

// TestFaultsAreBounded counts faults of more fields than are listed, and names the first lines in whatever order they come.
func TestFaultsAreBounded(t *testing.T) {
	var s Summary
	for i := range MaxFaults + 10 {
		s.Refuse(Rejection{Line: 1, Flaws: []energy.Flaw{{Field: fmt.Sprint(i), Rule: "unknown"}, {Field: fmt.Sprint(i), Rule: "unknown"}}}, 0)
	}
	require.Len(t, s.Faults, MaxFaults)
	require.Equal(t, 1, s.Faults[0].Rows, "a row counts once")
	require.Equal(t, MaxFaults+10, s.Rejected)

	var late Summary
	for _, line := range []int{9, 3, 7, 8, 1} {
		late.Refuse(Rejection{Line: line, Conflicting: true}, 0)
	}
	require.Equal(t, []Fault{{Conflicting: true, Rows: 5, Lines: []int{1, 3, 7}}}, late.Faults)
}
