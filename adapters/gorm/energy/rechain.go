package gormenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// chainKey identifies the readings of one kind of one device. Each of them is decoded relative to the one before.
type chainKey struct {
	Device energy.DeviceID
	Kind   energy.Kind
}

// touched are, by chain, the instants whose links changed. Links are decoded again from the first to the last.
type touched map[chainKey][]energy.Instant

func (t touched) add(chain chainKey, instants ...energy.Instant) {
	t[chain] = append(t[chain], instants...)
}

// addCounted touches the links of a chain that count energy in a span, if the device has such readings.
func (t touched) addCounted(span energy.Span, chain chainKey, held chains) {
	if held.kinds[chain.Device].has(chain.Kind) {
		t.add(chain, span.From+1, span.To)
	}
}

// rechainAll decodes the links again that new links change, registers first, and adds the difference to entries. The devices are locked.
func rechainAll(ctx context.Context, rows rows, linked touched, held chains, entries ledger.Entries) error {
	for _, k := range linked.ofKind(energy.Register) {
		changed := func(span energy.Span) { linked.addCounted(span, chainKey{k.Device, energy.Sample}, held) }
		if err := rechain(ctx, rows, k, linked[k], held, entries, changed); err != nil {
			return err
		}
	}
	for _, k := range linked.ofKind(energy.Sample) {
		if err := rechain(ctx, rows, k, linked[k], held, entries, func(energy.Span) {}); err != nil {
			return err
		}
	}
	return nil
}

// ofKind returns the chains of a kind.
func (t touched) ofKind(kind energy.Kind) []chainKey {
	var keys []chainKey
	for k := range t {
		if k.Kind == kind {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b chainKey) int { return cmp.Compare(a.Device, b.Device) })
	return keys
}

// linksAtOnce is the maximum number of links that one round of decoding keeps in memory.
const linksAtOnce = 1000

// rechain decodes links, from the first whose decoding reads the first touched instant, to the first after the last touched instant that
// is unchanged. It calls changed for each span whose energy changes.
func rechain(ctx context.Context, rows rows, key chainKey, touched []energy.Instant, held chains, entries ledger.Entries, changed func(energy.Span)) error {
	t := held.traits(key.Device)
	first, last := slices.Min(touched), slices.Max(touched)
	reach := 1
	if t.LearnsPace(key.Kind) {
		reach = ledger.PaceReach
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
		covered, err := otherSpans(ctx, rows, key, base, links, held)
		if err != nil {
			return err
		}
		var others []ledger.Link
		must, more := linksToDecode(links, last)+reach-1, len(links) > linksAtOnce
		settled, done, after := ledger.Rechain(t, base, before, links, must, more, covered, func(was, is ledger.Link) {
			if was.Booked {
				entries.Book(key.Device, was.At, was.Booking, -1)
				changed(energy.Span{From: was.Booking.From, To: was.At})
			}
			entries.Book(key.Device, is.At, is.Booking, +1)
			changed(energy.Span{From: is.Booking.From, To: is.At})
			others = append(others, is)
		})
		if err := rows.saveLinks(ctx, others); err != nil || settled {
			return err
		}
		base, at, before = after, links[done].At, instantsOf(links[max(0, done-reach):done])
	}
}

func instantsOf(links []ledger.Link) []energy.Instant {
	instants := make([]energy.Instant, len(links))
	for i, l := range links {
		instants[i] = l.At
	}
	return instants
}

// otherSpans are the spans that readings of other kinds cover at the time of links: intervals and, for powers, registers.
func otherSpans(ctx context.Context, rows rows, key chainKey, base ledger.Base, links []ledger.Link, held chains) (energy.Spans, error) {
	kinds := held.kinds[key.Device]
	if !kinds.has(energy.Interval) && (key.Kind == energy.Register || !kinds.has(energy.Register)) {
		return nil, nil
	}
	s := stretch{key.Device, energy.Span{From: links[0].At, To: links[len(links)-1].At}}
	if base.Known {
		s.From = min(s.From, base.CountsFrom())
	}
	claims, err := rows.claims(ctx, []stretch{s})
	if err != nil {
		return nil, err
	}
	if key.Kind == energy.Sample && kinds.has(energy.Register) {
		counted, err := counted(ctx, rows, s, held.traits(key.Device))
		if err != nil {
			return nil, err
		}
		claims = append(claims, counted...)
	}
	return spansOf(claims), nil
}

// baseBefore is the base of the chain after the last of the earlier links.
func baseBefore(ctx context.Context, rows rows, key chainKey, earlier []ledger.Link, t ledger.Traits) (ledger.Base, error) {
	if n := len(earlier); n > 0 {
		return earlier[n-1].NextBase(t), nil
	}
	return rows.keptBase(ctx, key)
}

// linksToDecode counts the links up to the last touched instant, and the one after it.
func linksToDecode(links []ledger.Link, last energy.Instant) int {
	for i, l := range links {
		if l.At > last {
			return i + 1
		}
	}
	return len(links)
}
