package usage_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

func ExampleQueries_Series() {
	tree := energytest.NewSmallCampus()
	for at, kwh := range map[string]string{"2026-05-26T08:15:00": "0.2", "2026-05-26T08:30:00": "0.3", "2026-05-26T09:30:00": "0.1"} {
		_, _ = tree.Record("tv", at, kwh)
	}
	all, _ := tree.Reports.Series(context.Background(), energytest.SmallManager, usage.Query{
		Level: campus.OfRoom, ID: "games", Bucket: usage.ByHour, From: energytest.Local("2026-05-26T07:00:00"), To: energytest.Local("2026-05-26T10:00:00"),
	})
	for _, step := range all[0].Steps {
		fmt.Println(step.Start.Time().Format("15:04Z"), "known:", step.Known, step.Energy.KWh(), "kWh")
	}
	// Output:
	// 12:00Z known: false 0 kWh
	// 13:00Z known: true 0.5 kWh
	// 14:00Z known: true 0.1 kWh
}

func serie(t require.TestingT, campus *energytest.SmallCampus, q usage.Query) []usage.Series {
	all, err := campus.Reports.Series(context.Background(), energytest.SmallManager, q)
	require.NoError(t, err)
	return all
}

// TestAGapIsNoZero reads quarter hours of which one was measured as zero and one was not measured.
func TestAGapIsNoZero(t *testing.T) {
	tree := energytest.NewSmallCampus()
	tree.RecordAll(t, "tv", map[string]string{"08:15": "0.5", "08:30": "0", "09:00": "0.25"})
	steps := serie(t, tree, usage.Query{
		Level: campus.OfDevice, ID: "tv", Bucket: usage.ByQuarter, From: energytest.Local("2026-05-26T08:00:00"), To: energytest.Local("2026-05-26T09:00:00"),
	})[0].Steps
	type step struct {
		known bool
		kwh   string
		peak  string
		cover float64
	}
	var got []step
	for _, s := range steps {
		one := step{known: s.Known, kwh: s.Energy.KWh(), cover: s.Coverage}
		if s.PeakKnown {
			one.peak = s.Peak.KW()
		}
		got = append(got, one)
	}
	require.Equal(t, []step{{true, "0.5", "2", 1}, {true, "0", "0", 1}, {false, "0", "", 0}, {true, "0.25", "1", 1}}, got)
}

// TestStepsBeginOnTheLocalClock checks where steps of each width begin and what they contain.
func TestStepsBeginOnTheLocalClock(t *testing.T) {
	tree := energytest.NewSmallCampus()
	tree.RecordAll(t, "tv", map[string]string{
		"2026-04-30T23:45:00": "1", "2026-05-01T00:00:00": "2", "2026-05-01T00:15:00": "4", "2026-05-04T00:00:00": "0.5", "2026-05-04T00:15:00": "0.25",
	})
	for _, c := range []struct {
		bucket usage.Bucket
		want   map[string]string // kWh by where the step begins
	}{
		{usage.ByHour, map[string]string{"2026-04-30T23:00:00": "3", "2026-05-01T00:00:00": "4", "2026-05-03T23:00:00": "0.5", "2026-05-04T00:00:00": "0.25"}},
		{usage.ByDay, map[string]string{"2026-04-30T00:00:00": "3", "2026-05-01T00:00:00": "4", "2026-05-03T00:00:00": "0.5", "2026-05-04T00:00:00": "0.25"}},
		{usage.ByWeek, map[string]string{"2026-04-27T00:00:00": "7.5", "2026-05-04T00:00:00": "0.25"}},
		{usage.ByMonth, map[string]string{"2026-04-01T00:00:00": "3", "2026-05-01T00:00:00": "4.75"}},
	} {
		want, got := make(map[energy.Instant]string), make(map[energy.Instant]string)
		for at, kwh := range c.want {
			want[energytest.Local(at)] = kwh
		}
		for _, s := range serie(t, tree, usage.Query{
			Level: campus.OfDevice, ID: "tv", Bucket: c.bucket, From: energytest.Local("2026-04-01T00:00:00"), To: energytest.Local("2026-05-11T00:00:00"),
		})[0].Steps {
			if s.Known {
				got[s.Start] = s.Energy.KWh()
			}
		}
		require.Equal(t, want, got, c.bucket)
	}
}

