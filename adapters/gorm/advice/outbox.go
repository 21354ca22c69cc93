package gormadvice

import (
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/platform/events"
)

// WithOutbox makes the store put events about recommendations into an outbox.
func (s *Store) WithOutbox(outbox *events.Outbox) *Store {
	s.outbox = outbox
	return s
}

// publish puts events into the outbox, in the transaction of the change.
func (s *Store) publish(tx *gorm.DB, all ...events.Event) error {
	if s.outbox == nil {
		return nil
	}
	return s.outbox.Put(tx, all)
}

// committed wakes the readers of events if the transaction succeeded.
func (s *Store) committed(err error) {
	if s.outbox != nil && err == nil {
		s.outbox.Committed()
	}
}

// statusEvents are the events of a stored recommendation: it is new, its status changed, or its cause appeared or disappeared.
func statusEvents(before map[string]advice.Recommendation, r advice.Recommendation) ([]events.Event, error) {
	was, known := before[r.ID]
	if known && was.Status == r.Status && was.StillDetected == r.StillDetected {
		return nil, nil
	}
	data, err := json.Marshal(struct {
		ID       string    `json:"id"`
		Kind     string    `json:"kind"`
		Status   string    `json:"status"`
		Standing bool      `json:"standing"`
		Device   string    `json:"device_id,omitempty"`
		Space    string    `json:"space_id,omitempty"`
		Updated  time.Time `json:"timestamp"`
	}{r.ID, string(r.Finding.Kind), string(r.Status), r.StillDetected, deviceOf(r), r.Space, r.Updated.UTC()})
	if err != nil {
		return nil, fmt.Errorf("encode the event of recommendation %s: %w", r.ID, err)
	}
	return []events.Event{{Kind: "recommendation", Device: deviceOf(r), Space: r.Space, Data: string(data)}}, nil
}

func deviceOf(r advice.Recommendation) string {
	if r.Target.Level == advice.OfDevice {
		return r.Target.ID
	}
	return ""
}

func byID(all []advice.Recommendation) map[string]advice.Recommendation {
	known := make(map[string]advice.Recommendation, len(all))
	for _, r := range all {
		known[r.ID] = r
	}
	return known
}
