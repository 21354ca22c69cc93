package live

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

func ptr[T any](v T) *T { return &v }

// TestEventsAreWrittenAsAnswersAre compares each kind of event with its expected JSON.
func TestEventsAreWrittenAsAnswersAre(t *testing.T) {
	at := energy.InstantOf(time.Date(2026, 5, 27, 4, 0, 0, 5e6, time.UTC))
	interval := energy.Reading{Device: "q-1", At: at, Kind: energy.Interval, Energy: 1_250_000, Span: 900_000, Source: energy.ByDevice}
	register := energy.Reading{Device: "q-1", At: at, Kind: energy.Register, Energy: 12_500_000}
	const identity = `{"device_id":"q-1","timestamp":"2026-05-27T04:00:00.005Z"`
	for _, c := range []struct {
		event            Event
		kind, want       string
		device           energy.DeviceID
		space            energy.SpaceID
		beforeItsInstant bool
	}{
		{ReadingEvent{Reading: interval, Measures: energy.Active}, "reading", identity + `,"kwh":1.25,"interval_s":900,"time_source":"device"}`, "q-1", "", true},
		{ReadingEvent{Reading: interval, Measures: energy.ReactiveInductive}, "reading", identity + `,"kvarh":1.25,"interval_s":900,"time_source":"device"}`, "q-1", "", true},
		{ReadingEvent{Reading: register, Measures: energy.ReactiveCapacitive}, "reading", identity + `,"register_kvarh":12.5}`, "q-1", "", true},
		{CorrectionEvent(ledger.Correction{Key: register.Key(), After: &register}, energy.ReactiveInductive), "reading", identity + `,"register_kvarh":12.5,"corrected":true}`, "q-1", "", true},
		{CorrectionEvent(ledger.Correction{Key: register.Key()}, energy.ReactiveInductive), "reading", identity + `,"withdrawn":true}`, "q-1", "", true},
		{StateEvent{conditions.StateChange{Device: "q-1", At: at, State: conditions.Standby}}, "device_state", `{"device_id":"q-1","state":"standby","timestamp":"2026-05-27T04:00:00.005Z"}`, "q-1", "", false},
		{AmbientEvent{conditions.Ambient{Space: "sp_1", At: at, Temperature: ptr(int64(-1)), CO2: ptr(int64(700))}}, "ambient", `{"space_id":"sp_1","timestamp":"2026-05-27T04:00:00.005Z","temperature_c":-0.001,"co2_ppm":700}`, "", "sp_1", false},
	} {
		data := c.event.AppendJSON(nil)
		require.Equal(t, c.want, string(data))
		require.Equal(t, c.kind, c.event.Kind())
		device, space := c.event.About()
		require.Equal(t, []any{c.device, c.space}, []any{device, space})
		instant, ok := EventInstant(c.event.Kind(), data)
		require.True(t, ok)
		require.Equal(t, c.beforeItsInstant, instant == at-1, c.want)
	}
	_, ok := EventInstant("simulation", []byte(`{"start":"2026-05-27T04:00:00Z"}`))
	require.False(t, ok)
	require.Equal(t, `{"space_id":"sp_1","timestamp":"2026-05-27T04:00:00.005Z","temperature_c":null,"humidity_pct":null,"co2_ppm":null,"occupancy":3,"source":"weather","forecast":true}`,
		string(conditions.Ambient{Space: "sp_1", At: at, Occupancy: ptr(int64(3)), Source: conditions.FromWeather, Forecast: true}.AppendJSON(nil)))
}

// TestOfALongBatchTheLastReadingsAreEvents checks that a long batch has an event for each device's last reading only.
func TestOfALongBatchTheLastReadingsAreEvents(t *testing.T) {
	active := func(energy.DeviceID) ledger.Traits { return ledger.Traits{} }
	batch := make([]energy.Reading, MaxEventsOfBatch)
	for i := range batch {
		batch[i] = energy.Reading{Device: energy.DeviceID(fmt.Sprint("d", i%3)), At: energy.Instant(i)}
	}
	require.Len(t, ReadingEvents(batch, active), MaxEventsOfBatch)
	batch = append(batch, energy.Reading{Device: "d0", At: -1})
	some := ReadingEvents(batch, active)
	require.Len(t, some, 3)
	for i, e := range some {
		require.Equal(t, batch[MaxEventsOfBatch-3:][(i+2)%3], e.Reading)
	}
	require.Len(t, LastEvents(make([]StateEvent, 3)), 3)
	require.Len(t, LastEvents(make([]StateEvent, MaxEventsOfBatch+3)), MaxEventsOfBatch)
}
