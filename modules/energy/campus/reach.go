package campus

import (
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// SeesReading reports whether a device was within a caller's reach when it measured the reading of an instant. A reading covers
// the time up to its instant, so a reading at the instant of a move belongs to the place before it.
func (c *Campus) SeesReading(caller energy.Caller, d Device, at energy.Instant) bool {
	return caller.Space == "" || c.Sees(caller, d.placedAt(at-1).Space)
}

// SeesState reports whether a device was within a caller's reach from an instant on.
func (c *Campus) SeesState(caller energy.Caller, d Device, at energy.Instant) bool {
	return caller.Space == "" || c.Sees(caller, d.placedAt(at).Space)
}

// VisibleStays are the spans of [from, to) in which a device was within a caller's reach, oldest first.
func (c *Campus) VisibleStays(caller energy.Caller, d Device, from, to energy.Instant) []Stay {
	var spans []Stay
	for _, place := range append(slices.Clone(d.Former), Placement{Space: d.Space, Until: to}) {
		end := min(place.Until, to)
		if end <= from {
			continue
		}
		if caller.Space == "" || c.Sees(caller, place.Space) {
			spans = append(spans, Stay{from, end})
		}
		from = end
	}
	return spans
}

// Stay is the time [From, To) that a device was in one place.
type Stay struct{ From, To energy.Instant }

// ShownTo is a device as a caller may see it: without its earlier places outside their reach.
func (c *Campus) ShownTo(caller energy.Caller, d Device) Device {
	if len(d.Former) > 0 && caller.Space != "" {
		d.Former = slices.DeleteFunc(slices.Clone(d.Former), func(p Placement) bool { return !c.Sees(caller, p.Space) })
	}
	return d
}

// VisiblePage returns up to limit items after a key, by key, that devices reported within the caller's reach. read returns up to
// limit items after a key. When an item is out of reach, the rest of the device's stay there is skipped without reading it.
func VisiblePage[T any](campus *Campus, caller energy.Caller, after energy.Key, limit int, keyOf func(T) energy.Key, read func(after energy.Key, limit int) ([]T, error)) ([]T, error) {
	var page []T
	for {
		missing := limit - len(page)
		all, err := read(after, missing)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			key := keyOf(one)
			if key.Device == after.Device && key.At <= after.At {
				continue // skipped
			}
			after = key
			if device, _ := campus.Device(key.Device); campus.SeesReading(caller, device, key.At) {
				page = append(page, one)
			} else {
				after = campus.endOfHidden(caller, device, key)
			}
		}
		if len(all) < missing || len(page) >= limit {
			return page, nil
		}
	}
}

// endOfHidden is the last key before a device's next reading within a caller's reach.
func (c *Campus) endOfHidden(caller energy.Caller, d Device, key energy.Key) energy.Key {
	for _, former := range d.Former {
		if former.Until >= key.At && c.SeesReading(caller, d, former.Until+1) {
			return energy.Key{Device: key.Device, At: former.Until}
		}
	}
	return energy.Key{Device: key.Device, At: FarAhead}
}
