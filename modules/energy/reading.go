package energy

// HasServerTime tells whether the server gave the reading its instant, so that it may move to one that is free.
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
	// Rejected is a report that was refused for its value: power or energy that is given back, or more than the device can use. It
	// counts nothing and is shown to nobody, but no power is joined over its instant.
	Rejected
)

// Reading is one report of a device at an instant. The two together are its identity: a device reports once at
// an instant, whatever the kind.
type Reading struct {
	Device DeviceID
	At     Instant
	Kind   Kind
	// Energy is an interval's energy or a register's count; Power is a sample's.
	Energy Energy
	Power  Power
	// Span is the interval's length in ms up to At; 0 for other kinds.
	Span int64
	// Guessed is set where nobody stated of which time an interval is: its length is the usual one, or its end is when it was heard.
	Guessed bool
	// Source is whose clock At is of; 0 where that was not kept.
	Source TimeSource
}

// SameValue tells whether two readings say the same, whatever clock they were told by.
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

// Result is what became of a reading that was sent.
type Result uint8

// The results. Sending a reading again is always safe: it is a Duplicate and counts nothing twice.
const (
	Inserted Result = iota + 1
	Duplicate
	Conflict
	// Overlapping is an interval of which a part is told already: nothing is stored.
	Overlapping
)

// Outcome is a result with the reading that is now stored under the key: on a Conflict, the earlier one.
type Outcome struct {
	Result Result
	Stored Reading
	// Covered is, where the reading was Overlapping, the time that another covers.
	Covered Span
}

// OutcomeOf compares a reading that was sent with the one that was under its key before it.
func OutcomeOf(sent, stored Reading) Outcome {
	if sent.SameValue(stored) {
		return Outcome{Result: Duplicate, Stored: stored}
	}
	return Outcome{Result: Conflict, Stored: stored}
}

// ErrConflictingReading is a reading whose device and instant already hold another value.
type ErrConflictingReading struct {
	// Hidden tells that who sent it may not see what is stored.
	Hidden       bool
	Stored, Sent Reading
	Measures     Quantity // what their device measures
}

func (e ErrConflictingReading) Error() string {
	return "conflicting reading of " + string(e.Sent.Device) + " at " + e.Sent.At.String()
}
