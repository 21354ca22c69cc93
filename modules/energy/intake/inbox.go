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

// DiscoveredDevice is an address that speaks under keys of a part of the campus, and that nobody has registered. What speaks at the same
// address under keys of another part is another newcomer.
type DiscoveredDevice struct {
	Address, Dialect, Name string
	// Space is that of the keys that it speaks under; empty where they may be of anywhere, as an outside broker is.
	Space energy.SpaceID
	// Subject is the key that it first spoke under.
	Subject             string
	FirstSeen, LastSeen energy.Instant
	Messages            int64
	// Held is how many measures are kept of it, Refused how many messages were not since a bound was reached.
	Held, Refused int64
	// Last is its last message, in a few words.
	Last string
	// Unit is what it said of its plain numbers.
	Unit energy.Unit
	// Measured is what it said so far, of which a device is proposed.
	Measured Measures
	// Ignored is set where somebody said that it is not to be listed.
	Ignored bool
}

// DiscoveredKey is a newcomer's identity.
type DiscoveredKey struct {
	Space   energy.SpaceID
	Address string
}

// Key is the newcomer's identity.
func (n DiscoveredDevice) Key() DiscoveredKey { return DiscoveredKey{n.Space, n.Address} }

// deviceIn is the device that the newcomer is by now: the one at its address, if keys of its space may report it.
func (n DiscoveredDevice) deviceIn(campus *campus.Campus) (campus.Device, bool) {
	d, known := campus.DeviceAt(n.Address)
	return d, known && campus.Contains(n.Space, d.Space)
}

// Measures is a set of what a newcomer said.
type Measures uint16

// What there is to say.
const (
	SaidRegister Measures = 1 << iota
	SaidInterval
	SaidPower
	SaidPlain
	SaidState
	SaidAmbient
)

// Has tells whether something was said.
func (s Measures) Has(what Measures) bool { return s&what != 0 }

// Discovery is one message of a newcomer.
type Discovery struct {
	DiscoveredDevice
	// Buffered is what it measured; nil where it measured nothing.
	Buffered *BufferedMeasurement
}

// BufferedMeasurement is what a newcomer measured, until it is adopted.
type BufferedMeasurement struct {
	// Number is its place among all that the newcomer sent.
	Number int64
	At     energy.Instant
	Source energy.TimeSource
	// Kind is 0 for a plain number, which is Plain.
	Kind   energy.Kind
	Energy energy.Energy
	Power  energy.Power
	Span   int64
	Plain  energy.Number
	// Tried is set where it was tried before to keep it, and nobody knows whether it is. It is not kept itself.
	Tried bool
}

// RejectedMessage is what could not be taken, for a person to read.
type RejectedMessage struct {
	At             energy.Instant
	Dialect, Topic string
	// Text is the begin of the message, or what was understood of it.
	Text   string
	Reason string
	// Subject and Space are those of the key that it came under.
	Subject string
	Space   energy.SpaceID
}

// Bounds of the inbox. Those of a key come before those of all: what one key sends takes no room from another.
const (
	// MaxDiscovered is how many newcomers are remembered, MaxNewcomersOfSpace of the keys of one space, MaxNewcomersOfKey of one
	// key. One of which nothing is kept makes room for another of its key; what is kept makes room for nothing.
	MaxDiscovered        = 10_000
	MaxDiscoveredOfSpace = 2000
	MaxDiscoveredOfKey   = 1000
	// MaxBuffered is how many measures are kept of a newcomer: two weeks of one a minute. MaxKeptOfKey is how many of all of a key.
	MaxBuffered      = 20_000
	MaxBufferedOfKey = 2_000_000
	// MaxRejected is how many letters are kept, MaxLettersOfKey of one key: its newest. Where there are too many in all, the oldest
	// of who has most make room.
	MaxRejected      = 2000
	MaxRejectedOfKey = 200
	// MaxRejectedText is how many bytes of a message are kept.
	MaxRejectedText = 500
)

// How long the inbox keeps what nobody cares for, ms.
const (
	// silentNewcomer is how long a newcomer of which nothing is kept may be silent, silentHolder one of which something is.
	silentNewcomer = 30 * energy.DayMs
	silentHolder   = 180 * energy.DayMs
	oldLetter      = 90 * energy.DayMs
)

