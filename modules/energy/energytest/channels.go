package energytest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// channels stores data from the only channel of a device that is registered by the address of the whole, and from no channel of
// one that has two.
func (d *intakeFixture) channels(t *testing.T) {
	ctx := context.Background()
	say := func(address string, kwh int) {
		t.Helper()
		d.clock.now = d.clock.now.Add(3_600_000)
		d.ingest(t, intake.Observation{Dialect: "shelly-gen2", Address: address, Register: counter(energy.Energy(kwh) * energy.KilowattHour)})
	}
	waits := func() (addresses []string) {
		t.Helper()
		all, err := d.intake.Discovered(ctx, manager)
		require.NoError(t, err)
		for _, n := range all {
			if len(n.Address) > 3 && n.Address[:3] == "ch-" {
				addresses = append(addresses, n.Address)
			}
		}
		return addresses
	}
	say("ch-a/switch:0", 1)
	require.Equal(t, []string{"ch-a/switch:0"}, waits())
	d.device(t, "ch-a", "ch-a")
	require.Empty(t, waits(), "its only channel waits no more")
	say("ch-a/switch:0", 2)
	d.ingest(t, intake.Observation{Dialect: "shelly-gen2", Address: "ch-a/input:0", State: conditions.On})
	require.NoError(t, d.intake.SettleAll(ctx))
	require.Equal(t, energy.KilowattHour, Total(t, d.store, "ch-a"), "what it sent before it was registered counts")
	say("ch-a/switch:0", 3)
	require.Equal(t, 2*energy.KilowattHour, Total(t, d.store, "ch-a"))

	d.restart(d.store, d.zone)
	say("ch-a/switch:1", 500)
	say("ch-a/switch:1", 501)
	say("ch-a/switch:0", 4)
	require.NoError(t, d.intake.SettleAll(ctx))
	require.Equal(t, 2*energy.KilowattHour, Total(t, d.store, "ch-a"), "two are never added up, after a restart neither")
	require.ElementsMatch(t, []string{"ch-a/switch:0", "ch-a/switch:1"}, waits())
	d.device(t, "ch-b", "ch-a/switch:1")
	require.NoError(t, d.intake.SettleAll(ctx))
	say("ch-a/switch:0", 6)
	require.NoError(t, d.intake.SettleAll(ctx))
	require.Equal(t, []energy.Energy{5 * energy.KilowattHour, energy.KilowattHour}, []energy.Energy{Total(t, d.store, "ch-a"), Total(t, d.store, "ch-b")},
		"the other one is a device of its own")
	require.Empty(t, waits())

	d.device(t, "ch-c", "ch-c")
	d.clock.now = d.clock.now.Add(3_600_000)
	d.ingest(t,
		intake.Observation{Dialect: "shelly-gen2", Address: "ch-c/em1:0", Register: counter(energy.KilowattHour)},
		intake.Observation{Dialect: "shelly-gen2", Address: "ch-c/em1:1", Register: counter(2 * energy.KilowattHour)},
		intake.Observation{Dialect: "shelly-gen2", Address: "ch-c/switch:0", State: conditions.On},
	)
	require.Empty(t, d.readings(t, "ch-c"), "of two in one message neither is it")
	require.ElementsMatch(t, []string{"ch-c/em1:0", "ch-c/em1:1"}, waits())

	d.device(t, "ch-d", "shellies/ch-d")
	d.ingest(t, intake.Observation{Dialect: "shelly-gen1", Address: "shellies/ch-d/relay/0", Register: counter(energy.KilowattHour)})
	require.Len(t, d.readings(t, "ch-d"), 1)
	d.device(t, "ch-e", "zigbee2mqtt")
	d.ingest(t, intake.Observation{Dialect: "zigbee2mqtt", Address: "zigbee2mqtt/x:1", Register: counter(energy.KilowattHour)})
	require.Empty(t, d.readings(t, "ch-e"), "other makes have no channels below a device")
}

// savedChannels keeps Measures of a channel, whatever the channel sends later.
func (d *intakeFixture) savedChannels(t *testing.T) {
	ctx := context.Background()
	saved, err := d.store.SavedChannels(ctx)
	require.NoError(t, err)
	require.Contains(t, saved, intake.Channel{Device: "ch-a", Address: "ch-a/switch:1", Measures: true})
	require.NoError(t, d.store.SaveChannels(ctx, []intake.Channel{{Device: "ch-a", Address: "ch-a/switch:1"}, {Device: "ch-z", Address: "z"}}))
	require.NoError(t, d.store.SaveChannels(ctx, []intake.Channel{{Device: "ch-z", Address: "z", Measures: true}}))
	saved, err = d.store.SavedChannels(ctx)
	require.NoError(t, err)
	require.Contains(t, saved, intake.Channel{Device: "ch-a", Address: "ch-a/switch:1", Measures: true}, "one that measured does so for ever")
	require.Contains(t, saved, intake.Channel{Device: "ch-z", Address: "z", Measures: true})
}
