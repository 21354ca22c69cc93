package ledger

import (
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
)

// Arrivals assigns an instant to each message that has no time. Messages that arrive within one millisecond get instants one
// millisecond apart, in the order of arrival: device and instant identify a reading, and two readings must not share an identity
// that neither of them chose.
type Arrivals[K comparable] struct {
	mu   sync.Mutex
	last map[K]energy.Instant
}

// NewArrivals returns an empty Arrivals.
func NewArrivals[K comparable]() *Arrivals[K] { return &Arrivals[K]{last: make(map[K]energy.Instant)} }

// Next returns the instant of a message that arrived at one: not before its arrival, and after the instant returned before. If the
// clock was set back by more than MaxAhead, it follows the clock; the store then finds free instants.
func (a *Arrivals[K]) Next(key K, arrived energy.Instant) energy.Instant {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := arrived
	if last, given := a.last[key]; given && last >= at && last < at.Add(energy.MaxAhead) {
		at = last + 1
	}
	a.last[key] = at
	return at
}

// Distinct removes the readings whose key another reading of the batch has, and returns the place of each reading in the rest. The
// first reading of a key stays. A reading with a server time moves to the next free key instead. clash is true if two readings
// of one key differ.
func Distinct(batch []energy.Reading) (distinct []energy.Reading, places []int, clash bool) {
	first := make(map[energy.Key]int, len(batch))
	distinct, places = make([]energy.Reading, 0, len(batch)), make([]int, len(batch))
	add := func(i int, r energy.Reading) {
		at, seen := first[r.Key()]
		for ; seen && r.HasServerTime(); at, seen = first[r.Key()] {
			r.At++
		}
		if seen {
			clash = clash || !distinct[at].SameValue(r)
			places[i] = at
			return
		}
		places[i], first[r.Key()] = len(distinct), len(distinct)
		distinct = append(distinct, r)
	}
	stamped := 0
	for i, r := range batch {
		if r.HasServerTime() {
			stamped++
			continue
		}
		add(i, r)
	}
	for i, r := range batch {
		if stamped > 0 && r.HasServerTime() {
			add(i, r)
		}
	}
	return distinct, places, clash
}
