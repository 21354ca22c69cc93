// Package clock is the only place that reads the time of day. A module declares the one method it needs as its own port. System
// implements it in the program, and Fixed in tests.
package clock

import "time"

// System is the machine's clock, in UTC.
type System struct{}

// Now returns the present instant in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// Fixed is a clock that always shows the same instant.
type Fixed time.Time

// Now returns the fixed instant.
func (f Fixed) Now() time.Time { return time.Time(f) }
