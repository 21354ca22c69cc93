package energy

import (
	"fmt"
	"strings"
)

// ErrInvalid names every bad field of a request at once.
type ErrInvalid struct{ Flaws []Flaw }

func (e ErrInvalid) Error() string {
	parts := make([]string, len(e.Flaws))
	for i, f := range e.Flaws {
		parts[i] = f.Field + ": " + f.Rule
	}
	return "invalid: " + strings.Join(parts, ", ")
}

// ErrNotFound is an object that does not exist or that the caller may not see; the two are not told apart.
type ErrNotFound struct{ Kind, ID string }

func (e ErrNotFound) Error() string { return fmt.Sprintf("%s %q not found", e.Kind, e.ID) }

// ErrForbidden is a use case that the caller's role does not allow.
type ErrForbidden struct{}

func (ErrForbidden) Error() string { return "forbidden" }

// ErrTaken is an object that cannot be made because its id or name is there already.
type ErrTaken struct{ Kind, ID string }

func (e ErrTaken) Error() string { return fmt.Sprintf("%s %q exists", e.Kind, e.ID) }

// ErrInUse is an object that cannot be removed because others hang on it: By says what, spaces, devices, readings or grants.
type ErrInUse struct {
	Kind, ID, By string
	Grants       []Grant
}

func (e ErrInUse) Error() string { return fmt.Sprintf("%s %q is in use by %s", e.Kind, e.ID, e.By) }