// ErrInboxFull is a newcomer's message that is not kept, since a bound of the inbox is reached.
type ErrInboxFull struct {
	Newcomer DiscoveredKey
	// Bound names it: newcomers, newcomers_of_space, newcomers_of_key, kept, kept_of_key. Max is how many there may be.
	Bound string
	Max   int
}

func (e ErrInboxFull) Error() string {
	return fmt.Sprintf("the inbox is full: %s at most %d", e.Bound, e.Max)
}

// Inbox keeps newcomers and letters.
type Inbox interface {
	// Remember notes messages of newcomers in one transaction, on the disk when it returns. Where a bound leaves no room for one it
	// gives ErrInboxFull and notes nothing; with partly, it notes the others and gives the places of those that it did not.
	Remember(ctx context.Context, sightings []Discovery, partly bool) (refused []int, err error)
	// Discovered gives all, the latest first.
	Discovered(ctx context.Context) ([]DiscoveredDevice, error)
	// Settle books what is kept of a newcomer, up to most of it, oldest first, in one transaction in which nobody adds to it: what
	// was booked is dropped, and the newcomer too where nothing is left. More is to be done until none is. It may be done again.
	Settle(ctx context.Context, key DiscoveredKey, most int, s Settlement) (outcomes []energy.Outcome, left bool, err error)
	// IgnoreDiscovered keeps one from being listed.
	IgnoreDiscovered(ctx context.Context, key DiscoveredKey) error
	// StoreRejected keeps letters within the bounds.
	StoreRejected(ctx context.Context, letters []RejectedMessage) error
	// RejectedMessages gives the newest.
	RejectedMessages(ctx context.Context, limit int) ([]RejectedMessage, error)
	// PurgeInbox drops newcomers that were silent since an instant, and gives them: those of which nothing is kept, and those of
	// which something is, since another; and letters, and deliveries, from before a third.
	PurgeInbox(ctx context.Context, silent, silentHolders, letters energy.Instant) ([]DiscoveredDevice, error)
}

// Settlement is how kept measures become readings.
type Settlement struct {
	// Readings gives the readings of some measures of a newcomer, oldest first, with distinct keys; wait is set where they cannot
	// be read yet, and stay. It may be called again, with the same.
	Readings func(n DiscoveredDevice, kept []BufferedMeasurement) (readings []energy.Reading, wait bool)
	// Rejected gives what is told of outcomes, in the order of the readings.
	Rejected func([]energy.Outcome) []RejectedMessage
	// Traits are those of the device.
	Traits func(energy.DeviceID) ledger.Traits
}

// remember notes what an unknown address said.
func (t *ingestion) remember(place int, o Observation, tried bool) {
	space := homeOf(t.campus, t.caller)
	when := o.own(t.campus, space, t.now)
	if rule := when.implausible(t.now, t.intake.ledger.ReadingsFrom(t.now)); rule != "" && o.measures() {
		t.reject(place, rule, energy.Flaw{Field: "timestamp", Rule: rule, Args: map[string]any{"since": t.intake.ledger.ReadingsFrom(t.now).String()}})
		return
	}
	at, source := when.at, when.source
	if at == 0 {
		at, source = cmp.Or(t.observations[place].given, o.Arrived, t.now), energy.ByArrival
		t.observations[place].given = at
	}
	n := DiscoveredDevice{
		Address: o.Address, Dialect: o.Dialect, Name: o.Name, Space: space, Subject: t.caller.Subject, FirstSeen: t.now, LastSeen: t.now, Messages: 1,
		Last: o.summary(), Unit: o.Unit,
	}
	s := Discovery{DiscoveredDevice: n, Buffered: &BufferedMeasurement{At: at, Source: source, Tried: tried}}
	switch {
	case o.Register != nil:
		s.Measured, s.Buffered.Kind, s.Buffered.Energy = SaidRegister, energy.Register, *o.Register
	case o.Interval != nil:
		s.Measured, s.Buffered.Kind, s.Buffered.Energy, s.Buffered.Span = SaidInterval, energy.Interval, *o.Interval, o.Span
	case o.Power != nil && !o.Counts:
		s.Measured, s.Buffered.Kind, s.Buffered.Power = SaidPower, energy.Sample, *o.Power
	case o.Plain.Given():
		s.Measured, s.Buffered.Plain = SaidPlain, o.Plain
	default:
		s.Buffered = nil
	}
	if o.Retained && source == energy.ByArrival {
		s.Buffered = nil // of another time
	}
	if o.State != "" {
		s.Measured |= SaidState
	}
	if o.Temperature != nil || o.Humidity != nil || o.CO2 != nil || o.Occupancy != nil {
		s.Measured |= SaidAmbient
	}
	t.sightings, t.sighted = append(t.sightings, s), append(t.sighted, place)
}

