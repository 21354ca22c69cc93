package advice

import "errors"

// ErrAway is returned by a port whose module does not answer now. What was computed before is still stored.
var ErrAway = errors.New("another module does not answer now")

// ErrNotFound is returned for an object that does not exist or that the caller may not see.
type ErrNotFound struct{ Kind, ID string }

func (e ErrNotFound) Error() string { return e.Kind + " not found: " + e.ID }

// ErrForbidden is returned for an action that the caller's role does not allow.
type ErrForbidden struct{}

func (ErrForbidden) Error() string { return "forbidden" }

// ErrTransition is returned for a status that cannot follow the present one.
type ErrTransition struct{ From, To Status }

func (e ErrTransition) Error() string {
	return "a recommendation that is " + string(e.From) + " cannot become " + string(e.To)
}

// Flaw is an invalid field and the rule that it breaks.
type Flaw struct {
	Field, Rule string
	Args        map[string]any
}

// ErrInvalid lists all invalid fields.
type ErrInvalid struct{ Flaws []Flaw }

func (ErrInvalid) Error() string { return "invalid" }

// ErrNothingMeasured is returned for a span without any measurement of a target.
type ErrNothingMeasured struct{ Target Target }

func (e ErrNothingMeasured) Error() string { return "nothing measured of " + e.Target.String() }
