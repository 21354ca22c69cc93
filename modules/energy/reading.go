package energy

// HasServerTime reports whether the server set the reading's instant, so that the reading may move to a free one.
func (r Reading) HasServerTime() bool { return r.Source == ByArrival || r.Source == ByAge }

// Kind is what a reading measures.
type Kind uint8

// The kinds of reading.
const (
	// Interval is the energy used in the span up to the reading's instant.
	Interval Kind = iota + 1
	// Register is a meter's cumulative counter at the instant.
	Register
	// Sample is the power drawn at the instant.
	Sample
	// Rejected is a report that was rejected for its value: negative power or energy, or more than the device can use. It adds no
	// energy and is never shown, but the powers before and after it are not joined.
	Rejected
)

// Reading is one report of a device at an instant. Device and instant together are its identity: a device has one reading at
// an instant, of any kind.
type Reading struct {
	Device DeviceID
	At     Instant
	Kind   Kind
	// Energy is an interval's energy or a register's count; Power is a sample's.
	Energy Energy
	Power  Power
	// Span is the interval's length in ms up to At; 0 for other kinds.
	Span int64
	// Guessed is true if the span of an interval was not stated: its length is the usual one, or its end is the time of receipt.
	Guessed bool
	// Source is the clock that At comes from; 0 if it was not stored.
	Source TimeSource
}

// SameValue reports whether two readings have the same device, instant and value, whatever clock the instants come from.
func (r Reading) SameValue(o Reading) bool {
	r.Source, o.Source = 0, 0
	r.Guessed, o.Guessed = false, false
	return r == o
}

// Key is a reading's identity.
type Key struct {
	Device DeviceID
	At     Instant
}

// Key is the reading's identity.
func (r Reading) Key() Key { return Key{r.Device, r.At} }

// Result is the result of sending a reading.
type Result uint8

// The results. Sending a reading again is always safe: it is a Duplicate and counts nothing twice.
const (
	Inserted Result = iota + 1
	Duplicate
	Conflict
	// Overlapping is an interval that another reading covers in part or whole: nothing is stored.
	Overlapping
)

// Outcome is a result with the reading that is now stored under the key: on a Conflict, the earlier one.
type Outcome struct {
	Result Result
	Stored Reading
	// Covered is the time that another reading covers, if the result is Overlapping.
	Covered Span
}

// OutcomeOf compares a reading that was sent with the reading already stored under its key.
func OutcomeOf(sent, stored Reading) Outcome {
	if sent.SameValue(stored) {
		return Outcome{Result: Duplicate, Stored: stored}
	}
	return Outcome{Result: Conflict, Stored: stored}
}

// ErrConflictingReading reports a reading whose device and instant already have another value.
type ErrConflictingReading struct {
	// Hidden is true if the sender may not see the stored reading.
	Hidden       bool
	Stored, Sent Reading
	Measures     Quantity // what the device measures
}

func (e ErrConflictingReading) Error() string {
	return "conflicting reading of " + string(e.Sent.Device) + " at " + e.Sent.At.String()
}
