package campus

import (
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// SeesReading reports whether a device hung within a caller's reach when it measured what it reported at an instant. A reading is
// of the time up to its instant, so that one of the instant of a move belongs where the device hung before.
func (c *Campus) SeesReading(caller energy.Caller, d Device, at energy.Instant) bool {
	return caller.Space == "" || c.Sees(caller, d.placedAt(at-1).Space)
}

// SeesState reports whether a device hung within a caller's reach from an instant on.
func (c *Campus) SeesState(caller energy.Caller, d Device, at energy.Instant) bool {
	return caller.Space == "" || c.Sees(caller, d.placedAt(at).Space)
}

// VisibleStays are the spans of [from, to) in which a device hung within a caller's reach, oldest first.
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

// Stay is [from, to).
type Stay struct{ From, To energy.Instant }

// ShownTo is a device as a caller may see it: without the places outside his reach where it hung before.
func (c *Campus) ShownTo(caller energy.Caller, d Device) Device {
	if len(d.Former) > 0 && caller.Space != "" {
		d.Former = slices.DeleteFunc(slices.Clone(d.Former), func(p Placement) bool { return !c.Sees(caller, p.Space) })
	}
	return d
}

// VisiblePage fills a page of what devices reported, by key, with what was reported within the caller's reach. read gives up to limit
// after a key. What was reported elsewhere is passed over without being read, once its first is met.
func VisiblePage[T any](campus *Campus, caller energy.Caller, after energy.Key, limit int, keyOf func(T) energy.Key, read func(after energy.Key, limit int) ([]T, error)) ([]T, error) {
	var page []T
	for {
		asked := limit - len(page)
		all, err := read(after, asked)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			key := keyOf(one)
			if key.Device == after.Device && key.At <= after.At {
				continue // passed over
			}
			after = key
			if device, _ := campus.Device(key.Device); campus.SeesReading(caller, device, key.At) {
				page = append(page, one)
			} else {
				after = campus.endOfUnseen(caller, device, key)
			}
		}
		if len(all) < asked || len(page) >= limit {
			return page, nil
		}
	}
}

// endOfUnseen is the last key before a device's next reading within a caller's reach.
func (c *Campus) endOfUnseen(caller energy.Caller, d Device, key energy.Key) energy.Key {
	for _, former := range d.Former {
		if former.Until >= key.At && c.SeesReading(caller, d, former.Until+1) {
			return energy.Key{Device: key.Device, At: former.Until}
		}
	}
	return energy.Key{Device: key.Device, At: FarAhead}
}
