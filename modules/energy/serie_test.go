package energy_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
)

func ExampleReports_Serie() {
	campus := energytest.NewSmallCampus()
	for at, kwh := range map[string]string{"2026-05-26T08:15:00": "0.2", "2026-05-26T08:30:00": "0.3", "2026-05-26T09:30:00": "0.1"} {
		_, _ = campus.Record("tv", at, kwh)
	}
	all, _ := campus.Reports.Serie(context.Background(), energytest.SmallManager, energy.Query{
		Level: energy.OfRoom, ID: "games", Bucket: energy.ByHour, From: energytest.Local("2026-05-26T07:00:00"), To: energytest.Local("2026-05-26T10:00:00"),
	})
	for _, step := range all[0].Steps {
		fmt.Println(step.Start.Time().Format("15:04Z"), "known:", step.Known, step.Energy.KWh(), "kWh")
	}
	// Output:
	// 12:00Z known: false 0 kWh
	// 13:00Z known: true 0.5 kWh
	// 14:00Z known: true 0.1 kWh
}

func serie(t require.TestingT, campus *energytest.SmallCampus, q energy.Query) []energy.Series {
	all, err := campus.Reports.Serie(context.Background(), energytest.SmallManager, q)
	require.NoError(t, err)
	return all
}

// TestAGapIsNoZero asks for quarter hours of which one was measured as nothing and one was not measured.
func TestAGapIsNoZero(t *testing.T) {
	campus := energytest.NewSmallCampus()
	campus.RecordAll(t, "tv", map[string]string{"08:15": "0.5", "08:30": "0", "09:00": "0.25"})
	steps := serie(t, campus, energy.Query{
		Level: energy.OfDevice, ID: "tv", Bucket: energy.ByQuarter, From: energytest.Local("2026-05-26T08:00:00"), To: energytest.Local("2026-05-26T09:00:00"),
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

// TestStepsBeginOnTheLocalClock looks where steps of each width begin and what lies in them.
func TestStepsBeginOnTheLocalClock(t *testing.T) {
	campus := energytest.NewSmallCampus()
	campus.RecordAll(t, "tv", map[string]string{
		"2026-04-30T23:45:00": "1", "2026-05-01T00:00:00": "2", "2026-05-01T00:15:00": "4", "2026-05-04T00:00:00": "0.5", "2026-05-04T00:15:00": "0.25",
	})
	for _, c := range []struct {
		bucket energy.Bucket
		want   map[string]string // kWh by where the step begins
	}{
		{energy.ByHour, map[string]string{"2026-04-30T23:00:00": "3", "2026-05-01T00:00:00": "4", "2026-05-03T23:00:00": "0.5", "2026-05-04T00:00:00": "0.25"}},
		{energy.ByDay, map[string]string{"2026-04-30T00:00:00": "3", "2026-05-01T00:00:00": "4", "2026-05-03T00:00:00": "0.5", "2026-05-04T00:00:00": "0.25"}},
		{energy.ByWeek, map[string]string{"2026-04-27T00:00:00": "7.5", "2026-05-04T00:00:00": "0.25"}},
		{energy.ByMonth, map[string]string{"2026-04-01T00:00:00": "3", "2026-05-01T00:00:00": "4.75"}},
	} {
		want, got := make(map[energy.Instant]string), make(map[energy.Instant]string)
		for at, kwh := range c.want {
			want[energytest.Local(at)] = kwh
		}
		for _, s := range serie(t, campus, energy.Query{
			Level: energy.OfDevice, ID: "tv", Bucket: c.bucket, From: energytest.Local("2026-04-01T00:00:00"), To: energytest.Local("2026-05-11T00:00:00"),
		})[0].Steps {
			if s.Known {
				got[s.Start] = s.Energy.KWh()
			}
		}
		require.Equal(t, want, got, c.bucket)
	}
}

// TestAMeterStandsForWhatIsBehindIt counts each kilowatt-hour once.
func TestAMeterStandsForWhatIsBehindIt(t *testing.T) {
	campus := energytest.NewSmallCampus()
	campus.RecordAll(t, "meter", map[string]string{"08:15": "2"})
	campus.RecordAll(t, "tv", map[string]string{"08:15": "0.3"})
	campus.RecordAll(t, "ac", map[string]string{"08:15": "1.2"})
	for _, c := range []struct {
		level energy.Level
		id    string
		by    energy.Grouping
		want  map[string]string
	}{
		{energy.OfSite, "site", energy.Ungrouped, map[string]string{"site": "2"}},
		{energy.OfBuilding, "block", energy.PerDevice, map[string]string{"tv": "0.3", "ac": "1.2", "unmetered": "0.5"}},
		{energy.OfBuilding, "block", energy.PerRoom, map[string]string{"games": "0.3", "office": "1.2", "unmetered": "0.5"}},
		{energy.OfBuilding, "block", energy.PerKind, map[string]string{"tv": "0.3", "ac": "1.2", "unmetered": "0.5"}},
		{energy.OfRoom, "games", energy.Ungrouped, map[string]string{"games": "0.3"}},
		{energy.OfDevice, "meter", energy.Ungrouped, map[string]string{"meter": "2"}},
	} {
		got := make(map[string]string)
		for _, s := range serie(t, campus, energy.Query{
			Level: c.level, ID: c.id, By: c.by, Bucket: energy.ByDay, From: energytest.Local("2026-05-26T00:00:00"), To: energytest.Local("2026-05-27T00:00:00"),
		}) {
			got[s.Key] = s.Steps[0].Energy.KWh()
		}
		require.Equal(t, c.want, got, "%s by %q", c.id, c.by)
	}
}

// TestSeriesAddUp asks the same of any readings in all widths and groupings: the sums are equal.
func TestSeriesAddUp(t *testing.T) {
	from, to := energytest.Local("2026-05-20T00:00:00"), energytest.Local("2026-05-26T00:00:00")
	quarters := int((to - from) / energy.Instant(15*energytest.Minute))
	rapid.Check(t, func(t *rapid.T) {
		campus := energytest.NewSmallCampus()
		sums := make(map[energy.DeviceID]energy.Energy)
		var batch []energy.Reading
		for _, device := range []energy.DeviceID{"meter", "tv", "ac"} {
			for _, q := range rapid.SliceOfNDistinct(rapid.IntRange(1, quarters), 0, 12, rapid.ID[int]).Draw(t, string(device)) {
				r := energytest.Interval(device, from.Add(int64(q)*15*energytest.Minute), energy.Energy(rapid.Int64Range(0, 2_000_000).Draw(t, "energy")))
				batch, sums[device] = append(batch, r), sums[device]+r.Energy
			}
		}
		_, err := campus.Store.Append(context.Background(), batch, energytest.Traits)
		require.NoError(t, err)
		total := func(q energy.Query) (sum energy.Energy) {
			q.From, q.To = from, to
			for _, s := range serie(t, campus, q) {
				for _, step := range s.Steps {
					sum += step.Energy
				}
			}
			return sum
		}
		whole := total(energy.Query{Level: energy.OfSite, ID: "site", Bucket: energy.ByDay})
		bucket := rapid.SampledFrom([]energy.Bucket{energy.ByQuarter, energy.ByHour, energy.ByWeek, energy.ByMonth}).Draw(t, "bucket")
		by := rapid.SampledFrom([]energy.Grouping{energy.Ungrouped, energy.PerDevice, energy.PerRoom, energy.PerKind}).Draw(t, "by")
		require.Equal(t, whole, total(energy.Query{Level: energy.OfSite, ID: "site", Bucket: bucket, By: by}))
		for _, device := range []energy.DeviceID{"tv", "ac"} { // where a meter is silent, those behind it stand for it
			require.Equal(t, sums[device], total(energy.Query{Level: energy.OfDevice, ID: string(device), Bucket: energy.ByHour}), device)
		}
	})
}

// TestWhoMayAsk lets nobody see what is outside their space.
func TestWhoMayAsk(t *testing.T) {
	campus := energytest.NewSmallCampus()
	of := func(space energy.SpaceID) energy.Caller { return energy.Caller{Role: energy.Viewer, Space: space} }
	for name, c := range map[string]struct {
		caller energy.Caller
		level  energy.Level
		id     string
		err    any
	}{
		"their room":           {of("games"), energy.OfRoom, "games", nil},
		"a room in theirs":     {of("block"), energy.OfRoom, "games", nil},
		"another room":         {of("games"), energy.OfRoom, "office", &energy.ErrNotFound{}},
		"the building around":  {of("games"), energy.OfBuilding, "block", &energy.ErrNotFound{}},
		"a device of another":  {of("games"), energy.OfDevice, "ac", &energy.ErrNotFound{}},
		"a room as a building": {of("games"), energy.OfBuilding, "games", &energy.ErrNotFound{}},
		"a gateway":            {energytest.SmallGateway, energy.OfRoom, "games", &energy.ErrForbidden{}},
	} {
		q := energy.Query{Level: c.level, ID: c.id, Bucket: energy.ByDay, From: energytest.Local("2026-05-25T00:00:00"), To: energytest.Local("2026-05-26T00:00:00")}
		_, err := campus.Reports.Serie(context.Background(), c.caller, q)
		if c.err == nil {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorAs(t, err, c.err, name)
	}
}
