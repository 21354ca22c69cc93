package usage

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// asOf returns the instant that a query is for: one in the past, or now if at is 0. If the caller's clock is a little ahead of the
// server's, it is now. Errors: ErrInvalid.
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
