package mqtt

import (
	"errors"
	"hash/fnv"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// deliveries remembers the last messages that must be acknowledged, so that one that is sent again, because its acknowledgement did
// not arrive, is known: by its session, packet id and DUP flag, and by its words. Nothing else may be taken for a repetition: two
// equal messages of a device are two.
type deliveries struct {
	mu sync.Mutex
	of map[packetID]*delivery
	// last are the ids in the order in which they were first seen; next is the place of the oldest.
	last []packetID
	next int
}

// packetID names a message while it is being delivered.
type packetID struct {
	session string
	id      uint16
}

// delivery is a message that is being delivered, or was.
type delivery struct {
	words uint64 // a hash of its topic and payload
	// recalled is set where an earlier process was given the message, and given are the instants that it gave it.
	recalled bool
	given    []energy.Instant
	// reused is set where the sender used the id for another message a short while ago: then a DUP may be of one that never came.
	reused bool

	mu     sync.Mutex // held while it is being stored
	read   bool
	stored bool
	said   []intake.Observation // with the instants that they were given
}

// maxDeliveries is how many are remembered: less than there are packet ids, so that a sender who counts them up reuses none of them.
const maxDeliveries = 16_384

func newDeliveries() *deliveries {
	return &deliveries{of: make(map[packetID]*delivery), last: make([]packetID, maxDeliveries)}
}

// begin notes a message and gives its delivery; again is set where it was seen before.
func (d *deliveries) begin(id packetID, dup bool, m intake.Message) (one *delivery, again bool) {
	words := wordsOf(m)
	d.mu.Lock()
	defer d.mu.Unlock()
	before, seen := d.of[id]
	if seen && dup && !before.reused && before.words == words {
		return before, true
	}
	one = &delivery{words: words, reused: seen}
	d.put(id, one)
	return one, false
}

// wordsOf is a hash of what a message says, the same in every process (FNV-1a).
func wordsOf(m intake.Message) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write(append([]byte(m.Topic), 0))
	_, _ = hash.Write(m.Payload)
	return hash.Sum64()
}

// recall notes a message that an earlier process was given.
func (d *deliveries) recall(id packetID, was intake.Delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.put(id, &delivery{words: was.Words, reused: was.Reused, recalled: true, given: was.Given})
}

// put remembers a delivery in the place of the oldest; d.mu is held.
func (d *deliveries) put(id packetID, one *delivery) {
	if _, seen := d.of[id]; !seen {
		delete(d.of, d.last[d.next])
		d.last[d.next] = id
		d.next = (d.next + 1) % len(d.last)
	}
	d.of[id] = one
}

// maxUnstored is how many observations of a message are remembered that could not be stored.
const maxUnstored = 16

// forget forgets what a message said where nothing of it is stored, or where it says too much to be remembered for long.
func (d *delivery) forget(why error) {
	if errors.As(why, &intake.ErrInboxFull{}) || len(d.said) > maxUnstored {
		d.read, d.said = false, nil
	}
}