// homeOf is the space of what a caller introduces: the one that it is limited to, or the smallest in which all devices hang that its
// key is for.
func homeOf(c *campus.Campus, caller energy.Caller) energy.SpaceID {
	if caller.Space != "" || len(caller.Devices) == 0 {
		return caller.Space
	}
	var around []energy.SpaceID // from the inside out
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

// summary says an observation in a few words.
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

// rejectedMessageOf is the letter of an observation that is not taken.
func rejectedMessageOf(caller energy.Caller, now energy.Instant, o Observation, reason string) RejectedMessage {
	return RejectedMessage{
		At: now, Dialect: o.Dialect, Topic: cmp.Or(o.Address, string(o.Device)), Text: o.summary(), Reason: reason, Subject: caller.Subject, Space: caller.Space,
	}
}

// RecordRejected keeps letters of messages that could not even be read, on behalf of who sent them.
func (i *Intake) RecordRejected(ctx context.Context, caller energy.Caller, letters []RejectedMessage) error {
	for n := range letters {
		letters[n].At, letters[n].Subject, letters[n].Space = i.clock.Now(), caller.Subject, caller.Space
		letters[n].Text = strings.ToValidUTF8(letters[n].Text[:min(len(letters[n].Text), MaxRejectedText)], "·")
		letters[n].Text = strings.ReplaceAll(letters[n].Text, "\x00", "·")
		i.counter.Count(letters[n].Dialect, letters[n].Reason)
	}
	return i.inbox.StoreRejected(ctx, letters)
}

// RejectedMessages gives the newest letters. Errors: ErrForbidden; they may be of any part of the campus, so only who sees all of it may
// read them.
func (i *Intake) RejectedMessages(ctx context.Context, caller energy.Caller, limit int) ([]RejectedMessage, error) {
	if !caller.MayManage() || caller.Space != "" {
		return nil, energy.ErrForbidden{}
	}
	return i.inbox.RejectedMessages(ctx, limit)
}

// Purge drops what nobody cares for: newcomers that were silent for long, and old letters. It gives the newcomers of which
// measures were kept.
func (i *Intake) Purge(ctx context.Context) ([]DiscoveredDevice, error) {
	now := i.clock.Now()
	purged, err := i.inbox.PurgeInbox(ctx, now.Add(-silentNewcomer), now.Add(-silentHolder), now.Add(-oldLetter))
	var held []DiscoveredDevice
	for _, n := range purged {
		i.counter.Count(n.Dialect, outcomePurged)
		if n.Held > 0 {
			held = append(held, n)
		}
	}
	return held, err
}

// Discovered gives the addresses that speak and that nobody has registered, the latest first, each with the device that is
// proposed for it. Who is limited to a space sees those that speak under its keys. Errors: ErrForbidden.
func (i *Intake) Discovered(ctx context.Context, caller energy.Caller) ([]DiscoveredDevice, error) {
	all, campus, err := i.visibleDiscovered(ctx, caller)
	if err != nil {
		return nil, err
	}
	channels, err := i.wholes.with(ctx, campus, all)
	return slices.DeleteFunc(all, func(n DiscoveredDevice) bool {
		_, adopted := adoptedAs(campus, n, channels)
		return n.Ignored || adopted
	}), err
}

// visibleDiscovered are those that the caller sees, ignored or not.
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

// Ignore keeps a newcomer from being listed; of several at an address, those of all that the caller sees, or of one space.
// Errors: ErrForbidden, ErrNotFound.
func (i *Intake) Ignore(ctx context.Context, caller energy.Caller, address string, space *energy.SpaceID) error {
	all, _, err := i.visibleDiscovered(ctx, caller)
	if err != nil {
		return err
	}
	found := false
	for _, n := range all {
		if n.Address != address || (space != nil && n.Space != *space) {
			continue
		}
		found = true
		if err := i.inbox.IgnoreDiscovered(ctx, n.Key()); err != nil {
			return err
		}
	}
	if !found {
		return energy.ErrNotFound{Kind: "newcomer", ID: address}
	}
	return nil
}
