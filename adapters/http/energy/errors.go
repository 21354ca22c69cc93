package httpenergy

import (
	"errors"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/problem"
)

// inboxRetry is the Retry-After of a message rejected by a full inbox, in seconds. It is long because a person has to make room.
const inboxRetry = 300

// problemOf returns the problem for an error of the module; nil for any other error.
func problemOf(err error) *problem.Problem {
	var invalid energy.ErrInvalid
	var conflict energy.ErrConflictingReading
	var overlapping energy.ErrOverlapping
	var state conditions.ErrConflictingState
	var ambient conditions.ErrConflictingAmbient
	var taken energy.ErrTaken
	var inUse energy.ErrInUse
	var full intake.ErrInboxFull
	switch {
	case errors.As(err, &invalid):
		return problem.Invalid(fieldsOf(invalid.Flaws)...)
	case errors.As(err, &conflict):
		return conflictOf(conflict.Hidden, reading{of: conflict.Stored, measures: conflict.Measures}, reading{of: conflict.Sent, measures: conflict.Measures})
	case errors.As(err, &overlapping):
		return overlappingOf(overlapping)
	case errors.As(err, &state):
		return conflictOf(state.Hidden, stateOf(state.Stored), stateOf(state.Sent))
	case errors.As(err, &ambient):
		return conflictOf(false, ambientOf(ambient.Stored), ambientOf(ambient.Sent))
	case errors.As(err, &taken):
		return problem.New(problem.AlreadyExists, "id", taken.ID)
	case errors.As(err, &inUse):
		return problem.New(problem.InUse, "id", inUse.ID).With("blocked_by", blockersOf(inUse.Blockers))
	case errors.As(err, &full):
		return problem.New(problem.InboxFull, "bound", full.Bound, "max", full.Max).With("bound", full.Bound).With("max", full.Max).After(inboxRetry)
	case errors.As(err, &energy.ErrNotFound{}):
		return problem.New(problem.NotFound)
	case errors.As(err, &energy.ErrForbidden{}):
		return problem.New(problem.Forbidden)
	case errors.As(err, &ledger.ErrOverloaded{}):
		return problem.New(problem.Overloaded).After(1)
	}
	return nil
}

// conflictOf returns both values of a conflict. The stored value is left out if the sender may not see it.
func conflictOf[T any](unseen bool, stored, sent T) *problem.Problem {
	p := problem.New(problem.ConflictingReading).With("sent", sent)
	if !unseen {
		p = p.With("stored", stored)
	}
	return p
}

// covered is the time that a stored reading counts.
type covered struct {
	From energy.Instant `json:"from"`
	To   energy.Instant `json:"to"`
}

// overlappingOf returns the time that is already counted. It is left out if the sender may not see the stored reading.
func overlappingOf(e energy.ErrOverlapping) *problem.Problem {
	p := problem.New(problem.OverlappingReading).With("sent", reading{of: e.Sent, measures: e.Measures})
	if !e.Hidden {
		p = p.With("covered", covered{e.Covered.From, e.Covered.To})
	}
	return p
}

func fieldsOf(flaws []energy.Flaw) []problem.Field {
	fields := make([]problem.Field, len(flaws))
	for i, f := range flaws {
		fields[i] = problem.Field{Field: f.Field, Rule: problem.Rule(f.Rule), Params: f.Args}
	}
	return fields
}
