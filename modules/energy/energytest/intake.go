package energytest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// IntakeStore is everything that an Intake needs of a store.
type IntakeStore interface {
	ledger.Readings
	campus.CatalogStore
	conditions.States
	conditions.AmbientReadings
	conditions.LatestValues
	intake.Inbox
	conditions.WeatherRecords
	intake.Heartbeats
	intake.Channels
}

// RunIntake checks an empty store with messages in several dialects.
func RunIntake(t *testing.T, store IntakeStore) {
	d := newDesk(t, store)
	t.Run("known devices", d.knownDevices)
	t.Run("repeated registers", d.repeatedRegisters)
	t.Run("rejected", d.rejected)
	t.Run("discovered devices", d.discovered)
	t.Run("plain numbers", d.plainNumbers)
	t.Run("each message counts", d.eachMessageCounts)
	t.Run("states and ambient values of one instant", d.sameInstant)
	t.Run("one address under two keys", d.twoAtOneAddress)
	t.Run("adopted while it sends", d.adoptedWhileSending)
	t.Run("what cannot be stored", d.adoptedInPart)
	t.Run("bounds of rejected messages", d.rejectedBounds)
	t.Run("purged", d.purged)
	t.Run("a bound is a key's own", d.inboxBounds)
	t.Run("heartbeats", d.heartbeats)
	t.Run("channels of a device", d.channels)
	t.Run("saved channels", d.savedChannels)
}

// movableClock is a clock that a test moves.
type movableClock struct{ now energy.Instant }

func (c *movableClock) Now() energy.Instant { return c.now }

// outcomeCounter counts outcomes.
type outcomeCounter struct {
	mu sync.Mutex
	of map[string]int
}

// Count counts an outcome.
func (c *outcomeCounter) Count(_, outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of[outcome]++
}

// intakeFixture is an Intake with a campus of one room.
type intakeFixture struct {
	store   IntakeStore
	intake  *intake.Intake
	catalog *campus.Catalog
	clock   *movableClock
	counted *outcomeCounter
	zone    *time.Location
	site    energy.SpaceID
	room    energy.SpaceID
}

var gateway = energy.Caller{Subject: "gw", Role: energy.Gateway, AllDevices: true}

var manager = energy.Caller{Subject: "m", Role: energy.Manager}

func newDesk(t *testing.T, store IntakeStore) *intakeFixture {
	t.Helper()
	zone, err := time.LoadLocation("America/Bogota")
	require.NoError(t, err)
	d := &intakeFixture{store: store, clock: &movableClock{Now}, counted: &outcomeCounter{of: make(map[string]int)}, zone: zone}
	names := 0
	newID := func(prefix string) string { names++; return fmt.Sprintf("%s%d", prefix, names) }
	d.catalog = campus.NewCatalog(store, d.clock, newID, zone)
	ctx := context.Background()
	parent := energy.SpaceID("")
	for _, kind := range []campus.SpaceKind{"site", "building", "floor", "room"} {
		name, kind := string(kind), kind
		s, err := d.catalog.CreateSpace(ctx, manager, campus.SpaceEdit{Name: &name, Kind: &kind, Parent: &parent})
		require.NoError(t, err)
		if parent = s.ID; d.site == "" {
			d.site = s.ID
		}
	}
	d.room = parent
	d.restart(store, zone)
	return d
}

// restart creates the Intake again, as after a restart.
func (d *intakeFixture) restart(store IntakeStore, zone *time.Location) {
	d.intake = d.with(store, d.catalog, zone)
}

// otherProcess returns an Intake of another process on the same store.
func (d *intakeFixture) otherProcess() *intake.Intake {
	return d.with(d.store, campus.NewCatalog(d.store, d.clock, func(string) string { return "" }, d.zone), d.zone)
}

func (d *intakeFixture) with(store IntakeStore, catalog *campus.Catalog, zone *time.Location) *intake.Intake {
	ledger := ledger.NewLedger(store, catalog, d.clock, zone, ledger.Retention{})
	return intake.NewIntake(intake.Needs{
		Ledger: ledger, Conditions: conditions.NewRecorder(store, store, store, catalog, d.clock, zone), Catalog: catalog,
		Latest: store, Inbox: store, Channels: store, Clock: d.clock, Counter: d.counted,
	})
}

func (d *intakeFixture) device(t *testing.T, id, topic string) {
	t.Helper()
	_, err := d.catalog.CreateDevice(context.Background(), manager, id, campus.DeviceEdit{Space: &d.room, MQTTTopic: &topic})
	require.NoError(t, err)
}

