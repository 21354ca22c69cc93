package energy

// Clock tells the time.
type Clock interface{ Now() Instant }

// MaxAhead is how far a clock may be ahead of this one, ms: a reading of a later instant is of the future.
const MaxAhead = 5 * MinuteMs
