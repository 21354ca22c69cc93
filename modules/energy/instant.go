package energy

import (
	"errors"
	"time"
)

// Instant is a point in time in milliseconds since 1970-01-01T00:00:00Z.
type Instant int64

// Spans in milliseconds.
const (
	SecondMs  int64 = 1_000
	MinuteMs        = 60 * SecondMs
	QuarterMs       = 15 * MinuteMs
	HourMs          = 60 * MinuteMs
	DayMs           = 24 * HourMs
)

// EarliestInstant is the first instant that is accepted; a device that reports an earlier one has lost its clock.
const EarliestInstant Instant = 946_684_800_000 // 2000-01-01T00:00:00Z

// InstantOf is the instant of a time, truncated to milliseconds, which both databases store exactly.
func InstantOf(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time is the instant in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// String is the instant in RFC 3339, UTC, with up to three decimals and no trailing zeros.
func (i Instant) String() string { return i.Time().Format("2006-01-02T15:04:05.999Z07:00") }

// MarshalJSON writes the instant as RFC 3339 text.
func (i Instant) MarshalJSON() ([]byte, error) { return []byte(`"` + i.String() + `"`), nil }

// Add is the instant ms milliseconds later.
func (i Instant) Add(ms int64) Instant { return i + Instant(ms) }

// ErrNotInstant reports a text that is not an RFC 3339 date and time.
var ErrNotInstant = errors.New("not an RFC 3339 instant")

// ParseInstant reads RFC 3339, strictly (time.Parse accepts "T0:00:00Z", ",5Z" and "+24:00"). A text without a zone is
// read in zone: in an hour that the clocks repeat, it is the first pass. Digits below the millisecond are cut off.
// Errors: ErrNotInstant; ErrNoLocalTime in an hour that the clocks skip.
func ParseInstant(s string, zone *time.Location) (Instant, error) {
	wall, err := ParseWallTime(s)
	if err != nil {
		return 0, err
	}
	return wall.In(zone)
}

// parseWall reads a date and time. A text without a zone is local, and is read as if it were UTC.
func parseWall(s string) (t time.Time, local bool, err error) {
	if !isInstantShape(s) {
		return t, false, ErrNotInstant
	}
	layout, local := time.RFC3339Nano, !hasZone(s)
	if local {
		layout = "2006-01-02T15:04:05.999999999"
	}
	b := []byte(s)
	b[10] = 'T'
	if b[len(b)-1] == 'z' {
		b[len(b)-1] = 'Z'
	}
	if t, err = time.Parse(layout, string(b)); err != nil {
		return t, local, ErrNotInstant
	}
	return t, local, nil
}

// ParseDay reads a date, YYYY-MM-DD, as its first instant in a zone. Errors: ErrNotInstant.
func ParseDay(s string, zone *time.Location) (Instant, error) {
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, ErrNotInstant
	}
	return InstantOf(Midnight(day.Year(), day.Month(), day.Day(), zone)), nil
}

// InstantRule is the rule that a text breaks that could not be read as an instant.
func InstantRule(err error) string {
	if errors.Is(err, ErrNoLocalTime) {
		return "no_local_time"
	}
	return "instant"
}

// isInstantShape checks the positions of digits and signs: YYYY-MM-DDTHH:MM:SS[.fraction][Z|±HH:MM].
func isInstantShape(s string) bool {
	const pattern = "dddd-dd-ddTdd:dd:dd"
	if len(s) < len(pattern) || len(s) > 40 || !MatchesPattern(s[:len(pattern)], pattern) {
		return false
	}
	rest := s[len(pattern):]
	if rest != "" && rest[0] == '.' {
		n := 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		if n == 1 || n > 10 {
			return false
		}
		rest = rest[n:]
	}
	if rest == "" || rest == "Z" || rest == "z" {
		return true
	}
	return MatchesPattern(rest, "±dd:dd") && rest[1:3] < "24" && rest[4:6] < "60"
}

// MatchesPattern reports whether a text has the shape of a pattern: d is a digit, ± a sign, T is T, t or a space, and any
// other character is itself.
func MatchesPattern(s, pattern string) bool {
	want := []rune(pattern)
	if len(s) != len(want) {
		return false
	}
	for i, w := range want {
		if !fitsAt(s[i], w) {
			return false
		}
	}
	return true
}

func fitsAt(c byte, want rune) bool {
	switch want {
	case 'd':
		return isDigit(c)
	case 'T':
		return c == 'T' || c == 't' || c == ' '
	case '±':
		return c == '+' || c == '-'
	}
	return rune(c) == want
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func hasZone(s string) bool {
	last := s[len(s)-1]
	return last == 'Z' || last == 'z' || s[len(s)-6] == '+' || s[len(s)-6] == '-'
}
