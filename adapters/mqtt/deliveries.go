package mqtt

import (
	"errors"
	"hash/fnv"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// deliveries remembers the last messages that need an acknowledgement, to recognise one that is sent again because its
// acknowledgement was lost. A repetition has the same session, packet id and content hash, and the DUP flag. Nothing else is a
// repetition: two equal messages of a device are two.
type deliveries struct {
	mu   sync.Mutex
	byID map[packetID]*delivery
	// last are the ids in the order of their first delivery; next is the index of the oldest.
	last []packetID
	next int
}

// packetID identifies a message during its delivery.
type packetID struct {
	session string
	id      uint16
}

// delivery is a message that is being delivered, or was.
type delivery struct {
	hash uint64 // of its topic and payload
	// recalled is true if an earlier process received the message, and instants are those that it assigned.
	recalled bool
	instants []energy.Instant
	// reused is true if the sender recently used the id for another message: then a DUP may be of a message that never arrived.
	reused bool

	mu           sync.Mutex // held while it is being stored
	read         bool
	stored       bool
	observations []intake.Observation // with their assigned instants
}

// maxDeliveries is smaller than the number of packet ids, so a sender that counts up reuses none that is remembered.
const maxDeliveries = 16_384

func newDeliveries() *deliveries {
	return &deliveries{byID: make(map[packetID]*delivery), last: make([]packetID, maxDeliveries)}
}

// begin records a message and returns its delivery; repeated is true if it was delivered before.
func (d *deliveries) begin(id packetID, dup bool, m intake.Message) (one *delivery, repeated bool) {
	hash := contentHash(m)
	d.mu.Lock()
	defer d.mu.Unlock()
	before, seen := d.byID[id]
	if seen && dup && !before.reused && before.hash == hash {
		return before, true
	}
	one = &delivery{hash: hash, reused: seen}
	d.add(id, one)
	return one, false
}

// contentHash returns a hash of topic and payload, the same in every process (FNV-1a).
func contentHash(m intake.Message) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write(append([]byte(m.Topic), 0))
	_, _ = hash.Write(m.Payload)
	return hash.Sum64()
}

// recall records a message that an earlier process received.
func (d *deliveries) recall(id packetID, was intake.Delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(id, &delivery{hash: was.Hash, reused: was.Reused, recalled: true, instants: was.Instants})
}

// add replaces the oldest delivery; d.mu is held.
func (d *deliveries) add(id packetID, one *delivery) {
	if _, seen := d.byID[id]; !seen {
		delete(d.byID, d.last[d.next])
		d.last[d.next] = id
		d.next = (d.next + 1) % len(d.last)
	}
	d.byID[id] = one
}

// maxUnstored is the number of observations kept of a message that could not be stored.
const maxUnstored = 16

// forget drops the observations of a message if nothing of it is stored, or if there are too many to keep.
func (d *delivery) forget(why error) {
	if errors.As(why, &intake.ErrInboxFull{}) || len(d.observations) > maxUnstored {
		d.read, d.observations = false, nil
	}
}
