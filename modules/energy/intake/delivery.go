package intake

import (
	"cmp"
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// Delivery is a message of a broker that tells no time and is being delivered. It is kept before the message is taken: where the
// server is killed between taking and acknowledging it, the message comes again, and is known by this.
type Delivery struct {
	// Packet is the broker's number for it, Words a hash of its topic and payload.
	Packet uint16
	Words  uint64
	// Reused tells that the broker uses the number of a message for another soon after.
	Reused  bool
	Arrived energy.Instant
	// Given are the instants that its observations were given, in their order; 0 for one that tells its own.
	Given []energy.Instant
}

// MaxDeliveries is how many are kept of a session with a broker, its last: more than can be unacknowledged.
const MaxDeliveries = 4096

// Deliveries keeps what was last delivered by brokers.
type Deliveries interface {
	// SaveDeliveries keeps messages of a session, in their order, on the disk when it returns; each in the place of the one before
	// it with its number.
	SaveDeliveries(ctx context.Context, session string, all []Delivery) error
	// DeliveriesOf gives those of a session, oldest first.
	DeliveriesOf(ctx context.Context, session string) ([]Delivery, error)
}

// Stamp gives observations that tell no time their instants, as Take does where that was not done before.
func (i *Intake) Stamp(ctx context.Context, caller energy.Caller, said []Observation) error {
	campus, err := i.catalog.Campus(ctx)
	if err != nil {
		return err
	}
	t := ingestion{intake: i, campus: campus, caller: caller, now: i.clock.Now(), observations: said}
	if err := t.noteChannels(ctx); err != nil {
		return err
	}
	for place, o := range said {
		if device, known := t.deviceOf(o); known {
			t.timeOf(place, device)
			continue
		}
		if when := o.own(campus, "", t.now); when.at == 0 && when.flaw == "" && o.given == 0 {
			said[place].given = cmp.Or(o.Arrived, t.now)
		}
	}
	return nil
}

// Given is the instant that an observation was given; 0 where it tells its own, or was given none yet.
func (o Observation) Given() energy.Instant { return o.given }

// Recall gives an observation the instant that it had when it was perhaps taken: if it was, it does not count again.
func (o *Observation) Recall(given energy.Instant) { o.given, o.tried = given, true }
