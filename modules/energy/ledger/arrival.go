package ledger

import (
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
)

// Arrivals gives messages that tell no time an instant each. What arrives within one millisecond is put one millisecond after the
// other, in the order of arrival: device and instant are a reading's identity, and two readings must not share one that neither of
// them chose.
type Arrivals[K comparable] struct {
	mu   sync.Mutex
	last map[K]energy.Instant
}

// NewArrivals makes an empty memory of arrivals.
func NewArrivals[K comparable]() *Arrivals[K] { return &Arrivals[K]{last: make(map[K]energy.Instant)} }

// Next is the instant of a message that arrived at one: no earlier than that, and after the one that was given before it. Where
// the clock was set back by more than maxAhead it follows the clock; the store then finds the instants that are free.
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

// Distinct gives a batch without the readings whose key another of it has, and the place of each in what is left. Of one key the
// first reading stays, but what was stamped here moves to the next key that is free. clash tells whether two readings of one key
// differ.
func Distinct(batch []energy.Reading) (some []energy.Reading, places []int, clash bool) {
	first := make(map[energy.Key]int, len(batch))
	some, places = make([]energy.Reading, 0, len(batch)), make([]int, len(batch))
	add := func(i int, r energy.Reading) {
		at, seen := first[r.Key()]
		for ; seen && r.HasServerTime(); at, seen = first[r.Key()] {
			r.At++
		}
		if seen {
			clash = clash || !some[at].SameValue(r)
			places[i] = at
			return
		}
		places[i], first[r.Key()] = len(some), len(some)
		some = append(some, r)
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
	return some, places, clash
}
