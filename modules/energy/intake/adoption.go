package intake

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Proposal is the device that a newcomer seems to be.
type Proposal struct {
	ID    string
	Kind  campus.DeviceKind
	Plain campus.PlainNumber
	// Measure is what would be booked: register, interval, power, or nothing.
	Measure energy.Kind
}

// kindsByName tell a device's kind by words in its name, in the order in which they are tried.
var kindsByName = []struct {
	words []string
	kind  campus.DeviceKind
}{
	{[]string{"emeter", "/em:", "/em1:", "meter", "medidor", "contador", "tablero", "grid"}, campus.KindMeter},
	{[]string{"aire", "split", "minisplit", "hvac", "clima", "/ac"}, campus.KindAC},
	{[]string{"luz", "luces", "lamp", "light", "lumin"}, campus.KindLighting},
	{[]string{"pc", "computador", "desktop", "laptop", "portatil", "monitor"}, campus.KindComputer},
	{[]string{"ps4", "ps5", "xbox", "consola", "console"}, campus.KindConsole},
	{[]string{"tv", "televisor", "proyector"}, campus.KindTV},
	{[]string{"lab"}, campus.KindLab},
	{[]string{"nevera", "cafetera", "horno", "plug", "enchufe", "fridge", "socket"}, campus.KindAppliance},
}

// Propose says what device a newcomer seems to be, by what it said and how it is called.
func (n DiscoveredDevice) Propose() Proposal {
	p := Proposal{ID: idOf(n), Kind: campus.KindOther}
	name := strings.ToLower(n.Address + " " + n.Name)
	if !n.Measured.Has(SaidRegister | SaidInterval | SaidPower | SaidPlain) {
		p.Kind = campus.KindSensor
		return p
	}
	for _, k := range kindsByName {
		if slices.ContainsFunc(k.words, func(word string) bool { return strings.Contains(name, word) }) {
			p.Kind = k.kind
			break
		}
	}
	switch {
	case n.Measured.Has(SaidRegister):
		p.Measure = energy.Register
	case n.Measured.Has(SaidInterval):
		p.Measure = energy.Interval
	case n.Measured.Has(SaidPower):
		p.Measure = energy.Sample
	default:
		p.Plain = campus.PlainNumber{Unit: n.unit(name)}
		p.Measure = measureOfPlain(p.Plain)
	}
	return p
}

func measureOfPlain(p campus.PlainNumber) energy.Kind {
	switch {
	case p.Unit.IsPower():
		return energy.Sample
	case p.Unit.IsEnergy() && p.Interval:
		return energy.Interval
	case p.Unit.IsEnergy():
		return energy.Register
	}
	return 0
}

// unit is what the newcomer said of its numbers, or what its name lets one guess.
func (n DiscoveredDevice) unit(name string) energy.Unit {
	if n.Unit != "" {
		return n.Unit
	}
	last := name[strings.LastIndexAny(strings.TrimSpace(n.Address), "/#")+1:]
	for _, guess := range []struct {
		word string
		unit energy.Unit
	}{
		{"kwh", energy.UnitKilowattHour}, {"wh", energy.UnitWattHour}, {"energ", energy.UnitKilowattHour}, {"kw", energy.UnitKilowatt}, {"pow", energy.UnitWatt}, {"potencia", energy.UnitWatt}, {"watt", energy.UnitWatt},
	} {
		if strings.Contains(last, guess.word) {
			return guess.unit
		}
	}
	return ""
}

// idOf makes an id of a newcomer's name, or of its address.
func idOf(n DiscoveredDevice) string {
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

// Adoption is which newcomer is adopted, and the device that it becomes.
type Adoption struct {
	Address string
	// Of is the space of the keys that it speaks under, where several speak at the address; nil takes the one whose space holds
	// the device most closely.
	Of *energy.SpaceID
	// ID is the device's; empty is the proposed one. Edit is what is not as it is proposed.
	ID   string
	Edit campus.DeviceEdit
}

// Adopt makes a device of a newcomer: as it is proposed, but for what the caller sets. What it sent since it was first seen is
// booked; counted is how many readings those were. What it sends meanwhile, or what cannot be booked at the moment, is booked by
// SettleAll. Errors: ErrForbidden, ErrNotFound, ErrInvalid, ErrTaken.
func (i *Intake) Adopt(ctx context.Context, caller energy.Caller, a Adoption) (d campus.Device, counted int, err error) {
	all, campus, err := i.visibleDiscovered(ctx, caller)
	if err != nil {
		return d, 0, err
	}
	n, found := a.choose(campus, all)
	if !found {
		return d, 0, energy.ErrNotFound{Kind: "newcomer", ID: a.Address}
	}
	p, edit := n.Propose(), a.Edit
	if edit.Kind == nil {
		edit.Kind = &p.Kind
	}
	if edit.Name == nil && n.Name != "" {
		edit.Name = &n.Name
	}
	if edit.Plain == nil {
		edit.Plain = &p.Plain
	}
	edit.MQTTTopic = &a.Address
	if d, err = i.catalog.CreateDevice(ctx, caller, cmp.Or(a.ID, p.ID), edit); err != nil {
		return d, 0, err
	}
	counted, _ = i.settle(ctx, n.Key(), d) // the device is there, and what is kept is safe: SettleAll goes on
	return d, counted, nil
}

// choose gives the newcomer that is meant.
func (a Adoption) choose(campus *campus.Campus, all []DiscoveredDevice) (chosen DiscoveredDevice, found bool) {
	depth := -1
	for _, n := range all {
		if n.Address != a.Address || (a.Of != nil && *a.Of != n.Space) {
			continue
		}
		near := len(campus.Path(n.Space))
		if a.Edit.Space != nil && !campus.Contains(n.Space, *a.Edit.Space) {
			near = 0
		}
		if !found || near > depth {
			chosen, found, depth = n, true, near
		}
	}
	return chosen, found
}
