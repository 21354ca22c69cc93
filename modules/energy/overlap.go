package energy

import (
	"slices"
)

// Span is the time [From, To).
type Span struct{ From, To Instant }

func (s Span) ms() int64 { return int64(s.To - s.From) }

// Two neighbouring spans may share a little time, because their ends are rounded differently: less than roundedMs, and less
// than 1/roundedPart of the shorter span.
const (
	roundedMs   = SecondMs
	roundedPart = 100
)

// Overlaps reports whether two spans cover the same time. Spans that only touch do not. Neither do spans that share less than a
// second and less than 1 % of the shorter.
func (s Span) Overlaps(o Span) bool {
	shared := int64(min(s.To, o.To) - max(s.From, o.From))
	return shared > 0 && (shared >= roundedMs || shared*roundedPart >= min(s.ms(), o.ms()))
}

// HasStatedSpan reports whether the reading is an interval whose length and end were stated. Two such readings of one device
// may not overlap.
func (r Reading) HasStatedSpan() bool { return r.Kind == Interval && !r.Guessed }

// CoveredSpan is the time that the reading covers, up to its instant; empty if it covers the instant alone.
func (r Reading) CoveredSpan() Span { return Span{r.At.Add(-r.Span), r.At} }

// SpanIsGuessed reports whether the span of an interval is unknown: its length was not stated, or its end is the time of receipt
// and not the device's own time.
func (r Reading) SpanIsGuessed(stated bool) bool {
	return r.Kind == Interval && (!stated || r.Source >= ByBridge)
}

// ErrOverlapping reports an interval that another reading of the device covers in part or whole.
type ErrOverlapping struct {
	// Hidden is true if the sender may not see the stored reading.
	Hidden bool
	// Covered is the time that the other reading covers.
	Covered  Span
	Sent     Reading
	Measures Quantity // what the device measures
}

func (e ErrOverlapping) Error() string {
	return "overlapping reading of " + string(e.Sent.Device) + " at " + e.Sent.At.String() + ": covered already from " + e.Covered.From.String() + " to " + e.Covered.To.String()
}

// OverlappingFlaw is the error of a row whose time another reading covers. It does not name that reading, because not every
// sender may see it.
func OverlappingFlaw() Flaw { return Flaw{Field: "timestamp", Rule: RuleOverlapping} }

// RuleOverlapping is the rule of an interval whose time another reading covers.
const RuleOverlapping = "overlapping"

// Spans are spans that do not overlap, oldest first.
type Spans []Span

// FirstOverlapping returns the first of the spans that overlaps o.
func (s Spans) FirstOverlapping(o Span) (Span, bool) {
	for _, one := range s[s.after(o.From):] {
		switch {
		case one.From >= o.To:
			return Span{}, false
		case one.Overlaps(o):
			return one, true
		}
	}
	return Span{}, false
}

// With returns the spans with o inserted in order.
func (s Spans) With(o Span) Spans { return slices.Insert(s, s.after(o.To), o) }

// after is the index of the first span that ends after an instant.
func (s Spans) after(at Instant) int {
	index, _ := slices.BinarySearchFunc(s, at, func(one Span, at Instant) int {
		if one.To <= at {
			return -1
		}
		return 1
	})
	return index
}
