package energy

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// draftReader reads drafts of a campus with one plug of 1 kW and one meter of reactive energy, in Bogotá.
func draftReader(now Instant) reader {
	zone := time.FixedZone("-05", -5*3600)
	campus := NewCampus(1, []Space{{ID: "site", Kind: KindSite, TimeZone: "America/Bogota"}}, []Device{
		{ID: "plug", Space: "site", Rated: Kilowatt}, {ID: "q", Space: "site", Kind: KindMeter, Measures: ReactiveInductive},
	}, zone)
	return reader{campus: campus, caller: Caller{Role: Admin}, now: now, zone: zone, arrived: func(_ DeviceID, at Instant) Instant { return at }}
}

// TestDrafts names all that is wrong with a draft, in the order of its fields, and reads the others.
func TestDrafts(t *testing.T) {
	now := InstantOf(time.Date(2026, 5, 27, 12, 0, 0, 0, time.UTC))
	plug, at := Known(DeviceID("plug")), Known(WallTimeAt(now))
	interval := Reading{Device: "plug", At: now, Kind: Interval, Energy: 100 * WattHour, Span: quarterMs, Source: ByDevice}
	for name, c := range map[string]struct {
		draft Draft
		want  Reading
		flaws []string
	}{
		"an interval": {Draft{Device: plug, At: at, KWh: Known(100 * WattHour), Span: Known(quarterMs)}, interval, nil},
		"a local time": {
			Draft{Device: plug, At: Read("2026-05-27T07:00:00", ParseWallTime), Power: Known(5 * Watt)},
			Reading{Device: "plug", At: now, Kind: Sample, Power: 5 * Watt, Source: ByDeviceLocal},
			nil,
		},
		"an age":             {Draft{Device: plug, Age: Known(int64(1500)), Register: Known(KilowattHour)}, Reading{Device: "plug", At: now - 1500, Kind: Register, Energy: KilowattHour, Source: ByAge}, nil},
		"reactive energy":    {Draft{Device: Known(DeviceID("q")), At: at, RegisterKVArh: Known(KilowattHour)}, Reading{Device: "q", At: now, Kind: Register, Energy: KilowattHour, Source: ByDevice}, nil},
		"nothing":            {Draft{}, Reading{}, []string{"device_id required", "kwh exactly_one"}},
		"nothing readable":   {Draft{Device: Unreadable[DeviceID](), At: Unreadable[WallTime](), KWh: Unreadable[Energy](), Span: Unreadable[int64]()}, Reading{}, []string{"device_id pattern", "timestamp instant", "kwh number", "interval_s number"}},
		"two quantities":     {Draft{Device: plug, At: at, KWh: Known(Energy(1)), Power: Unreadable[Power]()}, Reading{}, []string{"kwh exactly_one"}},
		"two times":          {Draft{Device: plug, At: at, Age: Unreadable[int64](), Power: Known(Watt)}, Reading{}, []string{"timestamp exactly_one"}},
		"another's words":    {Draft{Device: Known(DeviceID("q")), At: at, KWh: Known(Energy(1))}, Reading{}, []string{"kvarh exactly_one"}},
		"a sampled meter":    {Draft{Device: Known(DeviceID("q")), At: at, KVArh: Known(Energy(1)), Power: Known(Watt)}, Reading{}, []string{"kvarh exactly_one"}},
		"a span of power":    {Draft{Device: plug, At: at, Power: Known(Watt), Span: Known(secondMs)}, Reading{}, []string{"interval_s together"}},
		"the future":         {Draft{Device: plug, At: Known(WallTimeAt(now.Add(maxAhead + 1))), Power: Known(Watt)}, Reading{}, []string{"timestamp future"}},
		"what was found":     {Draft{Device: plug, At: at, Power: Known(Watt), Flaws: []Flaw{{Field: "kw", Rule: "unknown"}}}, Reading{}, []string{"kw unknown"}},
		"what is given back": {Draft{Device: plug, At: at, Power: Known(-Watt)}, Reading{Device: "plug", At: now, Kind: Refused, Source: ByDevice}, []string{"power_w negative"}},
		"too much":           {Draft{Device: plug, At: at, Power: Known(Kilowatt + 1)}, Reading{Device: "plug", At: now, Kind: Refused, Source: ByDevice}, []string{"power_w impossible_use"}},
	} {
		reading, flaws := draftReader(now).read(c.draft)
		var named []string
		for _, f := range flaws {
			named = append(named, f.Field+" "+f.Rule)
		}
		require.Equal(t, c.flaws, named, name)
		if c.want != (Reading{}) {
			require.Equal(t, c.want, reading, name)
		}
	}
}

// TestADraftOfAReadingIsRead reads a reading's own draft as that reading.
func TestADraftOfAReadingIsRead(t *testing.T) {
	now := InstantOf(time.Date(2026, 5, 27, 12, 0, 0, 0, time.UTC))
	r := draftReader(now)
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]DeviceID{"plug", "q"}).Draw(t, "device")
		device, _ := r.campus.Device(id)
		want := Reading{
			Device: id, At: now - Instant(rapid.Int64Range(0, dayMs).Draw(t, "ago")), Source: rapid.SampledFrom([]TimeSource{ByDevice, ByBridge, ByArrival}).Draw(t, "source"),
			Kind: rapid.SampledFrom([]Kind{Interval, Register}).Draw(t, "kind"), Energy: Energy(rapid.Int64Range(0, int64(WattHour)).Draw(t, "energy")),
		}
		if want.Kind == Interval {
			want.Span = rapid.Int64Range(quarterMs, hourMs).Draw(t, "span")
		}
		got, flaws := r.read(DraftOf(want, device))
		require.Empty(t, flaws)
		require.True(t, got.Same(want), "%+v is not %+v", got, want)
		require.Equal(t, want.Source, got.Source)
	})
}

// TestScaledIsWhatIsRead scales numbers as the text with their exponent is read.
func TestScaledIsWhatIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, exponent := rapid.Int64().Draw(t, "n"), rapid.IntRange(-60, 60).Draw(t, "exponent")
		want, fits := parseDecimal(strconv.FormatInt(n, 10)+"e"+strconv.Itoa(exponent), 0)
		got, ok := Scaled(n, exponent)
		require.Equal(t, fits, ok)
		if ok {
			require.Equal(t, want, got)
		}
	})
}

func TestFields(t *testing.T) {
	var absent Field[int]
	value, ok := Optional[int](nil).Value()
	require.Equal(t, []any{false, 0, false}, []any{absent.Given(), value, ok})
	unread := Read("x", func(string) (int, error) { return 7, errors.New("no number") })
	value, ok = unread.Value()
	require.Equal(t, []any{Unreadable[int](), true, 0, false}, []any{unread, unread.Given(), value, ok})
	seven := 7
	value, ok = Optional(&seven).Value()
	require.Equal(t, []any{7, true}, []any{value, ok})
}
