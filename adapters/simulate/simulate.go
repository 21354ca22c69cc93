// Package simulate is a campus that is not there: rooms with air conditioning, lights, computers and sensors, in office hours and
// heat, with some of the faults that real ones have. It speaks as real devices do, over HTTP or MQTT. The same seed and times give
// the same messages. Run is the way in; room.go is what a room does.
package simulate

import (
	"context"
	"fmt"
	"time"
)

// Options are what to simulate.
type Options struct {
	Rooms int
	// Speed is how many times faster than real its time goes until it has reached the present.
	Speed float64
	Seed  uint64
	// From is when it begins, in the campus's zone; Every is how often devices speak, by its time.
	From  time.Time
	Every time.Duration
	Zone  *time.Location
}

// Sender takes what devices say at one instant.
type Sender interface {
	// Register makes the campus known, where the way has one.
	Register(ctx context.Context, rooms []*Room) error
	Send(ctx context.Context, at time.Time, messages []Message) error
}

// Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	// Wait waits for a while, or until ctx ends.
	Wait(ctx context.Context, d time.Duration)
}

// Message is what one device says: by HTTP as a reading, by MQTT in the dialect of its make.
type Message struct {
	Device string
	Kind   Kind
	// KWh was used since the last message, Register has been counted, both exact decimals; empty where the device does not say.
	KWh, Register string
	State         string
	// Temperature is °C, Humidity %, as decimals; People are in the room.
	Temperature, Humidity string
	People                int
	Watts                 string
}

// Run simulates until ctx ends and tells how many messages were sent. Errors are those of sending, which end it.
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
			due = at // it has caught up with the present
		}
		if wait := due.Sub(clock.Now()); wait > 0 {
			clock.Wait(ctx, wait)
		}
		if ctx.Err() != nil {
			break
		}
		messages := Say(rooms, at, o.Every)
		if err := sender.Send(ctx, at, messages); err != nil {
			return sent, fmt.Errorf("send: %w", err)
		}
		sent += len(messages)
		progress(at, sent)
	}
	return sent, nil
}

// Say is what all rooms say of the span up to an instant.
func Say(rooms []*Room, at time.Time, span time.Duration) []Message {
	var all []Message
	for _, r := range rooms {
		all = append(all, r.say(at, span)...)
	}
	return all
}
