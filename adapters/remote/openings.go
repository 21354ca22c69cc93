package remote

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/platform/peer"
)

type openDayAsked struct {
	Caller            advice.Caller
	Space, Name, Date string
}

type openingAsked struct {
	Caller advice.Caller
	ID     string
}

var (
	openDayCall     = peer.Call[openDayAsked, string]{Module: ofEnergy, Name: "open-day", Changes: true}
	hasOpeningCall  = peer.Call[openingAsked, bool]{Module: ofEnergy, Name: "has-opening"}
	dropOpeningCall = peer.Call[openingAsked, peer.Nothing]{Module: ofEnergy, Name: "drop-opening"}
)

// Openings implements the advice module's port.
type Openings struct{ Client *peer.Client }

var _ questions.Openings = Openings{}

// OpenDay adds to the calendar that a space was open on a date. It returns the id of the entry.
func (o Openings) OpenDay(ctx context.Context, caller advice.Caller, space, name, date string) (string, error) {
	return askForAdvice(ctx, o.Client, openDayCall, openDayAsked{caller, space, name, date})
}

// HasOpening reports whether the calendar has an entry that the caller may remove.
func (o Openings) HasOpening(ctx context.Context, caller advice.Caller, id string) (bool, error) {
	return askForAdvice(ctx, o.Client, hasOpeningCall, openingAsked{caller, id})
}

// DropOpening removes an entry from the calendar. An entry that does not exist is not an error.
func (o Openings) DropOpening(ctx context.Context, caller advice.Caller, id string) error {
	_, err := askForAdvice(ctx, o.Client, dropOpeningCall, openingAsked{caller, id})
	return err
}

// answerOpenings makes a server answer with the calendar of the energy module.
func answerOpenings(s *peer.Server, openings questions.Openings) {
	openDayCall.Answer(s, func(ctx context.Context, asked openDayAsked) (string, error) {
		return openings.OpenDay(ctx, asked.Caller, asked.Space, asked.Name, asked.Date)
	})
	hasOpeningCall.Answer(s, func(ctx context.Context, asked openingAsked) (bool, error) {
		return openings.HasOpening(ctx, asked.Caller, asked.ID)
	})
	dropOpeningCall.Answer(s, func(ctx context.Context, asked openingAsked) (peer.Nothing, error) {
		return true, openings.DropOpening(ctx, asked.Caller, asked.ID)
	})
}
