package ledger

import (
	"encoding/binary"
	"errors"

	"github.com/holotwin/holotwin/modules/energy"
)

// Quarter is the energy of one device in one quarter hour.
type Quarter struct {
	// Energy is all energy used, Estimated the part of it that was filled in over a gap.
	Energy    energy.Energy
	Estimated energy.Energy
	// Measured is the time that measurement covers, ms. Overlapping reports count twice here, so that removing one leaves the
	// other. Answers cap it at the quarter.
	Measured int64
	// Filled is the time, in ms, that estimates cover.
	Filled int64
}

// Known reports whether the quarter was measured or filled in: a gap is not a zero.
func (q Quarter) Known() bool { return q.Measured > 0 || q.Filled > 0 }

// Plus adds two quarter hours.
func (q Quarter) Plus(o Quarter) Quarter {
	return Quarter{q.Energy + o.Energy, q.Estimated + o.Estimated, q.Measured + o.Measured, q.Filled + o.Filled}
}

func (q Quarter) negated() Quarter {
	return Quarter{-q.Energy, -q.Estimated, -q.Measured, -q.Filled}
}

// Page is one device's UTC day in the books: its quarter hours, always equal to the sum of its readings.
type Page struct {
	Device   energy.DeviceID
	Day      int32 // days since 1970-01-01
	Quarters [energy.QuartersPerDay]Quarter
}

// PageKey identifies a page.
type PageKey struct {
	Device energy.DeviceID
	Day    int32
}

// Total is the page's energy.
func (p *Page) Total() energy.Energy {
	var sum energy.Energy
	for i := range p.Quarters {
		sum += p.Quarters[i].Energy
	}
	return sum
}

// Estimated is the part of the page's energy that was filled in.
func (p *Page) Estimated() energy.Energy {
	var sum energy.Energy
	for i := range p.Quarters {
		sum += p.Quarters[i].Estimated
	}
	return sum
}

// Entry is a change of one quarter hour of one device.
type Entry struct {
	Device  energy.DeviceID
	Quarter int64
	Change  Quarter
}

// Entries collects changes by page.
type Entries map[PageKey]map[int]Quarter

// Add adds a change.
func (e Entries) Add(entry Entry) {
	key := PageKey{entry.Device, int32(entry.Quarter / energy.QuartersPerDay)}
	page := e[key]
	if page == nil {
		page = make(map[int]Quarter, 4)
		e[key] = page
	}
	slot := int(entry.Quarter % energy.QuartersPerDay)
	page[slot] = page[slot].Plus(entry.Change)
}

// Apply adds the changes of its page to p.
func (e Entries) Apply(p *Page) {
	for slot, change := range e[PageKey{p.Device, p.Day}] {
		p.Quarters[slot] = p.Quarters[slot].Plus(change)
	}
}

// ErrBadPage is a stored page that cannot be decoded: something else changed the database.
var ErrBadPage = errors.New("page of quarter hours cannot be read")

// EncodeQuarters encodes a page's quarters: for each, a flag byte that lists which figures follow as signed varints, in the order
// of the flags. An unknown quarter takes one byte, a measured one about six; unknown quarters at the end of the day take none.
// adapters/gorm/energy/FORMAT.md describes it with examples.
func (p *Page) EncodeQuarters() []byte {
	b := make([]byte, 0, 8*energy.QuartersPerDay)
	last := energy.QuartersPerDay
	for last > 0 && p.Quarters[last-1] == (Quarter{}) {
		last--
	}
	for i := range p.Quarters[:last] {
		b = p.Quarters[i].append(b)
	}
	return b
}

// The flags of a quarter. They are stored, so their meaning must not change.
const (
	hasEnergy    = 1 << iota // mWh
	hasEstimated             // mWh
	hasMeasured              // ms
	hasFilled                // ms
	// fullyMeasured means that Measured is exactly a quarter hour, the usual case.
	fullyMeasured
)

func (q Quarter) append(b []byte) []byte {
	at := len(b)
	b = append(b, 0)
	put := func(flag byte, n int64) {
		if n != 0 {
			b[at] |= flag
			b = binary.AppendVarint(b, n)
		}
	}
	put(hasEnergy, int64(q.Energy))
	put(hasEstimated, int64(q.Estimated))
	if q.Measured == energy.QuarterMs {
		b[at] |= fullyMeasured
	} else {
		put(hasMeasured, q.Measured)
	}
	put(hasFilled, q.Filled)
	return b
}

// DecodeQuarters decodes the output of EncodeQuarters. Errors: ErrBadPage.
func (p *Page) DecodeQuarters(b []byte) error {
	p.Quarters = [energy.QuartersPerDay]Quarter{}
	for i := 0; len(b) > 0; i++ {
		if i == energy.QuartersPerDay {
			return ErrBadPage
		}
		rest, ok := p.Quarters[i].decode(b)
		if !ok {
			return ErrBadPage
		}
		b = rest
	}
	return nil
}

func (q *Quarter) decode(b []byte) (rest []byte, ok bool) {
	flags := b[0]
	b = b[1:]
	ok = true
	get := func(flag byte) int64 {
		if flags&flag == 0 || !ok {
			return 0
		}
		n, size := binary.Varint(b)
		if size <= 0 {
			ok = false
			return 0
		}
		b = b[size:]
		return n
	}
	q.Energy, q.Estimated = energy.Energy(get(hasEnergy)), energy.Energy(get(hasEstimated))
	q.Measured, q.Filled = get(hasMeasured), get(hasFilled)
	if flags&fullyMeasured != 0 {
		q.Measured = energy.QuarterMs
	}
	return b, ok
}
