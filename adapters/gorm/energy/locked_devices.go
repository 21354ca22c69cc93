package gormenergy

import (
	"context"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// kinds are the kinds of reading that a device has, as bits. An interval counts only if its span is not a guess.
type kinds int16

// chained are the kinds whose readings are decoded relative to the one before.
const chained = kinds(1<<energy.Register | 1<<energy.Sample)

func (k kinds) has(kind energy.Kind) bool { return k&(1<<kind) != 0 }

// kindOf is the bit of a reading's kind; 0 for an interval with a guessed span, and for a rejected reading.
func kindOf(r energy.Reading) kinds {
	if r.Kind == energy.Rejected || (r.Kind == energy.Interval && !r.HasStatedSpan()) {
		return 0
	}
	return 1 << r.Kind
}

// chains are the devices that a transaction has locked. A device with chained readings has its kinds.
type chains struct {
	kinds  map[energy.DeviceID]kinds
	traits func(energy.DeviceID) ledger.Traits
}

// lockChains locks times and devices until the transaction ends, so that no other transaction stores overlapping intervals or decodes the
// same devices. A device's first chained reading waits for all other transactions, because they check first whether there is one.
func lockChains(ctx context.Context, rows rows, sorted []energy.Reading, traits func(energy.DeviceID) ledger.Traits) (chains, error) {
	held := chains{kinds: make(map[energy.DeviceID]kinds), traits: traits}
	wanted := make(map[energy.DeviceID]kinds)
	covers := false
	for _, r := range sorted {
		k := kindOf(r)
		if k != 0 || r.Kind == energy.Rejected {
			wanted[r.Device] |= k
		}
		covers = covers || k&chained == 0 && (k != 0 || r.Kind == energy.Rejected)
	}
	if len(wanted) == 0 {
		return held, nil
	}
	begins, err := firstChained(ctx, rows, wanted)
	if err != nil {
		return held, err
	}
	if covers || len(begins) > 0 {
		if err := rows.lockTimes(ctx, claimsAmong(sorted), len(begins) > 0); err != nil {
			return held, err
		}
	}
	if err := rows.makeChains(ctx, begins); err != nil {
		return held, err
	}
	return held, held.lock(ctx, rows, wanted)
}

// firstChained are the devices, sorted, that get their first reading of a chained kind.
func firstChained(ctx context.Context, rows rows, wanted map[energy.DeviceID]kinds) ([]energy.DeviceID, error) {
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

// lock locks the rows of the devices that have one, and records their new kinds.
func (c chains) lock(ctx context.Context, rows rows, wanted map[energy.DeviceID]kinds) error {
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

// claimsAmong returns the intervals whose span is not a guess.
func claimsAmong(readings []energy.Reading) []energy.Reading {
	var claims []energy.Reading
	for _, r := range readings {
		if r.HasStatedSpan() {
			claims = append(claims, r)
		}
	}
	return claims
}

// kindsUnknown are the kinds of a device whose readings were not checked yet.
const kindsUnknown = kinds(-1)

// maxKindReadings is how many of a device's newest readings are checked for its kinds.
const maxKindReadings = 1000