// ingest ingests observations, a second after the previous ones.
func (d *intakeFixture) ingest(t *testing.T, sent ...intake.Observation) {
	t.Helper()
	d.clock.now = d.clock.now.Add(1000)
	_, err := d.intake.Ingest(context.Background(), gateway, sent)
	require.NoError(t, err)
}

func (d *intakeFixture) readings(t *testing.T, id energy.DeviceID) []energy.Reading {
	t.Helper()
	all, err := d.store.List(context.Background(), []energy.DeviceID{id}, 0, Now.Add(1<<40), energy.Key{}, 1000)
	require.NoError(t, err)
	return all
}

func counter(e energy.Energy) *energy.Energy { return &e }

func watts(p energy.Power) *energy.Power { return &p }

// Number returns a plain number; none if the text is empty.
func Number(text string) energy.Number {
	n, _ := energy.ParseNumber(text)
	return n
}

// knownDevices stores measurements, states and ambient values, by address and by id, alone and together.
func (d *intakeFixture) knownDevices(t *testing.T) {
	ctx := context.Background()
	d.device(t, "plug-1", "tele/pow1")
	warm := int64(24_500)
	local, err := energy.ParseWallTime("2026-04-30T20:00:00")
	require.NoError(t, err)
	d.ingest(t, intake.Observation{Dialect: "tasmota", Address: "tele/pow1", LocalTime: local, Register: counter(5 * energy.KilowattHour), State: conditions.On, Temperature: &warm})
	d.ingest(t,
		intake.Observation{Dialect: "holotwin", Device: "plug-1", At: Now.Add(-60_000), Source: energy.ByDevice, Register: counter(9 * energy.KilowattHour), State: conditions.On},
		intake.Observation{Dialect: "tasmota", Address: "tele/pow1", State: conditions.Off},
	)
	d.ingest(t, intake.Observation{Dialect: "shelly", Address: "tele/pow1", Power: watts(40 * energy.Watt), HasCounter: true})
	readings := d.readings(t, "plug-1")
	require.Len(t, readings, 2, "the power is beside a counter")
	read, err := time.Parse(time.RFC3339, "2026-04-30T20:00:00-05:00")
	require.NoError(t, err)
	require.Equal(t, energy.Reading{Device: "plug-1", At: energy.InstantOf(read), Kind: energy.Register, Energy: 5 * energy.KilowattHour, Source: energy.ByDeviceLocal}, readings[0])
	require.Equal(t, energy.ByDevice, readings[1].Source)
	changes, err := d.store.StatesBetween(ctx, "plug-1", 0, Now.Add(1<<40), -1, 10)
	require.NoError(t, err)
	require.Len(t, changes, 2, "a state that stays is no change")
	require.Equal(t, conditions.Off, changes[1].State)
	sensed, err := d.store.AmbientBetween(ctx, []energy.SpaceID{d.room}, 0, Now.Add(1<<40), conditions.AmbientKey{}, 10)
	require.NoError(t, err)
	require.Len(t, sensed, 1)
	require.Equal(t, warm, *sensed[0].Temperature)
}

// repeatedRegisters skips an unchanged counter unless the device sends the time of its reading, also across restarts.
func (d *intakeFixture) repeatedRegisters(t *testing.T) {
	d.device(t, "zb", "zigbee2mqtt/Sala 1/enchufe")
	say := func(e energy.Energy, retained bool) intake.Observation {
		return intake.Observation{Dialect: "zigbee2mqtt", Address: "zigbee2mqtt/Sala 1/enchufe", Register: counter(e), Retained: retained}
	}
	d.ingest(t, say(80*energy.KilowattHour, true))
	require.Empty(t, d.readings(t, "zb"), "what the broker kept is of another time")
	d.ingest(t, say(80*energy.KilowattHour, false))
	d.ingest(t, say(80*energy.KilowattHour, false), say(80*energy.KilowattHour, false))
	require.Len(t, d.readings(t, "zb"), 1)
	d.restart(d.store, time.UTC)
	d.ingest(t, say(80*energy.KilowattHour, false))
	require.Len(t, d.readings(t, "zb"), 1)
	d.ingest(t, say(81*energy.KilowattHour, false))
	require.Len(t, d.readings(t, "zb"), 2)
	require.Equal(t, energy.ByArrival, d.readings(t, "zb")[1].Source)
	timed := say(81*energy.KilowattHour, false)
	timed.At, timed.Source = d.clock.now.Add(500), energy.ByDevice
	d.ingest(t, timed)
	require.Len(t, d.readings(t, "zb"), 3)
}

