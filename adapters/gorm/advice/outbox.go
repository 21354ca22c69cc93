package gormadvice

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/platform/events"
)

// WithOutbox makes the store put events about recommendations into an outbox.
func (s *Store) WithOutbox(outbox *events.Outbox) *Store {
	s.outbox = outbox
	return s
}

func outboxEvent(e advice.LiveEvent) events.Event {
	return events.Event{Kind: e.Kind, Device: e.Device, Space: e.Space, Data: string(e.Data)}
}
