package httpenergy

import (
	"errors"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/problem"
)

// inboxRetry is after how many seconds a message that the inbox has no room for may be tried again: a person has to make room.
const inboxRetry = 300

// problemOf says which problem an error of the module is; nil for one that is not the module's.
func problemOf(err error) *problem.Problem {
	var invalid energy.ErrInvalid
	var conflict energy.ErrConflictingReading
	var state energy.ErrConflictingState
	var ambient energy.ErrConflictingAmbient
	var taken energy.ErrTaken
	var inUse energy.ErrInUse
	var full energy.ErrInboxFull
	switch {
	case errors.As(err, &invalid):
		return problem.Invalid(fieldsOf(invalid.Flaws)...)
	case errors.As(err, &conflict):
		return conflictOf(conflict.Unseen, reading{of: conflict.Stored, measures: conflict.Measures}, reading{of: conflict.Sent, measures: conflict.Measures})
	case errors.As(err, &state):
		return conflictOf(state.Unseen, stateOf(state.Stored), stateOf(state.Sent))
	case errors.As(err, &ambient):
		return conflictOf(false, ambientOf(ambient.Stored), ambientOf(ambient.Sent))
	case errors.As(err, &taken):
		return problem.New(problem.AlreadyExists, "id", taken.ID)
	case errors.As(err, &inUse):
		return problem.New(problem.InUse, "id", inUse.ID)
	case errors.As(err, &full):
		return problem.New(problem.InboxFull, "bound", full.Bound, "max", full.Max).With("bound", full.Bound).With("max", full.Max).After(inboxRetry)
	case errors.As(err, &energy.ErrNotFound{}):
		return problem.New(problem.NotFound)
	case errors.As(err, &energy.ErrForbidden{}):
		return problem.New(problem.Forbidden)
	case errors.As(err, &energy.ErrOverloaded{}):
		return problem.New(problem.Overloaded).After(1)
	}
	return nil
}

// conflictOf names both values of a conflict, but for a stored one that its sender may not see.
func conflictOf[T any](unseen bool, stored, sent T) *problem.Problem {
	p := problem.New(problem.ConflictingReading).With("sent", sent)
	if !unseen {
		p = p.With("stored", stored)
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
