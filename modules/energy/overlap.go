package energy

import (
	"slices"
)

// Span is the time from one instant to another, the second not in it.
type Span struct{ From, To Instant }

func (s Span) ms() int64 { return int64(s.To - s.From) }

// How much two spans may share and still be told apart: the ends of neighbours, rounded differently.
const (
	roundedMs   = SecondMs
	roundedPart = 100
)

// Overlaps tells whether two spans tell of the same time. Spans that touch do not, and neither do those that share less than a
// second and less than 1 % of the shorter.
func (s Span) Overlaps(o Span) bool {
	shared := int64(min(s.To, o.To) - max(s.From, o.From))
	return shared > 0 && (shared >= roundedMs || shared*roundedPart >= min(s.ms(), o.ms()))
}

// HasStatedSpan tells whether the reading says of which time its energy is: an interval whose length and end were stated. No two of a
// device that do may overlap.
func (r Reading) HasStatedSpan() bool { return r.Kind == Interval && !r.Guessed }

// CoveredSpan is the time up to the reading's instant of which it tells; empty where it tells of the instant alone.
func (r Reading) CoveredSpan() Span { return Span{r.At.Add(-r.Span), r.At} }

// SpanIsGuessed tells whether nobody knows of which time an interval is: its length was not stated, or its end is when it was heard
// and not what the device said.
func (r Reading) SpanIsGuessed(stated bool) bool {
	return r.Kind == Interval && (!stated || r.Source >= ByBridge)
}

// ErrOverlapping is an interval of which a part is told already by another reading of the device.
type ErrOverlapping struct {
	// Hidden tells that who sent it may not see what is stored.
	Hidden bool
	// Covered is the time that the other reading covers.
	Covered  Span
	Sent     Reading
	Measures Quantity // what their device measures
}

func (e ErrOverlapping) Error() string {
	return "overlapping reading of " + string(e.Sent.Device) + " at " + e.Sent.At.String() + ": told already from " + e.Covered.From.String() + " to " + e.Covered.To.String()
}

// OverlappingFlaw is what is wrong with a row whose time is told already; by what is not said to all who send.
func OverlappingFlaw() Flaw { return Flaw{Field: "timestamp", Rule: RuleOverlapping} }

// RuleOverlapping is the rule of an interval whose time another reading covers.
const RuleOverlapping = "overlapping"

// Spans are spans that do not overlap, oldest first.
type Spans []Span

// FirstOverlapping gives the first of the spans that overlaps another.
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

// With puts a span among the others.
func (s Spans) With(o Span) Spans { return slices.Insert(s, s.after(o.To), o) }

// after is the place of the first span that ends after an instant.
func (s Spans) after(at Instant) int {
	place, _ := slices.BinarySearchFunc(s, at, func(one Span, at Instant) int {
		if one.To <= at {
			return -1
		}
		return 1
	})
	return place
}
