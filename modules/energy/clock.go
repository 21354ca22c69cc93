package energy

// Clock returns the current time.
type Clock interface{ Now() Instant }

// MaxAhead is how far a device's clock may be ahead of the server's, in ms. A reading with a later instant is rejected as `future`.
const MaxAhead = 5 * MinuteMs
