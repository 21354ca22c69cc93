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

// rechain decodes from the first link that looks as far as the first touched instant to the first link after the last that comes
// out as it was.
func rechain(ctx context.Context, rows rows, key chainKey, touched []energy.Instant, t energy.Traits, entries energy.Entries) error {
	first, last := slices.Min(touched), slices.Max(touched)
	reach := 1
	if t.Paced(key.Kind) {
		reach = energy.PaceReach
	}
	earlier, err := rows.before(ctx, key, first, 2*reach)
	if err != nil {
		return err
	}
	from := max(0, len(earlier)-reach)
	base, err := baseBefore(ctx, rows, key, earlier[:from], t)
	if err != nil {
		return err
	}
	at := first
	if len(earlier) > 0 {
		at = earlier[from].At
	}
	before := instantsOf(earlier[:from])
	for {
		links, err := rows.from(ctx, key, at, linksAtOnce+1)
		if err != nil || len(links) == 0 {
			return err
		}
		var changed []energy.Link
		settled, done, after := energy.Rechain(t, base, before, links, beyond(links, last)+reach-1, len(links) > linksAtOnce, func(was, is energy.Link) {
			if was.Booked {
				entries.Book(key.Device, was.At, was.Booking, -1)
			}
			entries.Book(key.Device, is.At, is.Booking, +1)
			changed = append(changed, is)
		})
		if err := rows.saveLinks(ctx, changed); err != nil || settled {
			return err
		}
		base, at, before = after, links[done].At, instantsOf(links[max(0, done-reach):done])
	}
}

func instantsOf(links []energy.Link) []energy.Instant {
	instants := make([]energy.Instant, len(links))
	for i, l := range links {
		instants[i] = l.At
	}
	return instants
}

// baseBefore is where the chain stood after the last of the earlier links.
func baseBefore(ctx context.Context, rows rows, key chainKey, earlier []energy.Link, t energy.Traits) (energy.Base, error) {
	if n := len(earlier); n > 0 {
		return earlier[n-1].Standing(t), nil
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
