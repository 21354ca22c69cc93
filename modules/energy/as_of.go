package energy

// asOf is the instant of which figures are asked: one of the past, or, where it is 0, now. A clock that is a little ahead of this
// one asks for now. Errors: ErrInvalid.
func (r *Reports) asOf(at Instant) (Instant, error) {
	now := r.clock.Now()
	switch {
	case at == 0:
		return now, nil
	case at > now.Add(maxAhead):
		return 0, ErrInvalid{[]Flaw{{Field: "as_of", Rule: "future"}}}
	case at < EarliestInstant:
		return 0, ErrInvalid{[]Flaw{{Field: "as_of", Rule: "too_old"}}}
	}
	return min(at, now), nil
}

// quarterEnd is the end of the quarter hour that runs at an instant, or the instant where one ends. What a quarter hour that still
// runs has counted is told by every answer alike.
func quarterEnd(at Instant) Instant { return quarterStart(quarterOf(at-1) + 1) }
