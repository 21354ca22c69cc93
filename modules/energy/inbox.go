package energy

import (
	"context"
	"strings"
)

// Newcomer is an address that speaks and that nobody has registered.
type Newcomer struct {
	Address, Dialect, Name string
	// Space is that of the key that it speaks under; empty where it may be anywhere.
	Space               SpaceID
	FirstSeen, LastSeen Instant
	Messages            int64
	// Last is its last message, in a few words.
	Last string
	// Unit is what it said of its plain numbers.
	Unit Unit
	// Said is what it said so far, of which a device is proposed.
	Said Said
}

// Said is a set of what a newcomer said.
type Said uint16

// What there is to say.
const (
	SaidRegister Said = 1 << iota
	SaidInterval
	SaidPower
	SaidPlain
	SaidState
	SaidAmbient
)

// Has tells whether something was said.
func (s Said) Has(what Said) bool { return s&what != 0 }

// Sighting is one message of a newcomer.
type Sighting struct {
	Newcomer
	// Kept is what it measured; nil where it measured nothing.
	Kept *Kept
}

// Kept is what a newcomer measured, until it is adopted.
type Kept struct {
	At     Instant
	Source TimeSource
	// Kind is 0 for a plain number, which is Plain.
	Kind   Kind
	Energy Energy
	Power  Power
	Span   int64
	Plain  string
}

// Letter is what could not be taken, for a person to read.
type Letter struct {
	At             Instant
	Dialect, Topic string
	// Text is the begin of the message, or what was understood of it.
	Text   string
	Reason string
}

// Bounds of the inbox.
const (
	// MaxNewcomers is how many addresses are remembered; those that were silent for longest make room.
	MaxNewcomers = 2000
	// MaxKept is how many measures are kept of a newcomer; beyond, each new one takes the place of the last.
	MaxKept = 20_000
	// MaxLetters is how many letters are kept, the newest.
	MaxLetters = 1000
	// MaxLetterText is how many bytes of a message are kept.
	MaxLetterText = 500
)

// Inbox keeps newcomers and letters.
type Inbox interface {
	// Remember notes messages of newcomers in one transaction, on the disk when it returns.
	Remember(ctx context.Context, sightings []Sighting) error
	// Newcomers gives those that are not ignored, the latest first.
	Newcomers(ctx context.Context) ([]Newcomer, error)
	// Newcomer is the one at an address, ignored or not.
	Newcomer(ctx context.Context, address string) (n Newcomer, found bool, err error)
	// KeptOf gives what a newcomer measured after an instant, oldest first, up to limit.
	KeptOf(ctx context.Context, address string, after Instant, limit int) ([]Kept, error)
	// ForgetNewcomer drops one with all that was kept of it.
	ForgetNewcomer(ctx context.Context, address string) error
	// IgnoreNewcomer keeps one from being listed.
	IgnoreNewcomer(ctx context.Context, address string) error
	// Bury keeps letters, the newest MaxLetters of all.
	Bury(ctx context.Context, letters []Letter) error
	// Letters gives the newest.
	Letters(ctx context.Context, limit int) ([]Letter, error)
}

// remember notes what an unknown address said.
func (t *taking) remember(o Observation) {
	t.count(o, outcomeNewcomer)
	at, source := t.when(o, Device{Space: t.caller.Space})
	n := Newcomer{
		Address: o.Address, Dialect: o.Dialect, Name: o.Name, Space: t.caller.Space, FirstSeen: t.now, LastSeen: t.now, Messages: 1,
		Last: o.summary(), Unit: o.Unit,
	}
	s := Sighting{Newcomer: n, Kept: &Kept{At: at, Source: source}}
	switch {
	case o.Register != nil:
		s.Said, s.Kept.Kind, s.Kept.Energy = SaidRegister, Register, *o.Register
	case o.Interval != nil:
		s.Said, s.Kept.Kind, s.Kept.Energy, s.Kept.Span = SaidInterval, Interval, *o.Interval, o.Span
	case o.Power != nil && !o.Counts:
		s.Said, s.Kept.Kind, s.Kept.Power = SaidPower, Sample, *o.Power
	case o.Plain != "":
		s.Said, s.Kept.Plain = SaidPlain, o.Plain
	default:
		s.Kept = nil
	}
	if o.Retained && source == ByArrival {
		s.Kept = nil // of another time
	}
	if o.State != "" {
		s.Said |= SaidState
	}
	if o.Temperature != nil || o.Humidity != nil || o.CO2 != nil || o.Occupancy != nil {
		s.Said |= SaidAmbient
	}
	t.sightings = append(t.sightings, s)
}

