package energy

import (
	"context"
	"slices"
	"strings"
)

// Proposal is the device that a newcomer seems to be.
type Proposal struct {
	ID    string
	Kind  DeviceKind
	Plain PlainNumber
	// Measure is what would be booked: register, interval, power, or nothing.
	Measure Kind
}

// kindsByName tell a device's kind by words in its name, in the order in which they are tried.
var kindsByName = []struct {
	words []string
	kind  DeviceKind
}{
	{[]string{"emeter", "/em:", "/em1:", "meter", "medidor", "contador", "tablero", "grid"}, KindMeter},
	{[]string{"aire", "split", "minisplit", "hvac", "clima", "/ac"}, KindAC},
	{[]string{"luz", "luces", "lamp", "light", "lumin"}, KindLighting},
	{[]string{"pc", "computador", "desktop", "laptop", "portatil", "monitor"}, KindComputer},
	{[]string{"ps4", "ps5", "xbox", "consola", "console"}, KindConsole},
	{[]string{"tv", "televisor", "proyector"}, KindTV},
	{[]string{"lab"}, KindLab},
	{[]string{"nevera", "cafetera", "horno", "plug", "enchufe", "fridge", "socket"}, KindAppliance},
}

// Propose says what device a newcomer seems to be, by what it said and how it is called.
func (n Newcomer) Propose() Proposal {
	p := Proposal{ID: idOf(n), Kind: KindOther}
	name := strings.ToLower(n.Address + " " + n.Name)
	if !n.Said.Has(SaidRegister | SaidInterval | SaidPower | SaidPlain) {
		p.Kind = KindSensor
		return p
	}
	for _, k := range kindsByName {
		if slices.ContainsFunc(k.words, func(word string) bool { return strings.Contains(name, word) }) {
			p.Kind = k.kind
			break
		}
	}
	switch {
	case n.Said.Has(SaidRegister):
		p.Measure = Register
	case n.Said.Has(SaidInterval):
		p.Measure = Interval
	case n.Said.Has(SaidPower):
		p.Measure = Sample
	default:
		p.Plain = PlainNumber{Unit: n.unit(name)}
		p.Measure = p.Plain.measure()
	}
	return p
}

func (p PlainNumber) measure() Kind {
	switch {
	case p.Unit.IsPower():
		return Sample
	case p.Unit.IsEnergy() && p.Interval:
		return Interval
	case p.Unit.IsEnergy():
		return Register
	}
	return 0
}

// unit is what the newcomer said of its numbers, or what its name lets one guess.
func (n Newcomer) unit(name string) Unit {
	if n.Unit != "" {
		return n.Unit
	}
	last := name[strings.LastIndexAny(strings.TrimSpace(n.Address), "/#")+1:]
	for _, guess := range []struct {
		word string
		unit Unit
	}{
		{"kwh", UnitKilowattHour}, {"wh", UnitWattHour}, {"energ", UnitKilowattHour}, {"kw", UnitKilowatt}, {"pow", UnitWatt}, {"potencia", UnitWatt}, {"watt", UnitWatt},
	} {
		if strings.Contains(last, guess.word) {
			return guess.unit
		}
	}
	return ""
}

// idOf makes an id of a newcomer's name, or of its address.
func idOf(n Newcomer) string {
	name := n.Name
	if name == "" {
		name = n.Address
	}
	accents := strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n")
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '_', r == ':', r == '-':
			return r
		}
		return '-'
	}, accents.Replace(strings.ToLower(name)))
	const longest = 64
	return strings.Trim(id[:min(len(id), longest)], "-")
}

// Adopt makes a device of a newcomer: as it is proposed, but for what the caller sets. What it sent since it was first seen is
// booked; counted is how many readings those were. An empty id is the proposed one. Errors: ErrForbidden, ErrNotFound, ErrInvalid,
// ErrTaken.
func (i *Intake) Adopt(ctx context.Context, caller Caller, address, id string, edit DeviceEdit) (d Device, counted int, err error) {
	n, err := i.newcomer(ctx, caller, address)
	if err != nil {
		return d, 0, err
	}
	p := n.Propose()
	if id == "" {
		id = p.ID
	}
	if edit.Kind == nil {
		edit.Kind = &p.Kind
	}
	if edit.Name == nil && n.Name != "" {
		edit.Name = &n.Name
	}
	if edit.Plain == nil {
		edit.Plain = &p.Plain
	}
	edit.MQTTTopic = &address
	if d, err = i.catalog.CreateDevice(ctx, caller, id, edit); err != nil {
		return d, 0, err
	}
	counted, err = i.settle(ctx, n, d)
	return d, counted, err
}

// SettleAll books what was kept of newcomers that are devices by now: those whose adoption was cut short, or whose messages came
// to a process that had not heard of it yet.
func (i *Intake) SettleAll(ctx context.Context) error {
	campus, err := i.catalog.Campus(ctx)
	if err != nil {
		return err
	}
	all, err := i.inbox.Newcomers(ctx)
	if err != nil {
		return err
	}
	for _, n := range all {
		if d, known := campus.DeviceAt(n.Address); known {
			if _, err := i.settle(ctx, n, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// system is the caller of what the program does by itself.
var system = Caller{Subject: "holotwin", Role: Admin}

// settle books what was kept of a newcomer as a device's, and forgets it. It may be done again.
func (i *Intake) settle(ctx context.Context, n Newcomer, d Device) (counted int, err error) {
	measure := n.Propose().Measure
	if n.Said.Has(SaidPlain) {
		measure = d.Plain.measure()
	}
	after, register := Instant(-1), Energy(-1)
	for {
		kept, err := i.inbox.KeptOf(ctx, n.Address, after, batchSize)
		if err != nil {
			return counted, err
		}
		if len(kept) == 0 {
			return counted, i.inbox.ForgetNewcomer(ctx, n.Address)
		}
		var rows []Row
		for _, k := range kept {
			after = k.At
			r, is := k.measured(measure, d)
			if !is || (r.Kind == Register && k.Source >= ByBridge && r.Energy == register) {
				continue
			}
			if r.Kind == Register {
				register = r.Energy
			}
			rows = append(rows, Row{Line: len(rows), Report: reportOf(r, d, k.At, k.Source)})
		}
		summary, err := i.ledger.RecordAll(ctx, system, slices.Values(rows), false)
		counted += summary.Inserted
		if err != nil {
			return counted, err
		}
	}
}

// measured is what was kept as a reading of the kind that is booked.
func (k Kept) measured(measure Kind, d Device) (Reading, bool) {
	r := Reading{Kind: k.Kind, Energy: k.Energy, Power: k.Power, Span: k.Span}
	if k.Kind == 0 {
		var err error
		if r, _, err = plainMeasure(Observation{Plain: k.Plain}, d); err != nil {
			return r, false
		}
	}
	return r, r.Kind == measure && measure != 0
}
