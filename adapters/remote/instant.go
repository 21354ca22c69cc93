package remote

import "time"

// msOf returns an instant in ms since 1970. Instants of the modules are whole milliseconds.
func msOf(t time.Time) int64 { return t.UnixMilli() }

// instantOf returns the instant in UTC.
func instantOf(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// span is a range of time, [From, To), in ms since 1970.
type span struct{ From, To int64 }

func spanOf(from, to time.Time) span { return span{msOf(from), msOf(to)} }

func (s span) from() time.Time { return instantOf(s.From) }
func (s span) to() time.Time   { return instantOf(s.To) }
