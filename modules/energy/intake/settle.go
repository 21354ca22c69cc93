package intake

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// SettleAll books what was kept of newcomers that are devices by now: those whose adoption was cut short, whose messages came to
// a process that had not heard of it yet, or whose numbers had no unit until then.
func (i *Intake) SettleAll(ctx context.Context) error {
	campus, err := i.catalog.Campus(ctx)
	if err != nil {
		return err
	}
	all, err := i.inbox.Discovered(ctx)
	if err != nil {
		return err
	}
	channels, err := i.wholes.with(ctx, campus, all)
	if err != nil {
		return err
	}
	for _, n := range all {
		d, adopted := adoptedAs(campus, n, channels)
		if _, wait := n.measureAs(d); !adopted || wait {
			continue
		}
		if _, err := i.settle(ctx, n.Key(), d); err != nil {
			return err
		}
	}
	return nil
}

// measureAs is the kind of measure that is booked of a newcomer that is a device. wait is set where it sent numbers of which
// nobody has said what they count.
func (n DiscoveredDevice) measureAs(d campus.Device) (measure energy.Kind, wait bool) {
	if !n.Measured.Has(SaidPlain) {
		return n.Propose().Measure, false
	}
	measure = measureOfPlain(d.Plain)
	return measure, measure == 0 && n.Held > 0
}

// system is the caller of what the program does by itself.
var system = energy.Caller{Subject: "holotwin", Role: energy.Admin}

// settle books what was kept of a newcomer as a device's, and forgets it. It may be done again, and by several at once.
func (i *Intake) settle(ctx context.Context, key DiscoveredKey, d campus.Device) (counted int, err error) {
	reader, err := i.ledger.Reader(ctx, system)
	if err != nil {
		return 0, err
	}
	s := &settling{device: d, reader: reader, shown: -1}
	for left := true; left; {
		s.showed = s.shown
		var outcomes []energy.Outcome
		outcomes, left, err = i.inbox.Settle(ctx, key, ledger.BatchSize, Settlement{Readings: s.readings, Rejected: s.rejectedOf, Traits: ledger.TraitsIn(reader.Campus)})
		if err != nil {
			return counted, err
		}
		for _, o := range outcomes {
			if o.Result == energy.Inserted && o.Stored.Kind != energy.Rejected {
				counted++
			}
		}
	}
	return counted, nil
}

// settling makes readings of what was kept of a newcomer.
type settling struct {
	device campus.Device
	reader ledger.Reader
	// shown is what the counter showed last, showed what it did before the measures at hand; negative where that is not known.
	shown, showed energy.Energy
	// of are the observations behind the readings at hand, refused the letters of what cannot be one.
	of      []Observation
	refused []RejectedMessage
	caller  energy.Caller
}

// readings makes readings, as any other way in does; a counter that stands was perhaps not read again.
func (s *settling) readings(n DiscoveredDevice, kept []BufferedMeasurement) ([]energy.Reading, bool) {
	measure, wait := n.measureAs(s.device)
	if wait {
		return nil, true
	}
	s.refused, s.shown, s.caller = nil, s.showed, energy.Caller{Subject: n.Subject, Space: n.Space}
	var all []energy.Reading
	var of []Observation
	for _, k := range kept {
		r, is := k.measured(measure, s.device)
		if !is || (r.Kind == energy.Register && k.Source >= energy.ByBridge && r.Energy == s.shown) {
			continue
		}
		if r.Kind == energy.Register {
			s.shown = r.Energy
		}
		r.Device, r.At, r.Source = s.device.ID, s.at(n, k), k.Source
		reading, flaws := s.reader.Read(ledger.DraftOf(r, s.device))
		if len(flaws) > 0 {
			s.refuse(k.observation(n), flaws[0].Rule)
		}
		if len(flaws) > 0 && reading.Kind != energy.Rejected {
			continue
		}
		all, of = append(all, reading), append(of, k.observation(n))
	}
	return s.distinct(all, of), false
}

// at is the instant of what was kept. A local time was read in the zone of the keys' space, where nobody knew yet where the device
// is: it is read again in the zone of its site.
func (s *settling) at(n DiscoveredDevice, k BufferedMeasurement) energy.Instant {
	read, own := s.reader.Campus.Zone(n.Space), s.reader.Campus.Zone(s.device.Space)
	if k.Source != energy.ByDeviceLocal || read.String() == own.String() {
		return k.At
	}
	at, err := energy.NearestInstant(energy.WallTimeIn(read, k.At), own, k.At)
	if err != nil {
		return k.At
	}
	return at
}

// distinct leaves readings out whose instant another has that the device told too.
func (s *settling) distinct(all []energy.Reading, of []Observation) []energy.Reading {
	some, places, _ := ledger.Distinct(all)
	s.of = make([]Observation, len(some))
	taken := make([]bool, len(some))
	for n, place := range places {
		switch {
		case !taken[place]:
			s.of[place], taken[place] = of[n], true
		case all[n].Kind != energy.Rejected && !all[n].SameValue(some[place]):
			s.refuse(of[n], reasonConflicting)
		}
	}
	return some
}

func (s *settling) refuse(o Observation, reason string) {
	s.refused = append(s.refused, rejectedMessageOf(s.caller, s.reader.Now, o, reason))
}

// rejectedOf tells what was not stored.
func (s *settling) rejectedOf(outcomes []energy.Outcome) []RejectedMessage {
	for n, o := range outcomes {
		switch {
		case o.Stored.Kind == energy.Rejected:
		case o.Result == energy.Conflict:
			s.refuse(s.of[n], reasonConflicting)
		case o.Result == energy.Overlapping:
			s.refuse(s.of[n], energy.RuleOverlapping)
		}
	}
	return s.refused
}

// measured is what was kept as a reading, if it is of the kind that is booked.
func (k BufferedMeasurement) measured(measure energy.Kind, d campus.Device) (energy.Reading, bool) {
	r := energy.Reading{Kind: k.Kind, Energy: k.Energy, Power: k.Power, Span: k.Span}
	if k.Kind == 0 {
		var err error
		if r, _, err = plainMeasure(Observation{Plain: k.Plain}, d); err != nil {
			return r, false
		}
	}
	return r, r.Kind == measure && measure != 0
}

// observation is what was kept as it was said.
func (k BufferedMeasurement) observation(n DiscoveredDevice) Observation {
	o := Observation{Dialect: n.Dialect, Address: n.Address, Plain: k.Plain}
	switch k.Kind {
	case energy.Register:
		o.Register = &k.Energy
	case energy.Interval:
		o.Interval = &k.Energy
	case energy.Sample:
		o.Power = &k.Power
	}
	return o
}
