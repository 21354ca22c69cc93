package usage

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// asOf is the instant of which figures are asked: one of the past, or, where it is 0, now. A clock that is a little ahead of this
// one asks for now. Errors: ErrInvalid.
func (r *Queries) asOf(at energy.Instant) (energy.Instant, error) {
	now := r.clock.Now()
	switch {
	case at == 0:
		return now, nil
	case at > now.Add(energy.MaxAhead):
		return 0, energy.ErrInvalid{Flaws: []energy.Flaw{{Field: "as_of", Rule: "future"}}}
	case at < energy.EarliestInstant:
		return 0, energy.ErrInvalid{Flaws: []energy.Flaw{{Field: "as_of", Rule: "too_old"}}}
	}
	return min(at, now), nil
}
