package gormenergy

import (
	"context"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// kinds are the kinds of reading that a device has: a bit each. Of intervals, those that claim their time.
type kinds int16

// chained are the kinds whose readings are decoded one from the other.
const chained = kinds(1<<energy.Register | 1<<energy.Sample)

func (k kinds) has(kind energy.Kind) bool { return k&(1<<kind) != 0 }

// kindOf is the bit of a reading; 0 of an interval that claims nothing, and of what was refused.
func kindOf(r energy.Reading) kinds {
	if r.Kind == energy.Rejected || (r.Kind == energy.Interval && !r.HasStatedSpan()) {
		return 0
	}
	return 1 << r.Kind
}

// chains are the devices that a transaction holds, with the kinds of their readings where they have any that is chained.
type chains struct {
	kinds  map[energy.DeviceID]kinds
	traits func(energy.DeviceID) ledger.Traits
}

// hold lets nobody else tell of the same times, or decode the same devices, until the transaction ends. A device's first reading of
// a kind that is chained waits for all others, for these ask first whether there is one.
func hold(ctx context.Context, rows rows, sorted []energy.Reading, traits func(energy.DeviceID) ledger.Traits) (chains, error) {
	held := chains{kinds: make(map[energy.DeviceID]kinds), traits: traits}
	wanted := make(map[energy.DeviceID]kinds)
	telling := false
	for _, r := range sorted {
		k := kindOf(r)
		if k != 0 || r.Kind == energy.Rejected {
			wanted[r.Device] |= k
		}
		telling = telling || k&chained == 0 && (k != 0 || r.Kind == energy.Rejected)
	}
	if len(wanted) == 0 {
		return held, nil
	}
	begins, err := beginners(ctx, rows, wanted)
	if err != nil {
		return held, err
	}
	if telling || len(begins) > 0 {
		if err := rows.holdTimes(ctx, claimsAmong(sorted), len(begins) > 0); err != nil {
			return held, err
		}
	}
	if err := rows.makeChains(ctx, begins); err != nil {
		return held, err
	}
	return held, held.take(ctx, rows, wanted)
}

// beginners are the devices, sorted, that get their first reading of a kind that is chained.
func beginners(ctx context.Context, rows rows, wanted map[energy.DeviceID]kinds) ([]energy.DeviceID, error) {
	var candidates, begins []energy.DeviceID
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		if wanted[id]&chained != 0 {
			candidates = append(candidates, id)
		}
	}
	if len(candidates) == 0 {
		return nil, nil
	}
	known, err := rows.chains(ctx, candidates, false)
	if err != nil {
		return nil, err
	}
	for _, id := range candidates {
		if k, is := known[id]; !is || wanted[id]&chained&^k != 0 {
			begins = append(begins, id)
		}
	}
	return begins, nil
}

// take holds the rows of the devices that have one, and notes the kinds that they get.
func (c chains) take(ctx context.Context, rows rows, wanted map[energy.DeviceID]kinds) error {
	known, err := rows.chains(ctx, slices.Sorted(maps.Keys(wanted)), true)
	if err != nil {
		return err
	}
	var unknown []energy.DeviceID
	for id, k := range known {
		if k == kindsUnknown || (k&chained == 0 && wanted[id]&chained != 0) {
			unknown = append(unknown, id)
		}
	}
	slices.Sort(unknown)
	found, err := rows.lookKinds(ctx, unknown)
	if err != nil {
		return err
	}
	changed := make(map[energy.DeviceID]kinds)
	for id, was := range known {
		is := was
		if _, looked := found[id]; looked || was == kindsUnknown {
			is = found[id]
		}
		if is |= wanted[id]; is != was {
			changed[id] = is
		}
		if is&chained != 0 {
			c.kinds[id] = is
		}
	}
	return rows.saveKinds(ctx, changed)
}

// claimsAmong are the readings that claim their time.
func claimsAmong(readings []energy.Reading) []energy.Reading {
	var claims []energy.Reading
	for _, r := range readings {
		if r.HasStatedSpan() {
			claims = append(claims, r)
		}
	}
	return claims
}

// kindsUnknown are those of a device whose readings nobody looked at yet.
const kindsUnknown = kinds(-1)

// lookedAt is how many of a device's readings are looked at, the newest first, for the kinds that it has.
const lookedAt = 1000
