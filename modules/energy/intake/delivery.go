package intake

import (
	"cmp"
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// Delivery is a broker's message without a timestamp that is being delivered. It is stored before the message is. If the server
// is killed before it acknowledges the message, the broker sends it again and the Delivery identifies it.
type Delivery struct {
	// Packet is the broker's packet id, Hash a hash of topic and payload.
	Packet uint16
	Hash   uint64
	// Reused is true if the broker had recently used the packet id for another message.
	Reused  bool
	Arrived energy.Instant
	// Instants are the instants assigned to its observations, in order; 0 for an observation with its own timestamp.
	Instants []energy.Instant
}

// MaxDeliveries is the number of deliveries stored for a session with a broker, newest first: more than can be unacknowledged.
const MaxDeliveries = 4096

// Deliveries stores the last deliveries of brokers.
type Deliveries interface {
	// SaveDeliveries stores a session's messages in order. They are durable when it returns. Each replaces the earlier one with
	// its packet id.
	SaveDeliveries(ctx context.Context, session string, all []Delivery) error
	// DeliveriesOf returns a session's deliveries, oldest first.
	DeliveriesOf(ctx context.Context, session string) ([]Delivery, error)
}

// AssignInstants assigns instants to observations without a timestamp, as Ingest does for those that have none yet.
func (i *Intake) AssignInstants(ctx context.Context, caller energy.Caller, observations []Observation) error {
	campus, err := i.catalog.Campus(ctx)
	if err != nil {
		return err
	}
	t := ingestion{intake: i, campus: campus, caller: caller, now: i.clock.Now(), observations: observations}
	if err := t.noteChannels(ctx); err != nil {
		return err
	}
	for place, o := range observations {
		if device, known := t.deviceOf(o); known {
			t.timeOf(place, device)
			continue
		}
		if when := o.ownTime(campus, "", t.now); when.at == 0 && when.flaw == "" && o.assigned == 0 {
			observations[place].assigned = cmp.Or(o.Arrived, t.now)
		}
	}
	return nil
}

// AssignedInstant returns the assigned instant; 0 if the observation has its own timestamp or none was assigned yet.
func (o Observation) AssignedInstant() energy.Instant { return o.assigned }

// RestoreInstant restores the assigned instant of an observation that may be stored already. If it is stored, it does not count again.
func (o *Observation) RestoreInstant(assigned energy.Instant) { o.assigned, o.tried = assigned, true }
