package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

func ExampleEntries() {
	// 300 Wh in the half hour up to 08:20: a third of it lies in the quarter hour that begins at 07:45, half of it in the next.
	reading := energy.Reading{
		Device: "tv", At: energytest.Local("2026-05-26T08:20:00"), Kind: energy.Interval, Energy: 300 * energy.WattHour, Span: 30 * energytest.Minute,
	}
	entries := ledger.Entries{}
	entries.BookInterval(reading, +1)
	page := ledger.Page{Device: "tv", Day: 20_599}
	entries.Apply(&page)
	for i, q := range page.Quarters {
		if q.Known() {
			start := time.UnixMilli((int64(page.Day)*96 + int64(i)) * 15 * energytest.Minute).UTC()
			fmt.Println(start.Format("2006-01-02 15:04Z"), q.Energy.KWh(), "kWh in", q.Measured/energytest.Minute, "minutes")
		}
	}
	// Output:
	// 2026-05-26 12:45Z 0.1 kWh in 10 minutes
	// 2026-05-26 13:00Z 0.15 kWh in 15 minutes
	// 2026-05-26 13:15Z 0.05 kWh in 5 minutes
}

// TestSpread divides energy over quarter hours; remainders follow the rounding of the boundaries, half to even.
func TestSpread(t *testing.T) {
	midnight := energy.Instant(20_000 * 24 * 60 * energytest.Minute)
	for _, c := range []struct {
		name     string
		from, to int64 // minutes after midnight of UTC
		energy   energy.Energy
		want     map[int]energy.Energy // by quarter hour of the day before and the day
	}{
		{"one quarter hour", 0, 15, 7, map[int]energy.Energy{96: 7}},
		{"up to midnight", -15, 0, 7, map[int]energy.Energy{95: 7}},
		{"over midnight", -15, 15, 8, map[int]energy.Energy{95: 4, 96: 4}},
		{"half to even, down", 0, 30, 1, map[int]energy.Energy{96: 0, 97: 1}},
		{"half to even, up", 0, 30, 3, map[int]energy.Energy{96: 2, 97: 1}},
		{"in proportion to time", 10, 25, 30, map[int]energy.Energy{96: 10, 97: 20}},
		{"an empty span", 20, 20, 5, map[int]energy.Energy{97: 5}},
		{"negative energy, as in a correction", 0, 30, -2, map[int]energy.Energy{96: -1, 97: -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			entries := ledger.Entries{}
			at := midnight.Add(c.to * energytest.Minute)
			entries.BookInterval(energy.Reading{Device: "d", At: at, Energy: c.energy, Span: (c.to - c.from) * energytest.Minute}, +1)
			got := make(map[int]energy.Energy)
			for key, slots := range entries {
				for slot, change := range slots {
					got[(int(key.Day)-19_999)*energy.QuartersPerDay+slot] = change.Energy
				}
			}
			require.Equal(t, c.want, got)
		})
	}
}

// TestSubtractedBookingsLeaveNothing books intervals and subtracts them in another order.
func TestSubtractedBookingsLeaveNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		readings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) energy.Reading {
			return energy.Reading{
				Device: "d", At: energytest.Start.Add(rapid.Int64Range(0, 24*60*energytest.Minute).Draw(t, "at")),
				Energy: energy.Energy(rapid.Int64Range(0, 1<<40).Draw(t, "energy")), Span: rapid.Int64Range(0, 24*60*energytest.Minute).Draw(t, "span"),
			}
		}), 1, 8).Draw(t, "readings")
		entries := ledger.Entries{}
		for _, r := range readings {
			entries.BookInterval(r, +1)
		}
		for _, r := range rapid.Permutation(readings).Draw(t, "order") {
			entries.BookInterval(r, -1)
		}
		for key, slots := range entries {
			for slot, change := range slots {
				require.Zero(t, change, "%v %d", key, slot)
			}
		}
	})
}
