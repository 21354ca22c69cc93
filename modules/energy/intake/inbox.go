package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// DiscoveredDevice is an unregistered address that sends messages with API keys of a part of the campus. The same address with
// keys of another part is another discovered device.
type DiscoveredDevice struct {
	Address, Dialect, Name string
	// Space is the space of those keys; empty if they may send for any space, as an outside broker may.
	Space energy.SpaceID
	// Subject is the first key that sent from the address.
	Subject             string
	FirstSeen, LastSeen energy.Instant
	Messages            int64
	// Held is the number of buffered measurements, Refused the number of messages rejected after a limit was reached.
	Held, Refused int64
	// Last is a summary of the last message.
	Last string
	// Unit is the unit that the device reported for its plain numbers.
	Unit energy.Unit
	// Measured is what the device has sent so far; the proposal is based on it.
	Measured Measures
	// Ignored is true if a user chose not to list the device.
	Ignored bool
}

// DiscoveredKey identifies a discovered device.
type DiscoveredKey struct {
	Space   energy.SpaceID
	Address string
}

// Key returns the identity of the discovered device.
func (n DiscoveredDevice) Key() DiscoveredKey { return DiscoveredKey{n.Space, n.Address} }

// deviceIn returns the device registered at the address, if keys of the space may report for it.
func (n DiscoveredDevice) deviceIn(campus *campus.Campus) (campus.Device, bool) {
	d, known := campus.DeviceAt(n.Address)
	return d, known && campus.Contains(n.Space, d.Space)
}

// Measures is a set of the kinds of data that a discovered device sent.
type Measures uint16

// The kinds of data.
const (
	SendsRegister Measures = 1 << iota
	SendsInterval
	SendsPower
	SendsPlain
	SendsState
	SendsAmbient
)

// Has reports whether the set contains any of the kinds.
func (s Measures) Has(what Measures) bool { return s&what != 0 }

// Discovery is one message of a discovered device.
type Discovery struct {
	DiscoveredDevice
	// Buffered is its measurement; nil if the message has none.
	Buffered *BufferedMeasurement
}

// BufferedMeasurement is a measurement of a discovered device, stored until adoption.
type BufferedMeasurement struct {
	// Number is its position among all measurements of the device.
	Number int64
	At     energy.Instant
	Source energy.TimeSource
	// Kind is 0 for a plain number, which is in Plain.
	Kind   energy.Kind
	Energy energy.Energy
	Power  energy.Power
	Span   int64
	Plain  energy.Number
	// Tried is true if it was stored before and the result is unknown. It is not stored itself.
	Tried bool
}

// RejectedMessage is a message that could not be stored, for a person to review.
type RejectedMessage struct {
	At             energy.Instant
	Dialect, Topic string
	// Text is the beginning of the message, or a summary of what was decoded.
	Text   string
	Reason string
	// Subject and Space are those of the API key that sent the message.
	Subject string
	Space   energy.SpaceID
}

// Limits of the inbox. A key's limits are smaller than the total, so one key cannot take the room of another.
const (
	// MaxDiscovered is the number of discovered devices, MaxDiscoveredOfSpace that of one space's keys, MaxDiscoveredOfKey that
	// of one key. A device without buffered measurements may be replaced by another of its key; a device with some is never
	// replaced.
	MaxDiscovered        = 10_000
	MaxDiscoveredOfSpace = 2000
	MaxDiscoveredOfKey   = 1000
	// MaxBuffered is the number of measurements buffered for a device: two weeks at one a minute. MaxBufferedOfKey is the total
	// of one key.
	MaxBuffered      = 20_000
	MaxBufferedOfKey = 2_000_000
	// MaxRejected is the number of rejected messages stored, MaxRejectedOfKey that of one key: its newest. If the total is
	// reached, the oldest messages of the key with the most are removed.
	MaxRejected      = 2000
	MaxRejectedOfKey = 200
	// MaxRejectedText is the number of bytes stored of a message.
	MaxRejectedText = 500
)

