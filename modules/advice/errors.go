package advice

// ErrNotFound is an object that is not there, or not within the caller's reach.
type ErrNotFound struct{ Kind, ID string }

func (e ErrNotFound) Error() string { return e.Kind + " not found: " + e.ID }

// ErrForbidden is an action that the caller's role does not allow.
type ErrForbidden struct{}

func (ErrForbidden) Error() string { return "forbidden" }

// ErrTransition is a status that cannot follow the present one.
type ErrTransition struct{ From, To Status }

func (e ErrTransition) Error() string {
	return "a recommendation that is " + string(e.From) + " cannot become " + string(e.To)
}

// Flaw is one bad field, and the rule that it breaks.
type Flaw struct {
	Field, Rule string
	Args        map[string]any
}

// ErrInvalid names all bad fields.
type ErrInvalid struct{ Flaws []Flaw }

func (ErrInvalid) Error() string { return "invalid" }

// ErrNothingMeasured is a span in which nothing was measured of a target.
type ErrNothingMeasured struct{ Target Target }

func (e ErrNothingMeasured) Error() string { return "nothing measured of " + e.Target.String() }
