package gormenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// chainKey names the readings of one kind of one device, which are decoded one from the other.
type chainKey struct {
	Device energy.DeviceID
	Kind   energy.Kind
}

// touched are instants of chains from the first to the last of which links are decoded again.
type touched map[chainKey][]energy.Instant

func (t touched) add(chain chainKey, instants ...energy.Instant) {
	t[chain] = append(t[chain], instants...)
}

// tell touches what a chain counts of a time, if its device has such readings.
func (t touched) tell(span energy.Span, chain chainKey, held chains) {
	if held.kinds[chain.Device].has(chain.Kind) {
		t.add(chain, span.From+1, span.To)
	}
}

// rechainAll decodes again what new links change, registers first, and notes the difference in entries. The devices are held.
func rechainAll(ctx context.Context, rows rows, linked touched, held chains, entries ledger.Entries) error {
	for _, k := range linked.of(energy.Register) {
		changed := func(span energy.Span) { linked.tell(span, chainKey{k.Device, energy.Sample}, held) }
		if err := rechain(ctx, rows, k, linked[k], held, entries, changed); err != nil {
			return err
		}
	}
	for _, k := range linked.of(energy.Sample) {
		if err := rechain(ctx, rows, k, linked[k], held, entries, func(energy.Span) {}); err != nil {
			return err
		}
	}
	return nil
}

// of are the chains of a kind.
func (t touched) of(kind energy.Kind) []chainKey {
	var keys []chainKey
	for k := range t {
		if k.Kind == kind {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b chainKey) int { return cmp.Compare(a.Device, b.Device) })
	return keys
}

// linksAtOnce bounds what one round of decoding holds in memory.
const linksAtOnce = 1000

// rechain decodes from the first link that looks as far as the first touched instant to the first link after the last that comes
// out as it was. It calls changed for each time of which something else is counted.
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
		told, err := toldBeside(ctx, rows, key, base, links, held)
		if err != nil {
			return err
		}
		var others []ledger.Link
		must, more := beyond(links, last)+reach-1, len(links) > linksAtOnce
		settled, done, after := ledger.Rechain(t, base, before, links, must, more, told, func(was, is ledger.Link) {
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

// toldBeside is what readings of other kinds tell of the time of links: what intervals claim and, of powers, what a register counts.
func toldBeside(ctx context.Context, rows rows, key chainKey, base ledger.Base, links []ledger.Link, held chains) (energy.Spans, error) {
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

// baseBefore is where the chain stood after the last of the earlier links.
func baseBefore(ctx context.Context, rows rows, key chainKey, earlier []ledger.Link, t ledger.Traits) (ledger.Base, error) {
	if n := len(earlier); n > 0 {
		return earlier[n-1].NextBase(t), nil
	}
	return rows.keptBase(ctx, key)
}

// beyond is how many links must be decoded: those up to the last touched instant and the one after it.
func beyond(links []ledger.Link, last energy.Instant) int {
	for i, l := range links {
		if l.At > last {
			return i + 1
		}
	}
	return len(links)
}
