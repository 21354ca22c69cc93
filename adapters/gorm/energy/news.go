package gormenergy

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/events"
)

// The kinds of events.
const (
	newsReading = "reading"
	newsState   = "device_state"
	newsAmbient = "ambient"
)

// Tell makes the store put what it stores into an outbox.
func (s *Store) Tell(outbox *events.Outbox) *Store {
	s.outbox = outbox
	return s
}

// tell puts events into the outbox, in the transaction that makes them true.
func (s *Store) tell(tx *gorm.DB, all []events.Event) error {
	if s.outbox == nil {
		return nil
	}
	return s.outbox.Put(tx, all)
}

// committed wakes those who wait for events.
func (s *Store) committed(err error) {
	if s.outbox != nil && err == nil {
		s.outbox.Committed()
	}
}

// singly bounds the batches of which every reading is told. A longer one is an upload of the past: of each of its devices the
// last reading is told.
const singly = 1000

// newsOf are the events of readings that were stored, in their order; none where nobody is told.
func (s *Store) newsOf(stored []energy.Reading, traits func(energy.DeviceID) energy.Traits) []events.Event {
	if s.outbox == nil {
		return nil
	}
	if len(stored) > singly {
		last := make(map[energy.DeviceID]energy.Reading)
		for _, r := range stored {
			if l, seen := last[r.Device]; !seen || l.At < r.At {
				last[r.Device] = r
			}
		}
		stored = stored[:0:0]
		for _, device := range slices.Sorted(maps.Keys(last)) {
			stored = append(stored, last[device])
		}
	}
	all := make([]events.Event, len(stored))
	for i, r := range stored {
		all[i] = events.Event{Kind: newsReading, Device: string(r.Device), Data: readingNews(r, traits(r.Device))}
	}
	return all
}

// lastOf bounds the events of one batch of states or ambient readings: of a long one, an upload of the past, the last are told.
func lastOf(all []events.Event) []events.Event { return all[max(0, len(all)-singly):] }

// freshOf are the readings that were new, as they were stored, in the order in which they were sent.
func freshOf(sorted []energy.Reading, all map[energy.Key]energy.Outcome) []energy.Reading {
	fresh := make([]energy.Reading, 0, len(sorted))
	for _, r := range sorted {
		if outcome := all[r.Key()]; outcome.Result == energy.Inserted && r.Kind != energy.Refused {
			fresh = append(fresh, outcome.Stored)
		}
	}
	return fresh
}

// readingNews is a reading as it is told: as it is answered.
func readingNews(r energy.Reading, t energy.Traits) string {
	return string(r.AppendJSON(make([]byte, 0, 160), t.Measures))
}

// correctionNews is a reading as a person corrected it, or that it was withdrawn.
func correctionNews(c energy.Correction, t energy.Traits) events.Event {
	e := events.Event{Kind: newsReading, Device: string(c.Key.Device)}
	if c.After != nil {
		e.Data = strings.TrimSuffix(readingNews(*c.After, t), "}") + `,"corrected":true}`
		return e
	}
	e.Data = objectOf(struct {
		Device    string         `json:"device_id"`
		At        energy.Instant `json:"timestamp"`
		Withdrawn bool           `json:"withdrawn"`
	}{string(c.Key.Device), c.Key.At, true})
	return e
}

func stateNews(c energy.StateChange) events.Event {
	return events.Event{Kind: newsState, Device: string(c.Device), Data: objectOf(struct {
		Device string         `json:"device_id"`
		State  string         `json:"state"`
		At     energy.Instant `json:"timestamp"`
	}{string(c.Device), string(c.State), c.At})}
}

// number is a JSON number.
type number string

// MarshalJSON writes it as it stands.
func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

func ambientNews(a energy.Ambient) events.Event {
	return events.Event{Kind: newsAmbient, Space: string(a.Space), Data: objectOf(struct {
		Space       string         `json:"space_id"`
		At          energy.Instant `json:"timestamp"`
		Temperature *number        `json:"temperature_c,omitempty"`
		Humidity    *number        `json:"humidity_pct,omitempty"`
		CO2         *number        `json:"co2_ppm,omitempty"`
		Occupancy   *number        `json:"occupancy,omitempty"`
	}{string(a.Space), a.At, numberOf(a.Temperature, 3), numberOf(a.Humidity, 3), numberOf(a.CO2, 0), numberOf(a.Occupancy, 0)})}
}

func numberOf(n *int64, digits int) *number {
	if n == nil {
		return nil
	}
	d := number(energy.AppendDecimal(nil, *n, digits))
	return &d
}

// objectOf writes a value as JSON on one line.
func objectOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}" // plain structs of texts and numbers
	}
	return string(bytes.ReplaceAll(b, []byte("\n"), nil))
}