// rejected stores the rejected messages, and stores the rest as readings.
func (d *intakeFixture) rejected(t *testing.T) {
	ctx := context.Background()
	d.device(t, "r1", "")
	key := energy.Caller{Subject: "key", Role: energy.Gateway, Devices: []energy.DeviceID{"r1"}}
	at := d.clock.now.Add(-30_000)
	d.clock.now = d.clock.now.Add(1000)
	refused, err := d.intake.Ingest(ctx, key, []intake.Observation{
		{Dialect: "holotwin", Device: "nobody", Register: counter(1)},
		{Dialect: "holotwin", Device: "plug-1", Register: counter(1)},
		{Dialect: "holotwin", Device: "r1", At: d.clock.now.Add(3_600_000), Source: energy.ByDevice, Register: counter(1)},
		{Dialect: "holotwin", Device: "r1", At: at, Source: energy.ByDevice, Interval: counter(5), Span: 1000},
		{Dialect: "holotwin", Device: "r1", At: at, Source: energy.ByDevice, Interval: counter(6), Span: 1000},
		{Dialect: "emoncms", Device: "r1", Plain: Number("7")},
	})
	require.NoError(t, err)
	require.Len(t, refused, 5)
	require.Len(t, d.readings(t, "r1"), 1)
	rejected, err := d.intake.RejectedMessages(ctx, manager, 5)
	require.NoError(t, err)
	var reasons []string
	for _, l := range rejected {
		reasons = append(reasons, l.Reason)
	}
	slices.Sort(reasons)
	require.Equal(t, []string{"conflicting", "future", "no_unit", "not_allowed", "unknown_device"}, reasons)
	d.clock.now = d.clock.now.Add(1000)
	require.NoError(t, d.intake.RecordRejected(ctx, key, []intake.RejectedMessage{{Dialect: "tasmota", Topic: "tele/x/SENSOR", Text: "\xff\x00{" + string(make([]byte, 2000)), Reason: "not_json"}}))
	rejected, err = d.intake.RejectedMessages(ctx, manager, 1)
	require.NoError(t, err)
	require.Equal(t, "not_json", rejected[0].Reason)
	require.Less(t, len(rejected[0].Text), 3*intake.MaxRejectedText)
	require.Equal(t, 1, d.counted.of["not_json"])
	_, err = d.intake.RejectedMessages(ctx, energy.Caller{Role: energy.Manager, Space: d.room}, 1)
	require.ErrorAs(t, err, &energy.ErrForbidden{})
}

// discovered buffers what unregistered devices send, and stores it on adoption.
func (d *intakeFixture) discovered(t *testing.T) {
	ctx := context.Background()
	begun := d.clock.now
	say := func(e energy.Energy) intake.Observation {
		return intake.Observation{Dialect: "shelly-gen1", Address: "shellies/shellyplug-s-ABC/relay/0", Name: "Cafetera", Register: counter(e), State: conditions.On}
	}
	d.ingest(t, say(10*energy.KilowattHour), intake.Observation{Dialect: "shelly-gen1", Address: "shellies/shellyplug-s-ABC/relay/0", Power: watts(90 * energy.Watt), HasCounter: true})
	d.clock.now = d.clock.now.Add(60_000)
	d.ingest(t, say(10*energy.KilowattHour+1000))
	d.ingest(t, say(10*energy.KilowattHour+1000))
	limited := energy.Caller{Subject: "g", Role: energy.Gateway, Space: d.room}
	d.clock.now = d.clock.now.Add(60_000)
	_, err := d.intake.Ingest(ctx, limited, []intake.Observation{{Dialect: "emoncms", Address: "emon/x/power", Plain: Number("5")}})
	require.NoError(t, err)

	all, err := d.intake.Discovered(ctx, manager)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "emon/x/power", all[0].Address, "the latest first")
	plug := all[1]
	require.Equal(t, begun.Add(1000), plug.FirstSeen)
	require.EqualValues(t, 4, plug.Messages)
	require.Equal(t, intake.Proposal{ID: "cafetera", Kind: campus.KindAppliance, Measure: energy.Register}, plug.Propose())
	seen, err := d.intake.Discovered(ctx, energy.Caller{Role: energy.Manager, Space: d.room})
	require.NoError(t, err)
	require.Len(t, seen, 1, "that of the own key")

	_, _, err = d.intake.Adopt(ctx, manager, intake.Adoption{Address: plug.Address})
	require.ErrorAs(t, err, &energy.ErrInvalid{}, "its space is required")
	device, counted, err := d.intake.Adopt(ctx, manager, intake.Adoption{Address: plug.Address, Edit: campus.DeviceEdit{Space: &d.room}})
	require.NoError(t, err)
	require.Equal(t, 2, counted)
	require.Equal(t, []any{energy.DeviceID("cafetera"), plug.Address, campus.KindAppliance}, []any{device.ID, device.MQTTTopic, device.Kind})
	d.clock.now = d.clock.now.Add(60_000)
	d.ingest(t, say(10*energy.KilowattHour+3000))
	require.EqualValues(t, 3000, Total(t, d.store, "cafetera"), "from the first reading on")
	_, _, err = d.intake.Adopt(ctx, manager, intake.Adoption{Address: plug.Address, Edit: campus.DeviceEdit{Space: &d.room}})
	require.ErrorAs(t, err, &energy.ErrNotFound{})

	// Another process did not know of the adoption yet: what it buffered is stored later.
	_, err = d.store.StoreDiscoveries(ctx, []intake.Discovery{{
		DiscoveredDevice: intake.DiscoveredDevice{Address: plug.Address, Dialect: "shelly-gen1", FirstSeen: d.clock.now, LastSeen: d.clock.now, Messages: 1, Measured: intake.SendsRegister},
		Buffered:         &intake.BufferedMeasurement{At: d.clock.now.Add(500), Source: energy.ByArrival, Kind: energy.Register, Energy: 10*energy.KilowattHour + 4000},
	}}, false)
	require.NoError(t, err)
	require.NoError(t, d.intake.SettleAll(ctx))
	require.EqualValues(t, 4000, Total(t, d.store, "cafetera"))
	require.NoError(t, d.intake.Ignore(ctx, manager, "emon/x/power", nil))
	all, err = d.intake.Discovered(ctx, manager)
	require.NoError(t, err)
	require.Empty(t, all)
}

