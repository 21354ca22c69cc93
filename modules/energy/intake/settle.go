package intake

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// SettleAll stores the buffered measurements of discovered devices that are registered by now: if the adoption was interrupted,
// if another process did not know of it yet, or if the unit was unknown until now.
func (i *Intake) SettleAll(ctx context.Context) error {
	campus, err := i.catalog.Campus(ctx)
	if err != nil {
		return err
	}
	all, err := i.inbox.Discovered(ctx)
	if err != nil {
		return err
	}
	channels, err := i.channels.withDiscovered(ctx, campus, all)
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

// measureAs returns the kind of measurement to store for a discovered device that is registered. wait is true if its numbers have
// no unit yet.
func (n DiscoveredDevice) measureAs(d campus.Device) (measure energy.Kind, wait bool) {
	if !n.Measured.Has(SendsPlain) {
		return n.Propose().Measure, false
	}
	measure = measureOfPlain(d.Plain)
	return measure, measure == 0 && n.Held > 0
}

// system is the caller of the program's own actions.
var system = energy.Caller{Subject: "holotwin", Role: energy.Admin}

// settle stores the buffered measurements of a discovered device as readings of a device, and removes the discovered device. It
// may be repeated, and run concurrently.
func (i *Intake) settle(ctx context.Context, key DiscoveredKey, d campus.Device) (counted int, err error) {
	reader, err := i.ledger.Reader(ctx, system)
	if err != nil {
		return 0, err
	}
	s := &settling{device: d, reader: reader, lastRegister: -1}
	for left := true; left; {
		s.previousRegister = s.lastRegister
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

// settling converts buffered measurements of a discovered device to readings.
type settling struct {
	device campus.Device
	reader ledger.Reader
	// lastRegister is the register's last value, previousRegister its value before the current measurements; negative if unknown.
	lastRegister, previousRegister energy.Energy
	// observations are the observations of the current readings, rejected the messages of the others.
	observations []Observation
	rejected     []RejectedMessage
	caller       energy.Caller
}

// readings converts measurements to readings, with the rules of every other input. A register that did not change may not have
// been read again, so it is skipped.
func (s *settling) readings(n DiscoveredDevice, kept []BufferedMeasurement) ([]energy.Reading, bool) {
	measure, wait := n.measureAs(s.device)
	if wait {
		return nil, true
	}
	s.rejected, s.lastRegister, s.caller = nil, s.previousRegister, energy.Caller{Subject: n.Subject, Space: n.Space}
	var all []energy.Reading
	var of []Observation
	for _, k := range kept {
		r, is := k.measured(measure, s.device)
		if !is || (r.Kind == energy.Register && k.Source >= energy.ByBridge && r.Energy == s.lastRegister) {
			continue
		}
		if r.Kind == energy.Register {
			s.lastRegister = r.Energy
		}
		r.Device, r.At, r.Source = s.device.ID, s.at(n, k), k.Source
		reading, flaws := s.reader.Read(ledger.DraftOf(r, s.device))
		if len(flaws) > 0 {
			s.reject(k.observation(n), flaws[0].Rule)
		}
		if len(flaws) > 0 && reading.Kind != energy.Rejected {
			continue
		}
		all, of = append(all, reading), append(of, k.observation(n))
	}
	return s.distinct(all, of), false
}

// at returns the instant of a measurement. A local time was read in the zone of the keys' space, because the device's place was
// unknown. It is now read in the zone of the device's site.
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

// distinct drops readings that share an instant with another.
func (s *settling) distinct(all []energy.Reading, of []Observation) []energy.Reading {
	some, places, _ := ledger.Distinct(all)
	s.observations = make([]Observation, len(some))
	taken := make([]bool, len(some))
	for n, place := range places {
		switch {
		case !taken[place]:
			s.observations[place], taken[place] = of[n], true
		case all[n].Kind != energy.Rejected && !all[n].SameValue(some[place]):
			s.reject(of[n], reasonConflicting)
		}
	}
	return some
}

func (s *settling) reject(o Observation, reason string) {
	s.rejected = append(s.rejected, rejectedMessageOf(s.caller, s.reader.Now, o, reason))
}

// rejectedOf returns what was not stored.
func (s *settling) rejectedOf(outcomes []energy.Outcome) []RejectedMessage {
	for n, o := range outcomes {
		switch {
		case o.Stored.Kind == energy.Rejected:
		case o.Result == energy.Conflict:
			s.reject(s.observations[n], reasonConflicting)
		case o.Result == energy.Overlapping:
			s.reject(s.observations[n], energy.RuleOverlapping)
		}
	}
	return s.rejected
}

// measured returns a measurement as a reading, if its kind is the one to store.
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

// observation returns a measurement as an observation.
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
