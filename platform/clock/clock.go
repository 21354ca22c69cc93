// Package clock is the only place that reads the time of day. Modules declare the one method they need as a
// port of their own; System answers it, and Fixed answers it in tests.
package clock

import "time"

// System is the machine's clock, in UTC.
type System struct{}

// Now is the present instant in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// Fixed is a clock that stands still at its instant.
type Fixed time.Time

// Now is always the same instant.
func (f Fixed) Now() time.Time { return time.Time(f) }