// plainNumbers buffers numbers until their unit is set.
func (d *intakeFixture) plainNumbers(t *testing.T) {
	ctx := context.Background()
	say := func(n string) intake.Observation {
		return intake.Observation{Dialect: "emoncms", Address: "emon/lab/wh_total", Plain: Number(n)}
	}
	d.ingest(t, say("1000"))
	d.clock.now = d.clock.now.Add(60_000)
	d.ingest(t, say("1500"))
	all, err := d.intake.Discovered(ctx, manager)
	require.NoError(t, err)
	require.Equal(t, intake.Proposal{ID: "emon-lab-wh_total", Kind: campus.KindLab, Plain: campus.PlainNumber{Unit: energy.UnitWattHour}, Measure: energy.Register}, all[0].Propose())
	_, counted, err := d.intake.Adopt(ctx, manager, intake.Adoption{Address: all[0].Address, ID: "wh", Edit: campus.DeviceEdit{Space: &d.room}})
	require.NoError(t, err)
	require.Equal(t, 2, counted)
	d.clock.now = d.clock.now.Add(60_000)
	d.ingest(t, say("1750"))
	require.Equal(t, 750*energy.WattHour, Total(t, d.store, "wh"))
	// A number of another quantity is an ambient value, not a reading.
	d.device(t, "th", "esp/sensor/temp")
	d.ingest(t, intake.Observation{Dialect: "esphome", Address: "esp/sensor/temp", Plain: Number("86"), Unit: energy.UnitFahrenheit})
	latest, err := d.store.LatestAmbient(ctx, []energy.SpaceID{d.room}, 0, d.clock.now.Add(1))
	require.NoError(t, err)
	require.EqualValues(t, 30_000, latest[d.room].Temperature.Value)
}

// heartbeats stores the newest heartbeat of each device.
func (d *intakeFixture) heartbeats(t *testing.T) {
	ctx := context.Background()
	require.NoError(t, d.store.StoreHeartbeats(ctx, []intake.Heartbeat{{Device: "a", Seen: 10, Clock: -5}, {Device: "b", Seen: 20}}))
	require.NoError(t, d.store.StoreHeartbeats(ctx, []intake.Heartbeat{{Device: "a", Seen: 9, Clock: 7}, {Device: "b", Seen: 21, Clock: 3}}))
	all, err := d.store.HeartbeatsOf(ctx, []energy.DeviceID{"a", "b", "c"})
	require.NoError(t, err)
	require.Equal(t, map[energy.DeviceID]intake.Heartbeat{"a": {Device: "a", Seen: 10, Clock: -5}, "b": {Device: "b", Seen: 21, Clock: 3}}, all)
	off, err := d.store.ClocksOff(ctx)
	require.NoError(t, err)
	require.Equal(t, map[energy.DeviceID]int64{"a": -5, "b": 3}, off)
}
