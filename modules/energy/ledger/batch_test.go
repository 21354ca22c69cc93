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

// runs records the lengths of the runs in which readings are stored.
type runs struct {
	Readings
	rows []int
}

func (r *runs) Append(_ context.Context, batch []energy.Reading, _ func(energy.DeviceID) Traits) ([]energy.Outcome, error) {
	r.rows = append(r.rows, len(batch))
	outcomes := make([]energy.Outcome, len(batch))
	for i, one := range batch {
		outcomes[i] = energy.Outcome{Result: energy.Inserted, Stored: one}
	}
	return outcomes, nil
}

// fixedCampus is a campus that does not change.
type fixedCampus struct{ campus *campus.Campus }

func (f fixedCampus) Campus(context.Context) (*campus.Campus, error) { return f.campus, nil }

func (f fixedCampus) Fresh(context.Context) (*campus.Campus, error) { return f.campus, nil }

type fixedClock energy.Instant

func (c fixedClock) Now() energy.Instant { return energy.Instant(c) }

// TestAFileByTimeIsStoredInLongRuns uploads rows ordered by time: the fewer transactions, the less often the pages of a device are
// written again.
func TestAFileByTimeIsStoredInLongRuns(t *testing.T) {
	campus := campus.NewCampus(1, []campus.Space{{ID: "site", Kind: campus.KindSite, TimeZone: "UTC"}}, []campus.Device{{ID: "one", Space: "site", Rated: 10_000_000}}, time.UTC)
	store := &runs{}
	now := energy.Instant(1_700_000_000_000)
	ledger := NewLedger(store, fixedCampus{campus}, fixedClock(now), time.UTC, Retention{})
	const rows = 2*runSize + 1
	summary, err := ledger.RecordAll(context.Background(), energy.Caller{Role: energy.Admin}, func(yield func(Row) bool) {
		for i := range rows {
			draft := Draft{Device: energy.Known(energy.DeviceID("one")), At: energy.Known(energy.WallTimeAt(now.Add(int64(i-rows) * 1000))), KWh: energy.Known(energy.WattHour), Span: energy.Known(int64(1000))}
			if !yield(Row{Line: i + 1, Draft: draft}) {
				return
			}
		}
	}, false)
	require.NoError(t, err)
	require.Equal(t, rows, summary.Inserted, fmt.Sprint(summary.Rejections))
	require.Equal(t, []int{runSize, runSize, 1}, store.rows)
}