// summary says an observation in a few words.
func (o Observation) summary() string {
	var parts []string
	add := func(name string, text *string) {
		if text != nil {
			parts = append(parts, name+"="+*text)
		}
	}
	energyText := func(e *Energy) *string {
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
	if o.Plain != "" {
		text := o.Plain + string(o.Unit)
		add("value", &text)
	}
	if o.State != "" {
		text := string(o.State)
		add("state", &text)
	}
	add("temperature_c", thousandths(o.Temperature))
	add("humidity_pct", thousandths(o.Humidity))
	add("co2_ppm", whole(o.CO2))
	add("occupancy", whole(o.Occupancy))
	return strings.Join(parts, " ")
}

// Refuse keeps letters of messages that could not even be read.
func (i *Intake) Refuse(ctx context.Context, letters []Letter) error {
	for n := range letters {
		letters[n].At = i.clock.Now()
		letters[n].Text = strings.ToValidUTF8(letters[n].Text[:min(len(letters[n].Text), MaxLetterText)], "·")
		letters[n].Text = strings.ReplaceAll(letters[n].Text, "\x00", "·")
		i.counter.Count(letters[n].Dialect, letters[n].Reason)
	}
	return i.inbox.Bury(ctx, letters)
}

// Letters gives the newest letters. Errors: ErrForbidden; they may be of any part of the campus, so only who sees all of it may
// read them.
func (i *Intake) Letters(ctx context.Context, caller Caller, limit int) ([]Letter, error) {
	if !caller.MayManage() || caller.Space != "" {
		return nil, ErrForbidden{}
	}
	return i.inbox.Letters(ctx, limit)
}

// Newcomers gives the addresses that speak and that nobody has registered, the latest first, each with the device that is
// proposed for it. Who is limited to a space sees those that speak under its keys. Errors: ErrForbidden.
func (i *Intake) Newcomers(ctx context.Context, caller Caller) ([]Newcomer, error) {
	if !caller.MayManage() {
		return nil, ErrForbidden{}
	}
	campus, err := i.catalog.Campus(ctx)
	if err != nil {
		return nil, err
	}
	all, err := i.inbox.Newcomers(ctx)
	seen := all[:0]
	for _, n := range all {
		if n.seenBy(campus, caller) {
			seen = append(seen, n)
		}
	}
	return seen, err
}

func (n Newcomer) seenBy(campus *Campus, caller Caller) bool {
	return caller.Space == "" || (n.Space != "" && campus.Sees(caller, n.Space))
}

// newcomer is one that the caller sees.
func (i *Intake) newcomer(ctx context.Context, caller Caller, address string) (Newcomer, error) {
	if !caller.MayManage() {
		return Newcomer{}, ErrForbidden{}
	}
	campus, err := i.catalog.Campus(ctx)
	if err != nil {
		return Newcomer{}, err
	}
	n, found, err := i.inbox.Newcomer(ctx, address)
	if err == nil && (!found || !n.seenBy(campus, caller)) {
		err = ErrNotFound{Kind: "newcomer", ID: address}
	}
	return n, err
}

// Ignore keeps a newcomer from being listed. Errors: ErrForbidden, ErrNotFound.
func (i *Intake) Ignore(ctx context.Context, caller Caller, address string) error {
	if _, err := i.newcomer(ctx, caller, address); err != nil {
		return err
	}
	return i.inbox.IgnoreNewcomer(ctx, address)
}
