package rules

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Proof lists the hours and days in which a finding was observed.
type Proof struct {
	// Spans are the ranges of hours that count, oldest first. Their kWh add up to the finding's figure "wasted"; they have 0 for a finding
	// that saves no energy by itself.
	Spans []Span
	// Days are the local dates of the window, oldest first, each with its kind.
	Days []Day
	// Worst are the hours of the span with the most kWh, with some hours before and after; empty if a rule only compares whole days.
	Worst Stretch
}

// set changes a figure of a finding.
func (f *Finding) set(name string, value float64) {
	for i := range f.Figures {
		if f.Figures[i].Name == name {
			f.Figures[i].Value = value
		}
	}
}

// LastSeen returns the end of the last span; zero if there is none.
func (p Proof) LastSeen() time.Time {
	if len(p.Spans) == 0 {
		return time.Time{}
	}
	return p.Spans[len(p.Spans)-1].To
}

// Span is a range of whole hours with its wasted energy, kWh.
type Span struct {
	From, To time.Time
	KWh      float64
}

// TakenFor is the kind that the rules gave a date.
type TakenFor string

// The kinds: an open date, a date that is closed every week, a public holiday, and a day outside terms or closed by the calendar.
const (
	WorkingDay  TakenFor = "working"
	ClosedDay   TakenFor = "closed"
	HolidayDay  TakenFor = "holiday"
	VacationDay TakenFor = "vacation"
)

// Day is a local date of a finding's window.
type Day struct {
	// Date is in days since 1970-01-01.
	Date int
	Kind TakenFor
	// Measured is true if a part of it was measured, Seen if the finding was observed on it.
	Measured, Seen bool
	// Asked is true if it is closed in the calendar but looks like a working day: it counts as one until the question is answered.
	Asked bool
	// KWh is the waste of the day; nil if the finding is not divided into days.
	KWh *float64
}

// Stretch is a range of consecutive hours.
type Stretch struct {
	From  time.Time
	Hours []StretchHour
}

// StretchHour is the use and waste of one hour, kWh; Used has no meaning unless Known.
type StretchHour struct {
	Used, Wasted float64
	Known        bool
}

// The number of hours shown of the worst span, and around it.
const (
	hoursBeside = 4
	maxHours    = 72
)

// window has the history and dates that a finding's days are taken from.
type window struct {
	// history is the whole history with its original calendar.
	history *history.History
	// from is the start of the recent hours, to their end.
	from, to time.Time
	// asked are dates that count as working days until the question is answered.
	asked []int
}

// prove sets the proof of a finding. wasted is the kWh of each hour of the window's history; divided is true if the waste can be assigned
// to days.
func (f *Finding) prove(w window, wasted []float64, divided bool) {
	f.Spans = nil
	for i := 0; i < len(wasted); {
		if wasted[i] <= 0 {
			i++
			continue
		}
		from, kwh := i, 0.0
		for ; i < len(wasted) && wasted[i] > 0; i++ {
			kwh += wasted[i]
		}
		f.Spans = append(f.Spans, Span{From: w.history.At(from), To: w.history.At(i), KWh: inMWh(kwh)})
	}
	f.Worst = f.worst(w.history, wasted)
	f.layDays(w, wasted, divided)
}

// mark sets a span without waste of its own, such as a peak or a fault; [from, to) in hours of the window's history.
func (f *Finding) mark(w window, from, to int) {
	const some = 1e-9 // kWh, which rounds to zero
	marked := make([]float64, len(w.history.Hours))
	for i := max(0, from); i < min(to, len(marked)); i++ {
		marked[i] = some
	}
	f.prove(w, marked, true)
}

// inMWh rounds kWh to whole mWh, the unit of stored energy.
func inMWh(kwh float64) float64 { return math.Round(kwh*1e6) / 1e6 }

// wastedInSpans returns the sum of a proof's spans, kWh.
func (p Proof) wastedInSpans() float64 {
	sum := 0.0
	for _, s := range p.Spans {
		sum += s.KWh
	}
	return inMWh(sum)
}

