package intake_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

func ExampleIntake_Ingest() {
	ctx, tree := context.Background(), energytest.NewSmallCampus()
	refused, err := tree.Intake.Ingest(ctx, energytest.SmallGateway, []intake.Observation{
		{Dialect: "tasmota", Address: "tele/tv", Register: new(5 * energy.KilowattHour), State: conditions.On},
		{Dialect: "tasmota", Address: "tele/new", Name: "Nevera", Power: new(90 * energy.Watt)},
		{Dialect: "holotwin", Device: "nobody", Power: new(90 * energy.Watt)},
	})
	fmt.Println(err, refused)
	discovered, _ := tree.Intake.Discovered(ctx, energytest.SmallManager)
	fmt.Println(discovered[0].Address, "is proposed as", discovered[0].Propose().ID)
	room := energy.SpaceID("games")
	device, booked, _ := tree.Intake.Adopt(ctx, energytest.SmallManager, intake.Adoption{Address: "tele/new", Edit: campus.DeviceEdit{Space: &room}})
	fmt.Println(device.ID, "has", booked, "reading")
	// Output:
	// <nil> [{2 unknown_device []}]
	// tele/new is proposed as nevera
	// nevera has 1 reading
}

// TestIntake ingests one observation of the television, at 10:00, and checks the result.
func TestIntake(t *testing.T) {
	at := energytest.Local("2026-05-26T09:58:00")
	wallTime, err := energy.ParseWallTime("2026-05-26T09:58:00")
	require.NoError(t, err)
	kwh, watts := new(5*energy.KilowattHour), new(90*energy.Watt)
	for _, c := range []struct {
		name string
		sent intake.Observation
		// stored is the reading without its device; zero if none is stored.
		stored energy.Reading
		// reason is the reason for the rejection, outcome the counted outcome.
		reason, outcome string
	}{
		{
			"a register",
			intake.Observation{Register: kwh, At: at, Source: energy.ByDevice},
			energy.Reading{At: at, Kind: energy.Register, Energy: *kwh, Source: energy.ByDevice},
			"", "booked",
		},
		{
			"more than it can have used",
			intake.Observation{Interval: new(5000 * energy.KilowattHour), Span: 5 * energytest.Minute, At: at, Source: energy.ByDevice},
			energy.Reading{},
			"impossible_use", "impossible_use",
		},
		{
			"an interval of a stated length",
			intake.Observation{Interval: new(30 * energy.WattHour), Span: 5 * energytest.Minute, At: at, Source: energy.ByDevice},
			energy.Reading{At: at, Kind: energy.Interval, Energy: 30 * energy.WattHour, Span: 5 * energytest.Minute, Source: energy.ByDevice},
			"", "booked",
		},
		{
			"a power",
			intake.Observation{Power: watts, At: at, Source: energy.ByBridge},
			energy.Reading{At: at, Kind: energy.Sample, Power: *watts, Source: energy.ByBridge},
			"", "booked",
		},
		{"a power beside a counter", intake.Observation{Power: watts, HasCounter: true, At: at, Source: energy.ByDevice}, energy.Reading{}, "", ""},
		{
			"without a time",
			intake.Observation{Power: watts},
			energy.Reading{At: energytest.Local("2026-05-26T10:00:00"), Kind: energy.Sample, Power: *watts, Source: energy.ByArrival},
			"", "booked",
		},
		{
			"of a clock without a zone",
			intake.Observation{Power: watts, LocalTime: wallTime},
			energy.Reading{At: at, Kind: energy.Sample, Power: *watts, Source: energy.ByDeviceLocal},
			"", "booked",
		},
		{"of the future", intake.Observation{Power: watts, At: energytest.Local("2026-05-26T11:00:00"), Source: energy.ByDevice}, energy.Reading{}, "future", "future"},
		{"kept by the broker, of another time", intake.Observation{Power: watts, Retained: true}, energy.Reading{}, "", "repeated"},
		{"a number of which nobody says what it counts", intake.Observation{Plain: energytest.Number("7"), At: at, Source: energy.ByDevice}, energy.Reading{}, "no_unit", "no_unit"},
		{
			"a number of watts",
			intake.Observation{Plain: energytest.Number("90"), Unit: energy.UnitWatt, At: at, Source: energy.ByDevice},
			energy.Reading{At: at, Kind: energy.Sample, Power: *watts, Source: energy.ByDevice},
			"", "booked",
		},
		{"a number of degrees", intake.Observation{Plain: energytest.Number("25"), Unit: energy.UnitCelsius, At: at, Source: energy.ByDevice}, energy.Reading{}, "", ""},
		{"a state", intake.Observation{State: conditions.On}, energy.Reading{}, "", "news"},
	} {
		t.Run(c.name, func(t *testing.T) {
			campus := energytest.NewSmallCampus()
			c.sent.Dialect, c.sent.Address = "tasmota", "tele/tv"
			refused, err := campus.Intake.Ingest(context.Background(), energytest.SmallGateway, []intake.Observation{c.sent})
			require.NoError(t, err)
			reason := ""
			for _, r := range refused {
				reason = r.Reason
			}
			require.Equal(t, c.reason, reason)
			var stored energy.Reading
			for _, r := range campus.Readings(t, "tv") {
				stored, stored.Device = r, ""
			}
			require.Equal(t, c.stored, stored)
			want := map[string]int{c.outcome: 1}
			if c.outcome == "" {
				want = map[string]int{}
			}
			require.Equal(t, want, campus.Outcomes)
		})
	}
}

