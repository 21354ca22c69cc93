package ledger

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// draftReader reads drafts of a campus with one plug of 1 kW and one meter of reactive energy, in Bogotá.
func draftReader(now energy.Instant) Reader {
	zone := time.FixedZone("-05", -5*3600)
	campus := campus.NewCampus(1, []campus.Space{{ID: "site", Kind: campus.KindSite, TimeZone: "America/Bogota"}}, []campus.Device{
		{ID: "plug", Space: "site", Rated: energy.Kilowatt}, {ID: "q", Space: "site", Kind: campus.KindMeter, Measures: energy.ReactiveInductive},
	}, zone)
	return Reader{Campus: campus, caller: energy.Caller{Role: energy.Admin}, Now: now, zone: zone, arrived: func(_ energy.DeviceID, at energy.Instant) energy.Instant { return at }}
}

// TestDrafts lists all flaws of a draft, in the order of its fields, and reads valid drafts.
func TestDrafts(t *testing.T) {
	now := energy.InstantOf(time.Date(2026, 5, 27, 12, 0, 0, 0, time.UTC))
	plug, at := energy.Known(energy.DeviceID("plug")), energy.Known(energy.WallTimeAt(now))
	interval := energy.Reading{Device: "plug", At: now, Kind: energy.Interval, Energy: 100 * energy.WattHour, Span: energy.QuarterMs, Source: energy.ByDevice}
	for name, c := range map[string]struct {
		draft Draft
		want  energy.Reading
		flaws []string
	}{
		"an interval": {Draft{Device: plug, At: at, KWh: energy.Known(100 * energy.WattHour), Span: energy.Known(energy.QuarterMs)}, interval, nil},
		"a local time": {
			Draft{Device: plug, At: energy.Read("2026-05-27T07:00:00", energy.ParseWallTime), Power: energy.Known(5 * energy.Watt)},
			energy.Reading{Device: "plug", At: now, Kind: energy.Sample, Power: 5 * energy.Watt, Source: energy.ByDeviceLocal},
			nil,
		},
		"an age":             {Draft{Device: plug, Age: energy.Known(int64(1500)), Register: energy.Known(energy.KilowattHour)}, energy.Reading{Device: "plug", At: now - 1500, Kind: energy.Register, Energy: energy.KilowattHour, Source: energy.ByAge}, nil},
		"reactive energy":    {Draft{Device: energy.Known(energy.DeviceID("q")), At: at, RegisterKVArh: energy.Known(energy.KilowattHour)}, energy.Reading{Device: "q", At: now, Kind: energy.Register, Energy: energy.KilowattHour, Source: energy.ByDevice}, nil},
		"nothing":            {Draft{}, energy.Reading{}, []string{"device_id required", "kwh exactly_one"}},
		"nothing readable":   {Draft{Device: energy.Unreadable[energy.DeviceID](), At: energy.Unreadable[energy.WallTime](), KWh: energy.Unreadable[energy.Energy](), Span: energy.Unreadable[int64]()}, energy.Reading{}, []string{"device_id pattern", "timestamp instant", "kwh number", "interval_s number"}},
		"two quantities":     {Draft{Device: plug, At: at, KWh: energy.Known(energy.Energy(1)), Power: energy.Unreadable[energy.Power]()}, energy.Reading{}, []string{"kwh exactly_one"}},
		"two times":          {Draft{Device: plug, At: at, Age: energy.Unreadable[int64](), Power: energy.Known(energy.Watt)}, energy.Reading{}, []string{"timestamp exactly_one"}},
		"the wrong quantity": {Draft{Device: energy.Known(energy.DeviceID("q")), At: at, KWh: energy.Known(energy.Energy(1))}, energy.Reading{}, []string{"kvarh exactly_one"}},
		"a sampled meter":    {Draft{Device: energy.Known(energy.DeviceID("q")), At: at, KVArh: energy.Known(energy.Energy(1)), Power: energy.Known(energy.Watt)}, energy.Reading{}, []string{"kvarh exactly_one"}},
		"a span of power":    {Draft{Device: plug, At: at, Power: energy.Known(energy.Watt), Span: energy.Known(energy.SecondMs)}, energy.Reading{}, []string{"interval_s together"}},
		"the future":         {Draft{Device: plug, At: energy.Known(energy.WallTimeAt(now.Add(energy.MaxAhead + 1))), Power: energy.Known(energy.Watt)}, energy.Reading{}, []string{"timestamp future"}},
		"an adapter's flaw":  {Draft{Device: plug, At: at, Power: energy.Known(energy.Watt), Flaws: []energy.Flaw{{Field: "kw", Rule: "unknown"}}}, energy.Reading{}, []string{"kw unknown"}},
		"a negative power":   {Draft{Device: plug, At: at, Power: energy.Known(-energy.Watt)}, energy.Reading{Device: "plug", At: now, Kind: energy.Rejected, Source: energy.ByDevice}, []string{"power_w negative"}},
		"too much":           {Draft{Device: plug, At: at, Power: energy.Known(energy.Kilowatt + 1)}, energy.Reading{Device: "plug", At: now, Kind: energy.Rejected, Source: energy.ByDevice}, []string{"power_w impossible_use"}},
	} {
		reading, flaws := draftReader(now).Read(c.draft)
		var named []string
		for _, f := range flaws {
			named = append(named, f.Field+" "+f.Rule)
		}
		require.Equal(t, c.flaws, named, name)
		if c.want != (energy.Reading{}) {
			require.Equal(t, c.want, reading, name)
		}
	}
}