// TestAMeterIncludesWhatIsBehindIt checks that each kilowatt-hour counts once.
func TestAMeterIncludesWhatIsBehindIt(t *testing.T) {
	tree := energytest.NewSmallCampus()
	tree.RecordAll(t, "meter", map[string]string{"08:15": "2"})
	tree.RecordAll(t, "tv", map[string]string{"08:15": "0.3"})
	tree.RecordAll(t, "ac", map[string]string{"08:15": "1.2"})
	for _, c := range []struct {
		level campus.Level
		id    string
		by    usage.Grouping
		want  map[string]string
	}{
		{campus.OfSite, "site", usage.Ungrouped, map[string]string{"site": "2"}},
		{campus.OfBuilding, "block", usage.PerDevice, map[string]string{"tv": "0.3", "ac": "1.2", "unmetered": "0.5"}},
		{campus.OfBuilding, "block", usage.PerRoom, map[string]string{"games": "0.3", "office": "1.2", "unmetered": "0.5"}},
		{campus.OfBuilding, "block", usage.PerKind, map[string]string{"tv": "0.3", "ac": "1.2", "unmetered": "0.5"}},
		{campus.OfRoom, "games", usage.Ungrouped, map[string]string{"games": "0.3"}},
		{campus.OfDevice, "meter", usage.Ungrouped, map[string]string{"meter": "2"}},
	} {
		got := make(map[string]string)
		for _, s := range serie(t, tree, usage.Query{
			Level: c.level, ID: c.id, By: c.by, Bucket: usage.ByDay, From: energytest.Local("2026-05-26T00:00:00"), To: energytest.Local("2026-05-27T00:00:00"),
		}) {
			got[s.Key] = s.Steps[0].Energy.KWh()
		}
		require.Equal(t, c.want, got, "%s by %q", c.id, c.by)
	}
}

// TestSeriesAddUp reads random readings in all widths and groupings: the sums are equal.
func TestSeriesAddUp(t *testing.T) {
	from, to := energytest.Local("2026-05-20T00:00:00"), energytest.Local("2026-05-26T00:00:00")
	quarters := int((to - from) / energy.Instant(15*energytest.Minute))
	rapid.Check(t, func(t *rapid.T) {
		tree := energytest.NewSmallCampus()
		sums := make(map[energy.DeviceID]energy.Energy)
		var batch []energy.Reading
		for _, device := range []energy.DeviceID{"meter", "tv", "ac"} {
			for _, q := range rapid.SliceOfNDistinct(rapid.IntRange(1, quarters), 0, 12, rapid.ID[int]).Draw(t, string(device)) {
				r := energytest.Interval(device, from.Add(int64(q)*15*energytest.Minute), energy.Energy(rapid.Int64Range(0, 2_000_000).Draw(t, "energy")))
				batch, sums[device] = append(batch, r), sums[device]+r.Energy
			}
		}
		_, err := tree.Store.Append(context.Background(), batch, energytest.Traits)
		require.NoError(t, err)
		total := func(q usage.Query) (sum energy.Energy) {
			q.From, q.To = from, to
			for _, s := range serie(t, tree, q) {
				for _, step := range s.Steps {
					sum += step.Energy
				}
			}
			return sum
		}
		whole := total(usage.Query{Level: campus.OfSite, ID: "site", Bucket: usage.ByDay})
		bucket := rapid.SampledFrom([]usage.Bucket{usage.ByQuarter, usage.ByHour, usage.ByWeek, usage.ByMonth}).Draw(t, "bucket")
		by := rapid.SampledFrom([]usage.Grouping{usage.Ungrouped, usage.PerDevice, usage.PerRoom, usage.PerKind}).Draw(t, "by")
		require.Equal(t, whole, total(usage.Query{Level: campus.OfSite, ID: "site", Bucket: bucket, By: by}))
		for _, device := range []energy.DeviceID{"tv", "ac"} { // if a meter is silent, those behind it count
			require.Equal(t, sums[device], total(usage.Query{Level: campus.OfDevice, ID: string(device), Bucket: usage.ByHour}), device)
		}
	})
}

// TestSeriesAreLimitedToTheCallersSpace checks that a caller sees nothing outside their space.
func TestSeriesAreLimitedToTheCallersSpace(t *testing.T) {
	tree := energytest.NewSmallCampus()
	of := func(space energy.SpaceID) energy.Caller { return energy.Caller{Role: energy.Viewer, Space: space} }
	for name, c := range map[string]struct {
		caller energy.Caller
		level  campus.Level
		id     string
		err    any
	}{
		"their room":           {of("games"), campus.OfRoom, "games", nil},
		"a room in theirs":     {of("block"), campus.OfRoom, "games", nil},
		"another room":         {of("games"), campus.OfRoom, "office", &energy.ErrNotFound{}},
		"the building around":  {of("games"), campus.OfBuilding, "block", &energy.ErrNotFound{}},
		"a device of another":  {of("games"), campus.OfDevice, "ac", &energy.ErrNotFound{}},
		"a room as a building": {of("games"), campus.OfBuilding, "games", &energy.ErrNotFound{}},
		"a gateway":            {energytest.SmallGateway, campus.OfRoom, "games", &energy.ErrForbidden{}},
	} {
		q := usage.Query{Level: c.level, ID: c.id, Bucket: usage.ByDay, From: energytest.Local("2026-05-25T00:00:00"), To: energytest.Local("2026-05-26T00:00:00")}
		_, err := tree.Reports.Series(context.Background(), c.caller, q)
		if c.err == nil {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorAs(t, err, c.err, name)
	}
}
