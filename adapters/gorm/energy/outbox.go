package gormenergy

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/live"
	"github.com/holotwin/holotwin/platform/events"
)

// WithOutbox makes the store put events into an outbox for what it stores.
func (s *Store) WithOutbox(outbox *events.Outbox) *Store {
	s.outbox = outbox
	return s
}

// readingEvents are the events of stored readings, in their order; none if there is no outbox.
func (s *Store) readingEvents(stored []energy.Reading, traits func(energy.DeviceID) ledger.Traits) []events.Event {
	if s.outbox == nil {
		return nil
	}
	return eventsOf(live.ReadingEvents(stored, traits))
}

// freshOf returns the new readings as they were stored, in the order in which they were sent.
func freshOf(sorted []energy.Reading, all map[energy.Key]energy.Outcome) []energy.Reading {
	fresh := make([]energy.Reading, 0, len(sorted))
	for _, r := range sorted {
		if outcome := all[r.Key()]; outcome.Result == energy.Inserted && r.Kind != energy.Rejected {
			fresh = append(fresh, outcome.Stored)
		}
	}
	return fresh
}

// eventsOf encodes the module's events for the outbox.
func eventsOf[E live.Event](all []E) []events.Event {
	out := make([]events.Event, len(all))
	for i, e := range all {
		out[i] = eventOf(e)
	}
	return out
}

func eventOf(e live.Event) events.Event {
	device, space := e.About()
	const usual = 160 // bytes
	return events.Event{Kind: e.Kind(), Device: string(device), Space: string(space), Data: string(e.AppendJSON(make([]byte, 0, usual)))}
}
