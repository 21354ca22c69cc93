// Package simulate simulates a campus: rooms with air conditioning, lights, computers and sensors, in office hours and a hot
// climate, with some typical faults. It sends the same messages as real devices, over HTTP or MQTT. The same seed and times give
// the same messages. Start with Run; room.go models a room.
package simulate

import (
	"context"
	"fmt"
	"time"
)

// Options configure a simulation.
type Options struct {
	Rooms int
	// Speed is how many times faster than real time the simulation runs until it has reached the present.
	Speed float64
	Seed  uint64
	// From is the simulated start; Every is the simulated time between two messages of a device; Zone is the campus's time zone.
	From  time.Time
	Every time.Duration
	Zone  *time.Location
}

// Sender sends the messages of one instant.
type Sender interface {
	// Register registers the campus, if the transport can.
	Register(ctx context.Context, rooms []*Room) error
	Send(ctx context.Context, at time.Time, messages []Message) error
}

// Clock returns the current time and waits.
type Clock interface {
	Now() time.Time
	// Wait waits for d, or until ctx ends.
	Wait(ctx context.Context, d time.Duration)
}

// Message is one message of a device: over HTTP a reading, over MQTT a payload in the device's dialect.
type Message struct {
	Device string
	Kind   Kind
	// KWh is the energy since the last message, Register the meter's counter in kWh, both exact decimals; empty if the device does not report it.
	KWh, Register string
	State         string
	// Temperature is in °C and Humidity in %, as decimals; People is the number of persons in the room.
	Temperature, Humidity string
	People                int
	Watts                 string
}

// Run simulates until ctx ends and returns the number of sent messages. A failed Register or Send ends it with an error.
func Run(ctx context.Context, o Options, sender Sender, clock Clock, progress func(at time.Time, sent int)) (sent int, err error) {
	rooms := Campus(o)
	if err := sender.Register(ctx, rooms); err != nil {
		return 0, fmt.Errorf("register the campus: %w", err)
	}
	at := o.From.Truncate(o.Every)
	begun := clock.Now()
	for ctx.Err() == nil {
		at = at.Add(o.Every)
		due := begun.Add(time.Duration(float64(at.Sub(o.From)) / o.Speed))
		if at.After(due) {
			due = at // the simulation has reached the present
		}
		if wait := due.Sub(clock.Now()); wait > 0 {
			clock.Wait(ctx, wait)
		}
		if ctx.Err() != nil {
			break
		}
		messages := Messages(rooms, at, o.Every)
		if err := sender.Send(ctx, at, messages); err != nil {
			return sent, fmt.Errorf("send: %w", err)
		}
		sent += len(messages)
		progress(at, sent)
	}
	return sent, nil
}

// Messages returns the messages of all rooms for the span up to at.
func Messages(rooms []*Room, at time.Time, span time.Duration) []Message {
	var all []Message
	for _, r := range rooms {
		all = append(all, r.messages(at, span)...)
	}
	return all
}