// TestWhoMaySpeakForADevice rejects what a key may not report, and stores the rejected message.
func TestWhoMaySpeakForADevice(t *testing.T) {
	for name, c := range map[string]struct {
		caller energy.Caller
		reason string
	}{
		"a key of all devices":      {energytest.SmallGateway, ""},
		"a key of the device":       {energy.Caller{Subject: "k", Role: energy.Gateway, Devices: []energy.DeviceID{"tv"}}, ""},
		"a key of its room":         {energy.Caller{Subject: "k", Role: energy.Gateway, Space: "games"}, ""},
		"a key of another device":   {energy.Caller{Subject: "k", Role: energy.Gateway, Devices: []energy.DeviceID{"ac"}}, "not_allowed"},
		"a key of another room":     {energy.Caller{Subject: "k", Role: energy.Gateway, Space: "office"}, "not_allowed"},
		"a key of nothing any more": {energy.Caller{Subject: "k", Role: energy.Gateway}, "not_allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, campus := context.Background(), energytest.NewSmallCampus()
			refused, err := campus.Intake.Ingest(ctx, c.caller, []intake.Observation{{Dialect: "holotwin", Device: "tv", Power: new(90 * energy.Watt)}})
			require.NoError(t, err)
			rejected, err := campus.Intake.RejectedMessages(ctx, energytest.SmallManager, 10)
			require.NoError(t, err)
			if c.reason == "" {
				require.Empty(t, refused)
				require.Empty(t, rejected)
				require.Len(t, campus.Readings(t, "tv"), 1)
				return
			}
			require.Equal(t, c.reason, refused[0].Reason)
			require.Equal(t, []string{c.reason, c.caller.Subject}, []string{rejected[0].Reason, rejected[0].Subject})
			require.Empty(t, campus.Readings(t, "tv"))
		})
	}
	_, err := energytest.NewSmallCampus().Intake.Ingest(context.Background(), energy.Caller{Role: energy.Viewer}, nil)
	require.ErrorAs(t, err, &energy.ErrForbidden{})
}

// TestSendingAgainCountsOnce ingests observations, some without a timestamp, and retries with the same slice, as after an error.
func TestSendingAgainCountsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, campus := context.Background(), energytest.NewSmallCampus()
		sent := make([]intake.Observation, rapid.IntRange(1, 10).Draw(t, "n"))
		for i := range sent {
			sent[i] = intake.Observation{
				Dialect: "tasmota", Address: rapid.SampledFrom([]string{"tele/tv", "tele/ac", "tele/new"}).Draw(t, "address"),
				Power: new(energy.Power(rapid.IntRange(0, 1000).Draw(t, "power")) * energy.Watt),
			}
			if rapid.Bool().Draw(t, "timed") {
				sent[i].At, sent[i].Source = campus.Clock.At.Add(-int64(i+1)*energytest.Minute), energy.ByDevice
			}
		}
		stored := func() (all int) {
			for _, device := range []energy.DeviceID{"tv", "ac"} {
				all += len(campus.Readings(t, device))
			}
			discovered, err := campus.Store.Discovered(ctx)
			require.NoError(t, err)
			for _, n := range discovered {
				all += int(n.Held)
			}
			return all
		}
		for range rapid.IntRange(1, 3).Draw(t, "times") {
			refused, err := campus.Intake.Ingest(ctx, energytest.SmallGateway, sent)
			require.NoError(t, err)
			require.Empty(t, refused)
			require.Equal(t, len(sent), stored(), "each is stored once")
			campus.Clock.At = campus.Clock.At.Add(energytest.Minute)
		}
	})
}