// TestADraftOfAReadingIsRead reads a reading's own draft and gets that reading.
func TestADraftOfAReadingIsRead(t *testing.T) {
	now := energy.InstantOf(time.Date(2026, 5, 27, 12, 0, 0, 0, time.UTC))
	r := draftReader(now)
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]energy.DeviceID{"plug", "q"}).Draw(t, "device")
		device, _ := r.Campus.Device(id)
		want := energy.Reading{
			Device: id, At: now - energy.Instant(rapid.Int64Range(0, energy.DayMs).Draw(t, "ago")), Source: rapid.SampledFrom([]energy.TimeSource{energy.ByDevice, energy.ByBridge, energy.ByArrival}).Draw(t, "source"),
			Kind: rapid.SampledFrom([]energy.Kind{energy.Interval, energy.Register}).Draw(t, "kind"), Energy: energy.Energy(rapid.Int64Range(0, int64(energy.WattHour)).Draw(t, "energy")),
		}
		if want.Kind == energy.Interval {
			want.Span = rapid.Int64Range(energy.QuarterMs, energy.HourMs).Draw(t, "span")
		}
		got, flaws := r.Read(DraftOf(want, device))
		require.Empty(t, flaws)
		require.True(t, got.SameValue(want), "%+v is not %+v", got, want)
		require.Equal(t, want.Source, got.Source)
	})
}

// TestScaledIsWhatIsRead compares scaled numbers with the parsed text of the same number and exponent.
func TestScaledIsWhatIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, exponent := rapid.Int64().Draw(t, "n"), rapid.IntRange(-60, 60).Draw(t, "exponent")
		want, fits := energy.ParseDecimal(strconv.FormatInt(n, 10)+"e"+strconv.Itoa(exponent), 0)
		got, ok := energy.Scaled(n, exponent)
		require.Equal(t, fits, ok)
		if ok {
			require.Equal(t, want, got)
		}
	})
}

func TestFields(t *testing.T) {
	var absent energy.Field[int]
	value, ok := energy.Optional[int](nil).Value()
	require.Equal(t, []any{false, 0, false}, []any{absent.Given(), value, ok})
	unread := energy.Read("x", func(string) (int, error) { return 7, errors.New("no number") })
	value, ok = unread.Value()
	require.Equal(t, []any{energy.Unreadable[int](), true, 0, false}, []any{unread, unread.Given(), value, ok})
	seven := 7
	value, ok = energy.Optional(&seven).Value()
	require.Equal(t, []any{7, true}, []any{value, ok})
}