// worst returns the hours of the span with the most kWh; the first hours if it is too long.
func (p Proof) worst(h *history.History, wasted []float64) Stretch {
	if len(p.Spans) == 0 {
		return Stretch{}
	}
	most := p.Spans[0]
	for _, s := range p.Spans[1:] {
		if s.KWh > most.KWh {
			most = s
		}
	}
	first := int(most.From.Sub(h.Start) / time.Hour)
	last := int(most.To.Sub(h.Start) / time.Hour)
	from, to := max(0, first-hoursBeside), min(len(h.Hours), last+hoursBeside, first+maxHours)
	out := Stretch{From: h.At(from)}
	for i := from; i < to; i++ {
		hour := StretchHour{Used: inMWh(h.Hours[i].KWh()), Known: h.Hours[i].Known()}
		if i >= first && i < last && i < len(wasted) {
			hour.Wasted = inMWh(wasted[i])
		}
		out.Hours = append(out.Hours, hour)
	}
	return out
}

// layDays sets the days of a finding: the recent dates, and earlier ones on which it was observed.
func (f *Finding) layDays(w window, wasted []float64, divided bool) {
	h, from := w.history, w.from
	if len(f.Spans) > 0 && f.Spans[0].From.Before(from) {
		from = f.Spans[0].From
	}
	start := max(0, int(from.Sub(h.Start)/time.Hour))
	for start > 0 && start < len(h.Hours) && h.Hours[start-1].Date == h.Hours[start].Date {
		start--
	}
	f.Days = nil
	for i := start; i < len(h.Hours) && h.At(i).Before(w.to); {
		day, open, kwh := Day{Date: h.Hours[i].Date}, false, 0.0
		kind := h.Hours[i].Day
		for ; i < len(h.Hours) && h.Hours[i].Date == day.Date; i++ {
			open = open || h.Hours[i].Open
			day.Measured = day.Measured || h.Hours[i].Known()
			if i < len(wasted) && wasted[i] > 0 {
				day.Seen, kwh = true, kwh+wasted[i]
			}
		}
		day.Kind, day.Asked = takenFor(kind, open), slices.Contains(w.asked, day.Date)
		if kwh = inMWh(kwh); divided || !day.Seen {
			day.KWh = &kwh
		}
		f.Days = append(f.Days, day)
	}
}

func takenFor(kind history.DayKind, open bool) TakenFor {
	switch {
	case open:
		return WorkingDay
	case kind == history.Holiday:
		return HolidayDay
	case kind == history.Vacation:
		return VacationDay
	}
	return ClosedDay
}

// MarshalJSON writes a span as [seconds since 1970, hours, kWh], which is short since there are many.
func (s Span) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{s.From.Unix(), int64(s.To.Sub(s.From) / time.Hour), s.KWh})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Span) UnmarshalJSON(b []byte) error {
	var numbers [3]float64
	if err := json.Unmarshal(b, &numbers); err != nil {
		return fmt.Errorf("read a span: %w", err)
	}
	s.From = time.Unix(int64(numbers[0]), 0).UTC()
	s.To, s.KWh = s.From.Add(time.Duration(numbers[1])*time.Hour), numbers[2]
	return nil
}

// Bits of a stored day.
const (
	dayMeasured = 1 << iota
	daySeen
	dayAsked
)

// MarshalJSON writes a day as [date, kind, bits, kWh or null].
func (d Day) MarshalJSON() ([]byte, error) {
	bits := 0
	for bit, set := range map[int]bool{dayMeasured: d.Measured, daySeen: d.Seen, dayAsked: d.Asked} {
		if set {
			bits |= bit
		}
	}
	return json.Marshal([]any{d.Date, d.Kind, bits, d.KWh})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Day) UnmarshalJSON(b []byte) error {
	var bits int
	*d = Day{}
	if err := json.Unmarshal(b, &[]any{&d.Date, &d.Kind, &bits, &d.KWh}); err != nil {
		return fmt.Errorf("read a day: %w", err)
	}
	d.Measured, d.Seen, d.Asked = bits&dayMeasured != 0, bits&daySeen != 0, bits&dayAsked != 0
	return nil
}

// MarshalJSON writes an hour as [used or null, wasted].
func (h StretchHour) MarshalJSON() ([]byte, error) {
	used := &h.Used
	if !h.Known {
		used = nil
	}
	return json.Marshal([]*float64{used, &h.Wasted})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (h *StretchHour) UnmarshalJSON(b []byte) error {
	var used *float64
	*h = StretchHour{}
	if err := json.Unmarshal(b, &[]any{&used, &h.Wasted}); err != nil {
		return fmt.Errorf("read an hour: %w", err)
	}
	if h.Known = used != nil; h.Known {
		h.Used = *used
	}
	return nil
}