// How long the inbox keeps entries without any user action, ms.
const (
	// emptyDeviceTTL applies to a discovered device without buffered measurements, bufferedDeviceTTL to one with some.
	emptyDeviceTTL     = 30 * energy.DayMs
	bufferedDeviceTTL  = 180 * energy.DayMs
	rejectedMessageTTL = 90 * energy.DayMs
)

// ErrInboxFull reports that a message of a discovered device was not stored because a limit of the inbox is reached.
type ErrInboxFull struct {
	Device DiscoveredKey
	// Bound names the limit: newcomers, newcomers_of_space, newcomers_of_key, kept, kept_of_key. Max is its value.
	Bound string
	Max   int
}

func (e ErrInboxFull) Error() string {
	return fmt.Sprintf("the inbox is full: %s at most %d", e.Bound, e.Max)
}

// Inbox stores discovered devices and rejected messages.
type Inbox interface {
	// StoreDiscoveries stores messages of discovered devices in one transaction. They are durable when it returns. If a limit is reached
	// it returns ErrInboxFull and stores nothing; with partly, it stores the others and returns the positions of those that it
	// did not store.
	StoreDiscoveries(ctx context.Context, discoveries []Discovery, partly bool) (refused []int, err error)
	// Discovered returns all, the latest first.
	Discovered(ctx context.Context) ([]DiscoveredDevice, error)
	// Settle stores up to limit buffered measurements of a discovered device as readings, oldest first. It runs in one
	// transaction, during which nothing is added to the buffer. It removes what it stored, and the discovered device if nothing
	// is left. Call it until left is false. It may be repeated.
	Settle(ctx context.Context, key DiscoveredKey, limit int, s Settlement) (outcomes []energy.Outcome, left bool, err error)
	// IgnoreDiscovered marks a discovered device as not to be listed.
	IgnoreDiscovered(ctx context.Context, key DiscoveredKey) error
	// StoreRejected stores rejected messages within the limits.
	StoreRejected(ctx context.Context, rejected []RejectedMessage) error
	// RejectedMessages returns the newest.
	RejectedMessages(ctx context.Context, limit int) ([]RejectedMessage, error)
	// PurgeInbox removes and returns discovered devices: those without buffered measurements that were silent since silent, and
	// those with some that were silent since silentBuffered. It also removes rejected messages and deliveries from before rejected.
	PurgeInbox(ctx context.Context, silent, silentBuffered, rejected energy.Instant) ([]DiscoveredDevice, error)
}

// Settlement converts buffered measurements to readings.
type Settlement struct {
	// Readings returns the readings of some measurements of a discovered device, oldest first, with distinct keys. wait is true
	// if they cannot be converted yet and stay in the buffer. It may be called again with the same input.
	Readings func(n DiscoveredDevice, kept []BufferedMeasurement) (readings []energy.Reading, wait bool)
	// Rejected returns the rejected messages for outcomes, which are in the order of the readings.
	Rejected func([]energy.Outcome) []RejectedMessage
	// Traits returns the traits of a device.
	Traits func(energy.DeviceID) ledger.Traits
}

