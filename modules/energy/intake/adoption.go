package intake

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Proposal is what the program proposes for a discovered device.
type Proposal struct {
	ID    string
	Kind  campus.DeviceKind
	Plain campus.PlainNumber
	// Measure is what the ledger would store: register, interval, power, or nothing.
	Measure energy.Kind
}

// kindsByName maps words in a name to a device's kind. The first match wins.
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

// Propose returns the device that this discovered device seems to be, by its messages and its name.
func (n DiscoveredDevice) Propose() Proposal {
	p := Proposal{ID: idOf(n), Kind: campus.KindOther}
	name := strings.ToLower(n.Address + " " + n.Name)
	if !n.Measured.Has(SendsRegister | SendsInterval | SendsPower | SendsPlain) {
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
	case n.Measured.Has(SendsRegister):
		p.Measure = energy.Register
	case n.Measured.Has(SendsInterval):
		p.Measure = energy.Interval
	case n.Measured.Has(SendsPower):
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

// unit returns the unit that the device reported for its numbers, or a guess by its name; empty if neither is known.
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

// idOf returns an id made from the name of a discovered device, or from its address.
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

// Adoption is the choice of a discovered device and of the device that it becomes.
type Adoption struct {
	Address string
	// Of is the space of the API keys that send from the address. It is needed if several parts of the campus send from it; nil
	// chooses the space closest to the device.
	Of *energy.SpaceID
	// ID is the new device's id; empty is the proposed id. Edit replaces fields of the proposal.
	ID   string
	Edit campus.DeviceEdit
}

// Adopt creates a device from a discovered device: the proposal with the fields that the caller sets. It stores the measurements
// that were buffered since the discovery; counted is the number of readings. SettleAll stores later what arrives meanwhile or
// cannot be stored now. Errors: ErrForbidden, ErrNotFound, ErrInvalid, ErrTaken.
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
	counted, _ = i.settle(ctx, n.Key(), d) // the device exists and its buffer is safe: SettleAll retries
	return d, counted, nil
}

// choose returns the discovered device that the adoption means.
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
