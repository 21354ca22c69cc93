package gormenergy

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// chainKey names the readings of one kind of one device, which are decoded one from the other.
type chainKey struct {
	Device energy.DeviceID
	Kind   energy.Kind
}

// rechainAll decodes again what new links change, and notes the difference in entries.
func rechainAll(ctx context.Context, rows rows, linked map[chainKey][]energy.Instant, traits func(energy.DeviceID) energy.Traits, entries energy.Entries) error {
	if len(linked) == 0 {
		return nil
	}
	keys := slices.SortedFunc(maps.Keys(linked), func(a, b chainKey) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Kind, b.Kind))
	})
	devices := make([]energy.DeviceID, len(keys))
	for i, k := range keys {
		devices[i] = k.Device
	}
	if err := rows.lockChains(ctx, slices.Compact(devices)); err != nil {
		return err
	}
	for _, k := range keys {
		if err := rechain(ctx, rows, k, linked[k], traits(k.Device), entries); err != nil {
			return err
		}
	}
	return nil
}

// linksAtOnce bounds what one round of decoding holds in memory.
const linksAtOnce = 1000

// rechain decodes from the link before the first touched instant, which looks at the one after it, to the first
// link after the last that comes out as it was.
func rechain(ctx context.Context, rows rows, key chainKey, touched []energy.Instant, t energy.Traits, entries energy.Entries) error {
	first, last := slices.Min(touched), slices.Max(touched)
	earlier, err := rows.before(ctx, key, first, 2)
	if err != nil {
		return err
	}
	base, err := baseBefore(ctx, rows, key, earlier, t)
	if err != nil {
		return err
	}
	at := first
	if len(earlier) > 0 {
		at = earlier[len(earlier)-1].At
	}
	for {
		links, err := rows.from(ctx, key, at, linksAtOnce+1)
		if err != nil || len(links) == 0 {
			return err
		}
		var changed []energy.Link
		settled, after := energy.Rechain(t, base, links, beyond(links, last), len(links) > linksAtOnce, func(was, is energy.Link) {
			if was.Booked {
				entries.Book(key.Device, was.At, was.Booking, -1)
			}
			entries.Book(key.Device, is.At, is.Booking, +1)
			changed = append(changed, is)
		})
		if err := rows.saveLinks(ctx, changed); err != nil || settled {
			return err
		}
		base, at = after, links[len(links)-1].At
	}
}

// baseBefore is what the last of the earlier links, up to two, was subtracted from.
func baseBefore(ctx context.Context, rows rows, key chainKey, earlier []energy.Link, t energy.Traits) (energy.Base, error) {
	if len(earlier) == 2 {
		return earlier[0].Standing(t), nil
	}
	return rows.keptBase(ctx, key)
}

// beyond is how many links must be decoded: those up to the last touched instant and the one after it.
func beyond(links []energy.Link, last energy.Instant) int {
	for i, l := range links {
		if l.At > last {
			return i + 1
		}
	}
	return len(links)
}
