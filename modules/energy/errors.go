package energy

import (
	"fmt"
	"strings"
)

// ErrInvalid reports every bad field of a request at once.
type ErrInvalid struct{ Flaws []Flaw }

func (e ErrInvalid) Error() string {
	parts := make([]string, len(e.Flaws))
	for i, f := range e.Flaws {
		parts[i] = f.Field + ": " + f.Rule
	}
	return "invalid: " + strings.Join(parts, ", ")
}

// ErrNotFound reports an object that does not exist or that the caller may not see; the error does not say which.
type ErrNotFound struct{ Kind, ID string }

func (e ErrNotFound) Error() string { return fmt.Sprintf("%s %q not found", e.Kind, e.ID) }

// ErrForbidden reports a use case that the caller's role does not allow.
type ErrForbidden struct{}

func (ErrForbidden) Error() string { return "forbidden" }

// ErrTaken reports an object that cannot be made because its id or name exists already.
type ErrTaken struct{ Kind, ID string }

func (e ErrTaken) Error() string { return fmt.Sprintf("%s %q exists", e.Kind, e.ID) }

// ErrInUse reports an object that cannot be removed because others depend on it.
type ErrInUse struct {
	Kind, ID string
	Blockers []Blocker
}

func (e ErrInUse) Error() string { return fmt.Sprintf("%s %q is in use", e.Kind, e.ID) }
