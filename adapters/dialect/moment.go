package dialect

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// moment is a time: an instant, or a local time without a zone.
type moment struct {
	at    energy.Instant
	local energy.WallTime
}

// epoch is 1970-01-01T00:00:00Z if a message has it: an instant of 0 means none.
const epoch energy.Instant = 1

// momentOf reads RFC 3339 with or without a zone, the dots and blanks of older devices, or seconds or ms since 1970. An invalid
// date in a year before 2000 ("0000-00-00 00:00:00") comes from a clock that was never set.
func momentOf(text string) (moment, error) {
	if n, ok := energy.ReadThousandths(text); ok {
		return moment{at: cmp.Or(sinceEpoch(n), epoch)}, nil
	}
	text = strings.Replace(text, " ", "T", 1)
	const dated = len("2006-01-02")
	if len(text) > dated && text[4] == '.' && text[7] == '.' {
		text = text[:4] + "-" + text[5:7] + "-" + text[8:]
	}
	text = noSeconds.ReplaceAllString(text, "$1:00$2")
	if len(text) > dated && (strings.ContainsAny(text[dated:], "Zz+") || strings.Contains(text[dated:], "-")) {
		if n := len(text); text[n-5] == '+' || text[n-5] == '-' { // +0100, as some devices write it
			text = text[:n-2] + ":" + text[n-2:]
		}
	}
	wall, err := energy.ParseWallTime(text)
	switch {
	case err != nil:
		return neverSet(text)
	case wall.IsLocal():
		return moment{local: wall}, nil
	}
	at, err := wall.In(time.UTC)
	return moment{at: cmp.Or(at, epoch)}, err
}

// noSeconds matches a date with hours and minutes only.
var noSeconds = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2})([Zz]|[+-][0-9]{2}:?[0-9]{2})?$`)

// noDate matches a date and time before 2000, valid or not.
var noDate = regexp.MustCompile(`^[01][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}`)

func neverSet(text string) (moment, error) {
	if noDate.MatchString(text) {
		return moment{at: epoch}, nil
	}
	return moment{}, badTime
}

// sinceEpoch reads thousandths of a second, or of a ms if they would be in a far year.
func sinceEpoch(thousandths int64) energy.Instant {
	const farAway = 100_000_000_000_000 // thousandths of a second: the year 5138
	if thousandths > farAway {
		return energy.Instant(thousandths / 1000)
	}
	return energy.Instant(thousandths)
}

// setOn sets an observation's time, by the clock of a device or of a bridge.
func (t moment) setOn(o *intake.Observation, source energy.TimeSource) {
	switch {
	case t.local.IsLocal():
		o.LocalTime, o.Source = t.local, energy.ByDeviceLocal
	case t.at != 0:
		o.At, o.Source = t.at, source
	}
}
