package remote

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/peer"
)

// In both questions, Entry is the audit entry of the request that changes the calendar: as in one process, the transaction that makes
// the change writes it, unless an earlier one did.
type openDayAsked struct {
	Caller  advice.Caller
	Opening questions.Opening
	Entry   audit.Entry
}

type openingAsked struct {
	Caller advice.Caller
	ID     string
	Entry  audit.Entry
}

// openingChanged answers a change.
type openingChanged struct {
	// Audited is set if the entry was written.
	Audited bool
}

var (
	openDayCall     = peer.Call[openDayAsked, openingChanged]{Module: ofEnergy, Name: "open-day", Changes: true}
	hasOpeningCall  = peer.Call[openingAsked, bool]{Module: ofEnergy, Name: "has-opening"}
	dropOpeningCall = peer.Call[openingAsked, openingChanged]{Module: ofEnergy, Name: "drop-opening"}
)

// Openings implements the advice module's port.
type Openings struct{ Client *peer.Client }

var _ questions.Openings = Openings{}

// OpenDay adds to the calendar that a space was open on a date, unless it was added before.
func (o Openings) OpenDay(ctx context.Context, caller advice.Caller, entry questions.Opening) error {
	changed, err := askForAdvice(ctx, o.Client, openDayCall, openDayAsked{caller, entry, entryOf(ctx)})
	changed.note(ctx)
	return err
}

// HasOpening reports whether the calendar has an entry that the caller may remove.
func (o Openings) HasOpening(ctx context.Context, caller advice.Caller, id string) (bool, error) {
	return askForAdvice(ctx, o.Client, hasOpeningCall, openingAsked{Caller: caller, ID: id})
}

// DropOpening removes an entry from the calendar. An entry that does not exist is not an error.
func (o Openings) DropOpening(ctx context.Context, caller advice.Caller, id string) error {
	changed, err := askForAdvice(ctx, o.Client, dropOpeningCall, openingAsked{caller, id, entryOf(ctx)})
	changed.note(ctx)
	return err
}

// entryOf returns the audit entry that is not written yet; one without an action is none.
func entryOf(ctx context.Context) audit.Entry {
	if pending := audit.PendingOf(ctx); pending != nil {
		return pending.Entry
	}
	return audit.Entry{}
}

// note keeps the other transactions of the request from writing the entry again.
func (c openingChanged) note(ctx context.Context) {
	if pending := audit.PendingOf(ctx); pending != nil && c.Audited {
		pending.SetWritten()
	}
}

// audited makes a change with the entry of the request that asks for it.
func audited(ctx context.Context, e audit.Entry, change func(context.Context) error) (openingChanged, error) {
	if e.Action == "" {
		return openingChanged{}, change(ctx)
	}
	ctx = audit.Begin(ctx, e)
	err := change(ctx)
	return openingChanged{audit.PendingOf(ctx) == nil}, err
}

// answerOpenings makes a server answer with the calendar of the energy module.
func answerOpenings(s *peer.Server, openings questions.Openings) {
	openDayCall.Answer(s, func(ctx context.Context, asked openDayAsked) (openingChanged, error) {
		return audited(ctx, asked.Entry, func(ctx context.Context) error {
			return openings.OpenDay(ctx, asked.Caller, asked.Opening)
		})
	})
	hasOpeningCall.Answer(s, func(ctx context.Context, asked openingAsked) (bool, error) {
		return openings.HasOpening(ctx, asked.Caller, asked.ID)
	})
	dropOpeningCall.Answer(s, func(ctx context.Context, asked openingAsked) (openingChanged, error) {
		return audited(ctx, asked.Entry, func(ctx context.Context) error {
			return openings.DropOpening(ctx, asked.Caller, asked.ID)
		})
	})
}