// discover records an observation from an unknown address.
func (t *ingestion) discover(place int, o Observation, tried bool) {
	space := homeOf(t.campus, t.caller)
	when := o.ownTime(t.campus, space, t.now)
	if rule := when.implausible(t.now, t.intake.ledger.ReadingsFrom(t.now)); rule != "" && o.measures() {
		t.reject(place, rule, energy.Flaw{Field: "timestamp", Rule: rule, Args: map[string]any{"since": t.intake.ledger.ReadingsFrom(t.now).String()}})
		return
	}
	at, source := when.at, when.source
	if at == 0 {
		at, source = cmp.Or(t.observations[place].assigned, o.Arrived, t.now), energy.ByArrival
		t.observations[place].assigned = at
	}
	n := DiscoveredDevice{
		Address: o.Address, Dialect: o.Dialect, Name: o.Name, Space: space, Subject: t.caller.Subject, FirstSeen: t.now, LastSeen: t.now, Messages: 1,
		Last: o.summary(), Unit: o.Unit,
	}
	s := Discovery{DiscoveredDevice: n, Buffered: &BufferedMeasurement{At: at, Source: source, Tried: tried}}
	switch {
	case o.Register != nil:
		s.Measured, s.Buffered.Kind, s.Buffered.Energy = SendsRegister, energy.Register, *o.Register
	case o.Interval != nil:
		s.Measured, s.Buffered.Kind, s.Buffered.Energy, s.Buffered.Span = SendsInterval, energy.Interval, *o.Interval, o.Span
	case o.Power != nil && !o.HasCounter:
		s.Measured, s.Buffered.Kind, s.Buffered.Power = SendsPower, energy.Sample, *o.Power
	case o.Plain.Given():
		s.Measured, s.Buffered.Plain = SendsPlain, o.Plain
	default:
		s.Buffered = nil
	}
	if o.Retained && source == energy.ByArrival {
		s.Buffered = nil // from another time
	}
	if o.State != "" {
		s.Measured |= SendsState
	}
	if o.Temperature != nil || o.Humidity != nil || o.CO2 != nil || o.Occupancy != nil {
		s.Measured |= SendsAmbient
	}
	t.discoveries, t.discoveriesOf = append(t.discoveries, s), append(t.discoveriesOf, place)
}

// homeOf returns the space in which a caller's unknown addresses are discovered: the caller's own, or the smallest that contains
// all devices of its key.
func homeOf(c *campus.Campus, caller energy.Caller) energy.SpaceID {
	if caller.Space != "" || len(caller.Devices) == 0 {
		return caller.Space
	}
	var around []energy.SpaceID // innermost first
	for n, id := range caller.Devices {
		device, _ := c.Device(id)
		path := c.Path(device.Space)
		if n == 0 {
			around = path
		}
		around = slices.DeleteFunc(around, func(space energy.SpaceID) bool { return !slices.Contains(path, space) })
	}
	if len(around) == 0 {
		return ""
	}
	return around[0]
}

// summary returns an observation in a few words.
func (o Observation) summary() string {
	var parts []string
	add := func(name string, text *string) {
		if text != nil {
			parts = append(parts, name+"="+*text)
		}
	}
	energyText := func(e *energy.Energy) *string {
		if e == nil {
			return nil
		}
		text := e.KWh()
		return &text
	}
	add("register_kwh", energyText(o.Register))
	add("kwh", energyText(o.Interval))
	if o.Power != nil {
		watts := o.Power.Watts()
		add("power_w", &watts)
	}
	if o.Plain.Given() {
		text := o.Plain.String() + string(o.Unit)
		add("value", &text)
	}
	if o.State != "" {
		text := string(o.State)
		add("state", &text)
	}
	add("temperature_c", decimalText(o.Temperature, 3))
	add("humidity_pct", decimalText(o.Humidity, 3))
	add("co2_ppm", decimalText(o.CO2, 0))
	add("occupancy", decimalText(o.Occupancy, 0))
	return strings.Join(parts, " ")
}

func decimalText(n *int64, digits int) *string {
	if n == nil {
		return nil
	}
	text := string(energy.AppendDecimal(nil, *n, digits))
	return &text
}

// rejectedMessageOf returns the rejected message for an observation.
func rejectedMessageOf(caller energy.Caller, now energy.Instant, o Observation, reason string) RejectedMessage {
	return RejectedMessage{
		At: now, Dialect: o.Dialect, Topic: cmp.Or(o.Address, string(o.Device)), Text: o.summary(), Reason: reason, Subject: caller.Subject, Space: caller.Space,
	}
}

// RecordRejected stores messages that could not be decoded, on behalf of their sender.
func (i *Intake) RecordRejected(ctx context.Context, caller energy.Caller, rejected []RejectedMessage) error {
	for n := range rejected {
		rejected[n].At, rejected[n].Subject, rejected[n].Space = i.clock.Now(), caller.Subject, caller.Space
		rejected[n].Text = strings.ToValidUTF8(rejected[n].Text[:min(len(rejected[n].Text), MaxRejectedText)], "·")
		rejected[n].Text = strings.ReplaceAll(rejected[n].Text, "\x00", "·")
		i.counter.Count(rejected[n].Dialect, rejected[n].Reason)
	}
	return i.inbox.StoreRejected(ctx, rejected)
}

