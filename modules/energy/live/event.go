// Package live has the events that are sent to live readers of a campus, and the JSON of each.
package live

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Event is a change that readers of the live events receive. It is published in the transaction that stores the change.
type Event interface {
	// Kind is reading, device_state or ambient.
	Kind() string
	// About returns the device or the space of the event; the other is empty.
	About() (energy.DeviceID, energy.SpaceID)
	// AppendJSON appends the event's data, one JSON object on one line, with the same names as in answers.
	AppendJSON(b []byte) []byte
}

// The kinds of events.
const (
	kindReading = "reading"
	kindState   = "device_state"
	kindAmbient = "ambient"
)

// MaxEventsOfBatch is the maximum number of events of one batch.
const MaxEventsOfBatch = 1000

// ReadingEvent is a reading that was stored, or corrected by a person.
type ReadingEvent struct {
	Reading energy.Reading
	// Measures is what the reading's device measures.
	Measures  energy.Quantity
	Corrected bool
}

// Kind is reading.
func (ReadingEvent) Kind() string { return kindReading }

// About is the reading's device.
func (e ReadingEvent) About() (energy.DeviceID, energy.SpaceID) { return e.Reading.Device, "" }

// AppendJSON appends the reading as in answers, with "corrected":true if a person corrected it.
func (e ReadingEvent) AppendJSON(b []byte) []byte {
	b = e.Reading.AppendJSON(b, e.Measures)
	if e.Corrected {
		b = append(b[:len(b)-1], `,"corrected":true}`...)
	}
	return b
}

// WithdrawnEvent is a reading that a person withdrew.
type WithdrawnEvent struct{ Key energy.Key }

// Kind is reading.
func (WithdrawnEvent) Kind() string { return kindReading }

// About is the reading's device.
func (e WithdrawnEvent) About() (energy.DeviceID, energy.SpaceID) { return e.Key.Device, "" }

// AppendJSON appends the reading's identity.
func (e WithdrawnEvent) AppendJSON(b []byte) []byte {
	b = append(append(append(b, `{"device_id":"`...), e.Key.Device...), `","timestamp":"`...)
	return append(append(b, e.Key.At.String()...), `","withdrawn":true}`...)
}

// StateEvent is a device whose state changed.
type StateEvent struct{ Change conditions.StateChange }

// Kind is device_state.
func (StateEvent) Kind() string { return kindState }

// About is the device.
func (e StateEvent) About() (energy.DeviceID, energy.SpaceID) { return e.Change.Device, "" }

// AppendJSON appends the change as in answers.
func (e StateEvent) AppendJSON(b []byte) []byte { return e.Change.AppendJSON(b) }

// AmbientEvent is an ambient reading that was stored.
type AmbientEvent struct{ Ambient conditions.Ambient }

// Kind is ambient.
func (AmbientEvent) Kind() string { return kindAmbient }

// About is the space.
func (e AmbientEvent) About() (energy.DeviceID, energy.SpaceID) { return "", e.Ambient.Space }

// AppendJSON appends the reading with the measures that it has.
func (e AmbientEvent) AppendJSON(b []byte) []byte {
	b = e.Ambient.AppendIdentity(b)
	for _, m := range e.Ambient.Measures() {
		if m.Value != nil {
			b = m.Append(b)
		}
	}
	return append(b, '}')
}

// ReadingEvents are the events of stored readings, in their order. A batch of more than MaxEventsOfBatch is an upload of the
// past: only the last reading of each of its devices is an event.
func ReadingEvents(stored []energy.Reading, traits func(energy.DeviceID) ledger.Traits) []ReadingEvent {
	if len(stored) > MaxEventsOfBatch {
		stored = lastOfEach(stored)
	}
	all := make([]ReadingEvent, len(stored))
	for i, r := range stored {
		all[i] = ReadingEvent{Reading: r, Measures: traits(r.Device).Measures}
	}
	return all
}

func lastOfEach(readings []energy.Reading) []energy.Reading {
	last := make(map[energy.DeviceID]energy.Reading)
	for _, r := range readings {
		if l, found := last[r.Device]; !found || l.At < r.At {
			last[r.Device] = r
		}
	}
	all := make([]energy.Reading, 0, len(last))
	for _, device := range slices.Sorted(maps.Keys(last)) {
		all = append(all, last[device])
	}
	return all
}

// LastEvents are the last MaxEventsOfBatch events of a batch of states or ambient readings.
func LastEvents[E Event](all []E) []E { return all[max(0, len(all)-MaxEventsOfBatch):] }

// CorrectionEvent is the event of a correction: the reading as it is now, or its withdrawal.
func CorrectionEvent(c ledger.Correction, measures energy.Quantity) Event {
	if c.After == nil {
		return WithdrawnEvent{c.Key}
	}
	return ReadingEvent{Reading: *c.After, Measures: measures, Corrected: true}
}

// EventInstant is the instant of an event, read from its data; ok is false if the data has none. A reading covers the time up to
// its instant, so the instant of its event is one millisecond earlier: a device that moved at that instant measured at its place
// before the move.
func EventInstant(kind string, data []byte) (at energy.Instant, ok bool) {
	var stamped struct {
		Timestamp time.Time `json:"timestamp"`
	}
	if err := json.Unmarshal(data, &stamped); err != nil || stamped.Timestamp.IsZero() {
		return 0, false
	}
	at = energy.InstantOf(stamped.Timestamp)
	if kind == kindReading {
		at--
	}
	return at, true
}
