package energy

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// runs notes how long the runs are in which readings are stored.
type runs struct {
	Readings
	rows []int
}

func (r *runs) Append(_ context.Context, batch []Reading, _ func(DeviceID) Traits) ([]Outcome, error) {
	r.rows = append(r.rows, len(batch))
	outcomes := make([]Outcome, len(batch))
	for i, one := range batch {
		outcomes[i] = Outcome{Result: Inserted, Stored: one}
	}
	return outcomes, nil
}

// fixedCampus is a campus that does not change.
type fixedCampus struct{ campus *Campus }

func (f fixedCampus) Campus(context.Context) (*Campus, error) { return f.campus, nil }
func (f fixedCampus) Fresh(context.Context) (*Campus, error)  { return f.campus, nil }

type fixedClock Instant

func (c fixedClock) Now() Instant { return Instant(c) }

// TestAFileByTimeIsStoredInLongRuns uploads rows by time: the fewer transactions, the less often is what a device's readings lie in
// written again.
func TestAFileByTimeIsStoredInLongRuns(t *testing.T) {
	campus := NewCampus(1, []Space{{ID: "site", Kind: KindSite, TimeZone: "UTC"}}, []Device{{ID: "one", Space: "site", Rated: 10_000_000}}, time.UTC)
	store := &runs{}
	now := Instant(1_700_000_000_000)
	ledger := NewLedger(store, fixedCampus{campus}, fixedClock(now), time.UTC, Retention{})
	const rows = 2*runSize + 1
	summary, err := ledger.RecordAll(context.Background(), Caller{Role: Admin}, func(yield func(Row) bool) {
		for i := range rows {
			draft := Draft{Device: Known(DeviceID("one")), At: Known(WallTimeAt(now.Add(int64(i-rows) * 1000))), KWh: Known(WattHour), Span: Known(int64(1000))}
			if !yield(Row{Line: i + 1, Draft: draft}) {
				return
			}
		}
	}, false)
	require.NoError(t, err)
	require.Equal(t, rows, summary.Inserted, fmt.Sprint(summary.Rejections))
	require.Equal(t, []int{runSize, runSize, 1}, store.rows)
}