// RejectedMessages returns the newest rejected messages. They may come from any part of the campus, so the caller must not be
// limited to a space. Errors: ErrForbidden.
func (i *Intake) RejectedMessages(ctx context.Context, caller energy.Caller, limit int) ([]RejectedMessage, error) {
	if !caller.MayManage() || caller.Space != "" {
		return nil, energy.ErrForbidden{}
	}
	return i.inbox.RejectedMessages(ctx, limit)
}

// Purge removes discovered devices that were silent for long, and old rejected messages. It returns the removed devices that had
// buffered measurements.
func (i *Intake) Purge(ctx context.Context) ([]DiscoveredDevice, error) {
	now := i.clock.Now()
	purged, err := i.inbox.PurgeInbox(ctx, now.Add(-emptyDeviceTTL), now.Add(-bufferedDeviceTTL), now.Add(-rejectedMessageTTL))
	var held []DiscoveredDevice
	for _, n := range purged {
		i.counter.Count(n.Dialect, outcomePurged)
		if n.Held > 0 {
			held = append(held, n)
		}
	}
	return held, err
}

// Discovered returns the unregistered addresses that send messages, the latest first. A caller limited to a space sees those of
// its keys. Errors: ErrForbidden.
func (i *Intake) Discovered(ctx context.Context, caller energy.Caller) ([]DiscoveredDevice, error) {
	all, campus, err := i.visibleDiscovered(ctx, caller)
	if err != nil {
		return nil, err
	}
	channels, err := i.channels.withDiscovered(ctx, campus, all)
	return slices.DeleteFunc(all, func(n DiscoveredDevice) bool {
		_, adopted := adoptedAs(campus, n, channels)
		return n.Ignored || adopted
	}), err
}

// visibleDiscovered returns those that the caller may see, ignored or not.
func (i *Intake) visibleDiscovered(ctx context.Context, caller energy.Caller) ([]DiscoveredDevice, *campus.Campus, error) {
	if !caller.MayManage() {
		return nil, nil, energy.ErrForbidden{}
	}
	campus, err := i.catalog.Fresh(ctx)
	if err != nil {
		return nil, nil, err
	}
	all, err := i.inbox.Discovered(ctx)
	return slices.DeleteFunc(all, func(n DiscoveredDevice) bool { return !n.visibleTo(campus, caller) }), campus, err
}

func (n DiscoveredDevice) visibleTo(campus *campus.Campus, caller energy.Caller) bool {
	return caller.Space == "" || (n.Space != "" && campus.Sees(caller, n.Space))
}

// Ignore stops listing a discovered device. Without a space it applies to all that the caller may see at the address. Errors:
// ErrForbidden, ErrNotFound.
func (i *Intake) Ignore(ctx context.Context, caller energy.Caller, address string, space *energy.SpaceID) error {
	all, err := i.discoveredAt(ctx, caller, address, space)
	for n := 0; n < len(all) && err == nil; n++ {
		err = i.inbox.IgnoreDiscovered(ctx, all[n].Key())
	}
	return err
}

// Ignoring returns what Ignore would do, and changes nothing. Errors: ErrForbidden, ErrNotFound.
func (i *Intake) Ignoring(ctx context.Context, caller energy.Caller, address string, space *energy.SpaceID) (energy.Removal, error) {
	all, err := i.discoveredAt(ctx, caller, address, space)
	return energy.Removal{Deletes: map[string]int{"newcomer": len(all)}}, err
}

// discoveredAt returns the discovered devices at an address that the caller may see. Errors: ErrForbidden, ErrNotFound.
func (i *Intake) discoveredAt(ctx context.Context, caller energy.Caller, address string, space *energy.SpaceID) ([]DiscoveredDevice, error) {
	all, _, err := i.visibleDiscovered(ctx, caller)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(n DiscoveredDevice) bool { return n.Address != address || (space != nil && n.Space != *space) })
	if len(all) == 0 {
		return nil, energy.ErrNotFound{Kind: "newcomer", ID: address}
	}
	return all, nil
}
