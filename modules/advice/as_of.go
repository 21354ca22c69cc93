package advice

import "time"

// early is how far a caller's clock may be ahead of this one.
const early = 5 * time.Minute

// asOf is the instant of which figures are asked: one of the past, or, where it is zero, now. Errors: ErrInvalid.
func (a *Advisor) asOf(at time.Time) (time.Time, error) {
	now := a.now()
	switch {
	case at.IsZero():
		return now, nil
	case at.After(now.Add(early)):
		return now, ErrInvalid{[]Flaw{{Field: "as_of", Rule: "future"}}}
	}
	return earliest(at.UTC().Truncate(time.Millisecond), now), nil
}
