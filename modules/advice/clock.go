package advice

import "time"

// Clock returns the current time.
type Clock interface{ Now() time.Time }

// Now returns a clock's time, cut to the millisecond, which both databases store.
func Now(clock Clock) time.Time { return clock.Now().UTC().Truncate(time.Millisecond) }

// maxAhead is the maximum by which a caller's clock may be ahead of this one.
const maxAhead = 5 * time.Minute

// AsOf returns the instant up to which figures are computed: at, or now if at is zero. Errors: ErrInvalid if it lies in the future.
func AsOf(clock Clock, at time.Time) (time.Time, error) {
	now := Now(clock)
	switch {
	case at.IsZero():
		return now, nil
	case at.After(now.Add(maxAhead)):
		return now, ErrInvalid{[]Flaw{{Field: "as_of", Rule: "future"}}}
	}
	return Earliest(at.UTC().Truncate(time.Millisecond), now), nil
}
