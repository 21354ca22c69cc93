package energytest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// eachMessageCounts stores messages without a timestamp as often as they arrive, together and alone, and once if they are
// retried.
func (d *intakeFixture) eachMessageCounts(t *testing.T) {
	ctx := context.Background()
	d.device(t, "each", "holotwin/each")
	const wattHours = 10
	say := func() intake.Observation {
		return intake.Observation{Dialect: "holotwin", Device: "each", Interval: counter(wattHours * energy.WattHour)}
	}
	var burst []intake.Observation
	for range 40 {
		burst = append(burst, say())
	}
	for range 3 { // as after a failure that came after the commit
		_, err := d.intake.Ingest(ctx, gateway, burst)
		require.NoError(t, err)
	}
	require.Equal(t, 40*wattHours*energy.WattHour, Total(t, d.store, "each"))
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			if _, err := d.intake.Ingest(ctx, gateway, []intake.Observation{say()}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	d.restart(d.store, d.zone) // another process, or this one after a restart, with the same clock
	d.ingestNow(t, burst[:0], say(), say())
	require.Equal(t, 82*wattHours*energy.WattHour, Total(t, d.store, "each"))
	arrived := say()
	arrived.Arrived = d.clock.now.Add(-3_600_000)
	d.ingestNow(t, nil, arrived)
	all := d.readings(t, "each")
	require.Len(t, all, 83)
	require.Equal(t, arrived.Arrived, all[0].At, "when it came, not when it is taken")
}

// ingestNow ingests observations without moving the clock.
func (d *intakeFixture) ingestNow(t *testing.T, sent []intake.Observation, more ...intake.Observation) {
	t.Helper()
	_, err := d.intake.Ingest(context.Background(), gateway, append(sent, more...))
	require.NoError(t, err)
}

// sameInstant keeps states and ambient values of one instant in order.
func (d *intakeFixture) sameInstant(t *testing.T) {
	ctx := context.Background()
	d.device(t, "switch", "tele/switch")
	d.device(t, "other", "tele/other")
	cold, warm, at := int64(20_000), int64(21_000), d.clock.now.Add(-60_000)
	say := func(device energy.DeviceID, state conditions.State, sensed *int64, at energy.Instant) intake.Observation {
		return intake.Observation{Dialect: "holotwin", Device: device, State: state, Temperature: sensed, At: at, Source: energy.ByDevice}
	}
	for range 2 {
		refused, err := d.intake.Ingest(ctx, gateway, []intake.Observation{say("switch", conditions.On, &cold, at), say("switch", conditions.Off, nil, at), say("other", "", &warm, at)})
		require.NoError(t, err)
		require.Empty(t, refused)
	}
	changes, err := d.store.StatesBetween(ctx, "switch", at, at+1000, -1, 10)
	require.NoError(t, err)
	require.Equal(t, []conditions.StateChange{{Device: "switch", At: at, State: conditions.On}, {Device: "switch", At: at + 1, State: conditions.Off}}, changes)
	sensed, err := d.store.AmbientBetween(ctx, []energy.SpaceID{d.room}, at, at+1000, conditions.AmbientKey{}, 10)
	require.NoError(t, err)
	require.Len(t, sensed, 2)
	require.Equal(t, []int64{cold, warm}, []int64{*sensed[0].Temperature, *sensed[1].Temperature})
	d.ingestNow(t, nil, intake.Observation{Device: "switch", State: conditions.On}, intake.Observation{Device: "switch", State: conditions.Off}, intake.Observation{Device: "switch", State: conditions.On})
	last, err := d.store.LatestStates(ctx, []energy.DeviceID{"switch"}, d.clock.now.Add(1000))
	require.NoError(t, err)
	require.Equal(t, conditions.On, last["switch"].State)
}

// building creates another building of the campus, with a room.
func (d *intakeFixture) building(t *testing.T, name string) (building, room energy.SpaceID) {
	t.Helper()
	ctx := context.Background()
	kind, parent := campus.KindBuilding, d.site
	made, err := d.catalog.CreateSpace(ctx, manager, campus.SpaceEdit{Name: &name, Kind: &kind, Parent: &parent})
	require.NoError(t, err)
	kind = campus.KindRoom
	inside, err := d.catalog.CreateSpace(ctx, manager, campus.SpaceEdit{Name: &name, Kind: &kind, Parent: &made.ID})
	require.NoError(t, err)
	return made.ID, inside.ID
}

// twoAtOneAddress keeps apart what keys of two buildings send from one address.
func (d *intakeFixture) twoAtOneAddress(t *testing.T) {
	ctx := context.Background()
	const address = "zigbee2mqtt/x"
	a, roomA := d.building(t, "A")
	b, roomB := d.building(t, "B")
	say := func(space energy.SpaceID, count energy.Energy) {
		d.clock.now = d.clock.now.Add(60_000)
		_, err := d.intake.Ingest(ctx, energy.Caller{Subject: "key of " + string(space), Role: energy.Gateway, Space: space}, []intake.Observation{{Dialect: "zigbee2mqtt", Address: address, Register: counter(count)}})
		require.NoError(t, err)
	}
	say(a, 1000)
	say(b, 500_000)
	say(a, 3000)
	say(b, 700_000)
	managers := map[energy.SpaceID]energy.Caller{}
	for _, space := range []energy.SpaceID{a, b} {
		managers[space] = energy.Caller{Subject: "m", Role: energy.Manager, Space: space}
		seen, err := d.intake.Discovered(ctx, managers[space])
		require.NoError(t, err)
		require.Len(t, seen, 1)
		require.Equal(t, []any{space, int64(2), int64(2)}, []any{seen[0].Space, seen[0].Messages, seen[0].Held})
	}
	device, counted, err := d.intake.Adopt(ctx, managers[b], intake.Adoption{Address: address, ID: "of-b", Edit: campus.DeviceEdit{Space: &roomB}})
	require.NoError(t, err)
	require.Equal(t, []any{2, energy.Energy(200_000)}, []any{counted, Total(t, d.store, device.ID)}, "its own alone")

	// Messages with the key of A are not from the device of B: they stay buffered for A.
	say(a, 7000)
	require.NoError(t, d.intake.SettleAll(ctx))
	require.Len(t, d.readings(t, "of-b"), 2)
	seen, err := d.intake.Discovered(ctx, managers[a])
	require.NoError(t, err)
	require.Equal(t, int64(3), seen[0].Held)
	_, _, err = d.intake.Adopt(ctx, managers[a], intake.Adoption{Address: address, ID: "of-a", Edit: campus.DeviceEdit{Space: &roomA}})
	require.ErrorAs(t, err, &energy.ErrInvalid{}, "the address is taken")

	// A caller that may see both adopts the one whose space contains the device, or the one that is named.
	const second = "zigbee2mqtt/y"
	for _, space := range []energy.SpaceID{a, b, ""} {
		d.clock.now = d.clock.now.Add(1000)
		_, err := d.intake.Ingest(ctx, energy.Caller{Subject: "key", Role: energy.Gateway, Space: space}, []intake.Observation{{Address: second, Register: counter(1)}})
		require.NoError(t, err)
	}
	_, counted, err = d.intake.Adopt(ctx, manager, intake.Adoption{Address: second, ID: "second", Edit: campus.DeviceEdit{Space: &roomA}})
	require.NoError(t, err)
	require.Equal(t, 1, counted)
	left, err := d.intake.Discovered(ctx, manager)
	require.NoError(t, err)
	for _, n := range left {
		require.False(t, n.Address == second && n.Space == a)
	}
	// A key limited to devices of A discovers in A.
	_, err = d.intake.Ingest(ctx, energy.Caller{Subject: "own", Role: energy.Gateway, Devices: []energy.DeviceID{"second"}}, []intake.Observation{{Address: "zigbee2mqtt/z", Register: counter(1)}})
	require.NoError(t, err)
	n, _ := d.discoveredAt(t, "zigbee2mqtt/z")
	require.Equal(t, roomA, n.Space)
	none := energy.SpaceID("")
	require.NoError(t, d.intake.Ignore(ctx, manager, address, &a))
	require.ErrorAs(t, d.intake.Ignore(ctx, managers[b], address, &a), &energy.ErrNotFound{})
	require.ErrorAs(t, d.intake.Ignore(ctx, manager, address, &none), &energy.ErrNotFound{})
}

// adoptedWhileSending adopts a discovered device while it sends, out of order, over several connections and to several processes;
// every reading is stored once.
func (d *intakeFixture) adoptedWhileSending(t *testing.T) {
	ctx := context.Background()
	const address, senders, each = "zigbee2mqtt/talker", 4, 60
	begun := d.clock.now.Add(-3_600_000)
	d.ingestNow(t, nil, intake.Observation{Dialect: "x", Address: address, At: begun, Source: energy.ByDevice, Interval: counter(1000), Span: 1000})
	others := []*intake.Intake{d.intake, d.otherProcess()} // one of another process, which learns late of the adoption
	_, err := others[1].Discovered(ctx, manager)
	require.NoError(t, err)
	var wait sync.WaitGroup
	for s := range senders {
		wait.Go(func() {
			for i := range each {
				n := each - i // newest first
				if s%2 == 0 {
					n = i + 1
				}
				at := begun.Add(int64(n*senders+s) * 1000)
				o := intake.Observation{Dialect: "x", Address: address, At: at, Source: energy.ByDevice, Interval: counter(1000), Span: 1000}
				if _, err := others[s/2%2].Ingest(ctx, gateway, []intake.Observation{o}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	_, _, err = d.intake.Adopt(ctx, manager, intake.Adoption{Address: address, ID: "talker", Edit: campus.DeviceEdit{Space: &d.room}})
	require.NoError(t, err)
	for range 2 {
		wait.Go(func() {
			if err := others[1].SettleAll(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	require.NoError(t, d.intake.SettleAll(ctx))
	require.Equal(t, senders*each+1, len(d.readings(t, "talker")))
	require.Equal(t, energy.Energy(1000*(senders*each+1)), Total(t, d.store, "talker"))
	_, found := d.discoveredAt(t, address)
	require.False(t, found)
}

// discoveredAt returns the discovered device at an address.
func (d *intakeFixture) discoveredAt(t *testing.T, address string) (intake.DiscoveredDevice, bool) {
	t.Helper()
	all, err := d.store.Discovered(context.Background())
	require.NoError(t, err)
	for _, n := range all {
		if n.Address == address {
			return n, true
		}
	}
	return intake.DiscoveredDevice{}, false
}

// adoptedInPart reports which buffered measurements cannot be stored, and keeps those that have no unit yet.
func (d *intakeFixture) adoptedInPart(t *testing.T) {
	ctx := context.Background()
	at := d.clock.now.Add(-60_000)
	say := func(address string, e energy.Energy, at energy.Instant) intake.Observation {
		return intake.Observation{Dialect: "x", Address: address, At: at, Source: energy.ByDevice, Interval: counter(e), Span: 1000}
	}
	d.ingestNow(t, nil, say("p/1", 1000, at), say("p/1", 1000, at), say("p/1", 2000, at), say("p/1", 1000, 5), say("p/1", 1000, at+1000), say("p/1", 1<<50, at+2000),
		intake.Observation{Dialect: "x", Address: "p/1", Interval: counter(1000)}, intake.Observation{Dialect: "x", Address: "p/1", Interval: counter(1000)})
	before := d.letterCount(t)
	_, counted, err := d.intake.Adopt(ctx, manager, intake.Adoption{Address: "p/1", ID: "part", Edit: campus.DeviceEdit{Space: &d.room}})
	require.NoError(t, err)
	require.Equal(t, 5, counted, "one of 1970 is of when it came")
	require.Equal(t, energy.Energy(5000), Total(t, d.store, "part"))
	require.Equal(t, before+2, d.letterCount(t), "another value of an instant, and what nothing can use")

	d.ingestNow(t, nil, intake.Observation{Dialect: "x", Address: "p/lux", Plain: Number("3")}, intake.Observation{Dialect: "x", Address: "p/lux", Plain: Number("5")})
	_, counted, err = d.intake.Adopt(ctx, manager, intake.Adoption{Address: "p/lux", ID: "lux", Edit: campus.DeviceEdit{Space: &d.room}})
	require.NoError(t, err)
	require.Zero(t, counted)
	n, found := d.discoveredAt(t, "p/lux")
	require.True(t, found && n.Held == 2, "its numbers have no unit")
	_, err = d.catalog.UpdateDevice(ctx, manager, "lux", campus.DeviceEdit{Plain: &campus.PlainNumber{Unit: energy.UnitKilowattHour}})
	require.NoError(t, err)
	require.NoError(t, d.intake.SettleAll(ctx))
	require.Len(t, d.readings(t, "lux"), 2)
}

func (d *intakeFixture) letterCount(t *testing.T) int {
	t.Helper()
	all, err := d.store.RejectedMessages(context.Background(), 2*intake.MaxRejected)
	require.NoError(t, err)
	return len(all)
}

// inboxBounds rejects what exceeds a key's limits, and does not affect other keys.
func (d *intakeFixture) inboxBounds(t *testing.T) {
	ctx := context.Background()
	a, _ := d.building(t, "C")
	own := energy.Caller{Subject: "quiet key", Role: energy.Gateway, Space: a}
	_, err := d.intake.Ingest(ctx, own, []intake.Observation{{Address: "quiet", Register: counter(1)}})
	require.NoError(t, err)
	loud := energy.Caller{Subject: "loud key", Role: energy.Gateway, AllDevices: true}
	var many []intake.Observation
	for i := range intake.MaxDiscoveredOfKey {
		o := intake.Observation{Address: fmt.Sprintf("loud/%04d", i), Register: counter(1)}
		if i == 3 {
			o.Register, o.State = nil, conditions.On
		}
		many = append(many, o)
	}
	_, err = d.intake.Ingest(ctx, loud, many)
	require.NoError(t, err)
	d.clock.now = d.clock.now.Add(1000)
	say := func(caller energy.Caller, address string) error {
		_, err := d.intake.Ingest(ctx, caller, []intake.Observation{{Address: address, Register: counter(1)}})
		return err
	}
	require.NoError(t, say(loud, "loud/one more"), "what keeps nothing makes room")
	_, found := d.discoveredAt(t, "loud/0003")
	require.False(t, found)
	var full intake.ErrInboxFull
	require.ErrorAs(t, say(loud, "loud/too many"), &full)
	require.Equal(t, []any{"newcomers_of_key", intake.MaxDiscoveredOfKey}, []any{full.Bound, full.Max})
	require.NoError(t, say(own, "another quiet one"))
	n, found := d.discoveredAt(t, "quiet")
	require.True(t, found && n.Held == 1)
	d.device(t, "known", "known")
	_, err = d.intake.Ingest(ctx, loud, []intake.Observation{{Device: "known", Interval: counter(7)}, {Address: "loud/too many", Register: counter(1)}})
	require.ErrorAs(t, err, &full)
	require.Empty(t, d.readings(t, "known"), "nothing of what must be sent again is stored")
	refused, err := d.intake.IngestForwarded(ctx, loud, []intake.Observation{{Device: "known", Interval: counter(7)}, {Address: "loud/too many", Register: counter(1)}})
	require.NoError(t, err)
	require.Equal(t, []intake.Rejection{{Observation: 1, Reason: "inbox_full"}}, refused)
	require.Len(t, d.readings(t, "known"), 1)
	d.boundOfMeasures(t)
}

// boundOfMeasures rejects and counts the measurements of a discovered device above its limit.
func (d *intakeFixture) boundOfMeasures(t *testing.T) {
	ctx := context.Background()
	one := intake.Discovery{DiscoveredDevice: intake.DiscoveredDevice{Address: "talkative", Subject: "talkative key", LastSeen: d.clock.now, Messages: 1, Measured: intake.SendsRegister}}
	var many []intake.Discovery
	for i := range intake.MaxBuffered {
		s := one
		s.Buffered = &intake.BufferedMeasurement{At: d.clock.now.Add(int64(i)), Source: energy.ByDevice, Kind: energy.Register, Energy: energy.Energy(i)}
		many = append(many, s)
	}
	for len(many) > 0 { // a transaction has a time limit
		some := many[:min(len(many), 2000)]
		_, err := d.store.StoreDiscoveries(ctx, some, false)
		require.NoError(t, err)
		many = many[len(some):]
	}
	one.Buffered = &intake.BufferedMeasurement{At: d.clock.now.Add(intake.MaxBuffered), Source: energy.ByDevice, Kind: energy.Register, Energy: intake.MaxBuffered}
	_, err := d.store.StoreDiscoveries(ctx, []intake.Discovery{one}, false)
	var full intake.ErrInboxFull
	require.ErrorAs(t, err, &full)
	require.Equal(t, "kept", full.Bound)
	refused, err := d.store.StoreDiscoveries(ctx, []intake.Discovery{one}, true)
	require.NoError(t, err)
	require.Equal(t, []int{0}, refused)
	n, _ := d.discoveredAt(t, "talkative")
	require.Equal(t, []int64{intake.MaxBuffered, 2}, []int64{n.Held, n.Refused})
}

// rejectedBounds removes a key's oldest rejected messages at its limit, and those of the key with the most at the total limit.
func (d *intakeFixture) rejectedBounds(t *testing.T) {
	ctx := context.Background()
	send := func(key string, n int) {
		d.clock.now = d.clock.now.Add(1000)
		var rejected []intake.RejectedMessage
		for i := range n {
			rejected = append(rejected, intake.RejectedMessage{Dialect: "x", Topic: fmt.Sprint(i), Reason: "bound"})
		}
		require.NoError(t, d.intake.RecordRejected(ctx, energy.Caller{Subject: key}, rejected))
	}
	of := func() map[string]int {
		all, err := d.store.RejectedMessages(ctx, 10*intake.MaxRejected)
		require.NoError(t, err)
		n := make(map[string]int)
		for _, l := range all {
			n[l.Subject]++
		}
		return n
	}
	send("careful", 2)
	send("careless", intake.MaxRejectedOfKey+1100)
	require.Equal(t, []int{2, intake.MaxRejectedOfKey}, []int{of()["careful"], of()["careless"]})
	for i := range 2 * intake.MaxRejected / intake.MaxRejectedOfKey {
		send(fmt.Sprint("careless ", i), intake.MaxRejectedOfKey)
	}
	all, total := of(), 0
	for _, n := range all {
		total += n
	}
	require.LessOrEqual(t, total, intake.MaxRejected)
	require.Greater(t, total, intake.MaxRejected*9/10)
	require.Equal(t, 2, all["careful"])
}

// purged removes old entries, and returns those with buffered measurements.
func (d *intakeFixture) purged(t *testing.T) {
	ctx := context.Background()
	const day = 24 * 3_600_000
	_, err := d.intake.Purge(ctx)
	require.NoError(t, err)
	d.ingestNow(t, nil, intake.Observation{Address: "mute", State: conditions.On}, intake.Observation{Address: "holder", Register: counter(1)})
	d.clock.now = d.clock.now.Add(31 * day)
	d.ingestNow(t, nil, intake.Observation{Address: "young", State: conditions.On})
	held, err := d.intake.Purge(ctx)
	require.NoError(t, err)
	require.Empty(t, held)
	_, mute := d.discoveredAt(t, "mute")
	_, young := d.discoveredAt(t, "young")
	require.Equal(t, []bool{false, true}, []bool{mute, young})
	d.clock.now = d.clock.now.Add(150 * day)
	held, err = d.intake.Purge(ctx)
	require.NoError(t, err)
	returned := false
	for _, n := range held {
		returned = returned || (n.Address == "holder" && n.Held == 1)
	}
	require.True(t, returned)
	require.Zero(t, d.letterCount(t))
}
