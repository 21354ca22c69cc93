package gormenergy

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// placed is a reading with the key that it was sent under. A reading with a server time may be stored under another key.
type placed struct {
	sent energy.Key
	energy.Reading
}

// maxReadingMove is how far a reading with a server time may move, ms.
const maxReadingMove = 300_000

// keys are some of the keys that a statement was called with; nil means all of them.
type keys map[energy.Key]bool

func (k keys) has(key energy.Key) bool { return k == nil || k[key] }

// inserted is the part of a batch that was not stored before.
type inserted struct {
	// fresh are the keys as they were sent.
	fresh keys
	// moved are the readings, by those keys, that are stored under other keys.
	moved map[energy.Key]energy.Reading
}

// storedAs returns a reading as it was stored; is is false if it was stored before.
func (i inserted) storedAs(sent energy.Reading) (stored energy.Reading, is bool) {
	if moved, is := i.moved[sent.Key()]; is {
		return moved, true
	}
	return sent, i.fresh.has(sent.Key())
}

// insertAll stores the readings that are not stored yet. A reading with a server time whose key is taken moves until it is stored.
// batch is everything that is being stored, sorted by key; sorted is a part of it.
func insertAll(ctx context.Context, rows rows, sorted, batch []energy.Reading) (inserted, error) {
	fresh, err := rows.insert(ctx, sorted)
	done := inserted{fresh: fresh}
	if err != nil || fresh == nil || len(fresh) == len(sorted) {
		return done, err
	}
	pending := make([]placed, len(sorted))
	for i, r := range sorted {
		pending[i] = placed{r.Key(), r}
	}
	for {
		moving, back := displaced(pending, fresh)
		if len(moving) == 0 {
			return done, nil
		}
		if err := rows.remove(ctx, back); err != nil {
			return done, err
		}
		if pending, err = move(ctx, rows, moving, batch); err != nil {
			return done, err
		}
		if fresh, err = rows.insert(ctx, readingsOf(pending)); err != nil {
			return done, err
		}
		done.addMoved(moving, pending, fresh)
	}
}

// addMoved records the outcome of readings that moved.
func (i *inserted) addMoved(moving, moved []placed, fresh keys) {
	if i.moved == nil {
		i.moved = make(map[energy.Key]energy.Reading)
	}
	for _, p := range moving {
		delete(i.moved, p.sent)
		delete(i.fresh, p.sent)
	}
	for _, p := range moved {
		if fresh.has(p.Key()) {
			i.moved[p.sent] = p.Reading
		}
	}
}

// displaced returns the readings that must move, and the keys of those of them that were stored. If a reading moves, the later readings of
// its chain move too, so that their order stays.
func displaced(pending []placed, fresh keys) (moving []placed, back []energy.Key) {
	first := make(map[chainKey]energy.Instant)
	for _, p := range pending {
		chain := chainKey{p.Device, p.Kind}
		since, moves := first[chain]
		switch {
		case !p.HasServerTime():
			continue
		case !fresh.has(p.Key()):
			if p.Kind != energy.Interval && !moves {
				first[chain] = p.At
			}
		case moves && p.At > since:
			back = append(back, p.Key())
		default:
			continue
		}
		moving = append(moving, p)
	}
	return moving, back
}

// move assigns the next free instants to readings, sorted by key, in their order; a reading that would move too far is left out.
func move(ctx context.Context, rows rows, moving []placed, batch []energy.Reading) ([]placed, error) {
	moved := make([]placed, 0, len(moving))
	var free *freeInstants
	for _, p := range moving {
		if free == nil || free.device != p.Device {
			free = &freeInstants{rows: rows, device: p.Device, batch: batch}
		}
		at, err := free.from(ctx, p.At)
		if err != nil {
			return nil, err
		}
		if at-p.sent.At > maxReadingMove {
			continue
		}
		p.At, free.next = at, at+1
		moved = append(moved, p)
	}
	return moved, nil
}

// freeInstants finds instants at which a device has no reading, each later than the one before.
type freeInstants struct {
	rows   rows
	device energy.DeviceID
	batch  []energy.Reading // what is about to be stored, by key
	// taken are the instants in [begin, end) that are in use.
	taken      map[energy.Instant]bool
	begin, end energy.Instant
	next       energy.Instant // after the last returned one
}

// from returns the first free instant that is not before an instant.
func (v *freeInstants) from(ctx context.Context, at energy.Instant) (energy.Instant, error) {
	for at = max(at, v.next); ; at++ {
		if at < v.begin || at >= v.end {
			if err := v.readTaken(ctx, at); err != nil {
				return 0, err
			}
		}
		if !v.taken[at] && !v.inBatch(at) {
			return at, nil
		}
	}
}

// readTaken reads which instants are in use, starting at one.
func (v *freeInstants) readTaken(ctx context.Context, at energy.Instant) error {
	const some = 5000
	taken, err := v.rows.instants(ctx, v.device, at, at+some)
	if err != nil {
		return err
	}
	v.begin, v.end, v.taken = at, at+some, make(map[energy.Instant]bool, len(taken))
	for _, t := range taken {
		v.taken[t] = true
	}
	return nil
}

func (v *freeInstants) inBatch(at energy.Instant) bool {
	_, found := slices.BinarySearchFunc(v.batch, energy.Key{Device: v.device, At: at}, func(r energy.Reading, k energy.Key) int { return compareKeys(r.Key(), k) })
	return found
}

func readingsOf(all []placed) []energy.Reading {
	readings := make([]energy.Reading, len(all))
	for i, p := range all {
		readings[i] = p.Reading
	}
	return readings
}
