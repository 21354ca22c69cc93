package rules

import (
	"math"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// preparedSubject is the rules' view of a subject: its hours without faults, the recent ones, and its power levels.
type preparedSubject struct {
	Subject
	whole  *history.History // faulty hours count as not measured
	recent *history.History // the last recentDays dates with measurements, and the hours between them
	dates  []date           // dates of recent with enough measured hours
	levels levels
	// departures are the detector's findings of the last two months.
	departures []Departure
	// taken marks hours of recent that a rule has claimed.
	taken []bool
	// window has the days that findings list.
	window window
}

// date is a local date with enough measured hours.
type date struct {
	day         int
	first, last int // hours of recent, [first, last)
	open        bool
}

func prepare(s Subject, faulty []bool) *preparedSubject {
	whole := s.History.Clone()
	for i := range whole.Hours {
		if faulty[i] {
			whole.Hours[i].KW = math.NaN()
		}
	}
	sc := &preparedSubject{Subject: s, whole: whole, recent: recentOf(whole)}
	sc.dates = datesOf(sc.recent)
	sc.levels = levelsOf(s, sc.recent)
	sc.taken = make([]bool, len(sc.recent.Hours))
	sc.window = window{history: s.History, from: sc.recent.Start, to: sc.recent.End()}
	return sc
}

// recentOf returns the part of a history from its last recentDays dates with enough measured hours.
func recentOf(h *history.History) *history.History {
	dates := datesOf(h)
	if len(dates) == 0 {
		return h.Cut(len(h.Hours), len(h.Hours))
	}
	first := dates[max(0, len(dates)-recentDays)]
	return h.Cut(first.first, dates[len(dates)-1].last)
}

// datesOf returns the local dates with enough measured hours, oldest first.
func datesOf(h *history.History) []date {
	var all []date
	for i := 0; i < len(h.Hours); {
		d, known := date{day: h.Hours[i].Date, first: i}, 0
		for ; i < len(h.Hours) && h.Hours[i].Date == d.day; i++ {
			d.open = d.open || h.Hours[i].Open
			if h.Hours[i].Known() {
				known++
			}
		}
		if d.last = i; known >= dateHours {
			all = append(all, d)
		}
	}
	return all
}

// ofWhole maps amounts of recent hours to the whole history's hours, for some dates only.
func (s *preparedSubject) ofWhole(recent []float64, of []date) []float64 {
	all := make([]float64, len(s.whole.Hours))
	shift := s.shift()
	for _, d := range of {
		copy(all[shift+d.first:shift+d.last], recent[d.first:d.last])
	}
	return all
}

// shift returns the number of hours of the whole history before the recent ones.
func (s *preparedSubject) shift() int { return int(s.recent.Start.Sub(s.whole.Start) / time.Hour) }

// levels are the typical powers of a target, kW.
type levels struct {
	// top is the 95th percentile, on the minimum power while running, idle the power below that.
	top, on, idle float64
}

// A target counts as running above these shares of the top.
const (
	deviceOn = 0.25
	meterOn  = 0.40
	// minOn is the minimum power that counts as running, kW, so that a meter's last digit does not.
	minOn = 0.002
)

// levelsOf separates running from idling. A single device idles near zero; a meter or a space never does, so its levels start at its
// minimum load.
func levelsOf(s Subject, h *history.History) levels {
	all := h.Powers(func(history.Hour) bool { return true })
	if len(all) == 0 {
		return levels{}
	}
	l := levels{top: history.Percentile(all, 0.95)}
	if !isSingle(s.Kind) {
		l.idle = history.Percentile(all, 0.05)
		l.on = max(minOn, l.idle+meterOn*(l.top-l.idle))
		return l
	}
	standby := s.StandbyW / 1000
	l.on = max(minOn, deviceOn*l.top, 1.5*standby)
	below := h.Powers(func(hour history.Hour) bool { return hour.KW < l.on })
	l.idle = standby
	if len(below) > 0 {
		l.idle = history.Median(below)
	}
	return l
}

// switchable are the kinds of devices that a closed room does not need.
var switchable = map[string]bool{"ac": true, "lighting": true, "computer": true, "console": true, "tv": true}

// isSingle reports whether a kind is a single machine; meters and spaces sum up many.
func isSingle(kind string) bool {
	return switchable[kind] || kind == "appliance" || kind == "lab" || kind == "other"
}

// isMany reports whether a kind sums up many machines: meters and spaces.
func isMany(kind string) bool { return !isSingle(kind) && kind != "sensor" }

// useKWh returns the energy of a usual month, kWh.
func (s *preparedSubject) useKWh() float64 {
	use := make([]float64, len(s.recent.Hours))
	for i, hour := range s.recent.Hours {
		use[i] = hour.KWh()
	}
	return s.estimate("use", use, s.dates).KWh
}

// The night hours, [nightFrom, nightTo) local time, show the base load; nightHours of them must be measured.
const nightFrom, nightTo, nightHours = 1, 5, 3

// nightBase returns a date's mean power in the night hours, kW; NaN if too few were measured.
func nightBase(h *history.History, d date) float64 {
	var kw []float64
	for _, hour := range h.Hours[d.first:d.last] {
		if c := hour.Clock(); c >= nightFrom && c < nightTo && hour.Known() {
			kw = append(kw, hour.KW)
		}
	}
	if len(kw) < nightHours {
		return math.NaN()
	}
	return history.Mean(kw)
}

// openKW returns the mean power of the measured opening hours, kW; 0 if there are none.
func (s *preparedSubject) openKW() float64 {
	return mean0(s.recent.Powers(func(h history.Hour) bool { return h.Open }))
}

// baseW returns the 5th percentile of the nights, W.
func (s *preparedSubject) baseW() float64 {
	var nights []float64
	for _, d := range s.dates {
		if base := nightBase(s.recent, d); !math.IsNaN(base) {
			nights = append(nights, base)
		}
	}
	if len(nights) == 0 {
		return 0
	}
	return 1000 * history.Percentile(nights, 0.05)
}
