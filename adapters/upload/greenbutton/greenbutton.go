// Package greenbutton reads the interval data that utilities give their customers: Green Button's XML, which is the
// ESPI of NAESB REQ.21. A file is read twice, since what a value means may stand behind it: Survey finds out what is linked to what
// (links.go) and which series count (series.go), and Rows gives the intervals as they come (scan.go). What is held in between grows
// with the blocks of a file, and not with their intervals.
package greenbutton

import (
	"errors"
	"io"
	"iter"
	"slices"
	"strconv"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Feed is a file whose meaning is known.
type Feed struct {
	blocks []source // by their number in the file
	series map[seriesKey]*series
	// broken is the line at which the XML cannot be read; 0 where it can.
	broken  int
	skipped map[Skipped]int
	order   []Skipped
}

// Skipped is a series of a file, or some of one, that is not stored on purpose.
type Skipped struct {
	// Point is the usage point, Reading the end of the MeterReading's link; empty where the file does not tell.
	Point, Reading string
	Why            Reason
	// Code is the number in the file that decided it, or for Coarser the seconds of an interval.
	Code int64
}

// Reason is why a series is not stored.
type Reason string

// The reasons.
const (
	// Returned is what was given back to the grid (flowDirection 19), OtherFlow what is neither drawn nor given back, such as a net.
	Returned  Reason = "returned"
	OtherFlow Reason = "other_flow"
	// Gas, Water and OtherService are no electricity, by the commodity or the kind of the usage point.
	Gas          Reason = "gas"
	Water        Reason = "water"
	OtherService Reason = "other_service"
	// NoEnergy is of a unit that is none of energy, Extreme the highest or lowest power of an interval.
	NoEnergy Reason = "no_energy"
	Extreme  Reason = "extreme"
	// Coarser tells what finer intervals tell too, Part a part of it, Otherwise the same in another measure.
	Coarser   Reason = "coarser"
	Part      Reason = "part"
	Otherwise Reason = "otherwise"
)

// Skipped yields what was not stored on purpose, with how many intervals of it there are, in the order of the file. It is complete
// once Rows has ended.
func (f *Feed) Skipped() iter.Seq2[Skipped, int] {
	return func(yield func(Skipped, int) bool) {
		for _, s := range f.order {
			if !yield(s, f.skipped[s]) {
				return
			}
		}
	}
}

func (f *Feed) skip(s Skipped) {
	if f.skipped[s] == 0 {
		f.order = append(f.order, s)
	}
	f.skipped[s]++
}

// Rows gives the intervals of the file that was surveyed, from its begin, as drafts: each of the device, or where that is empty of
// its usage point. A flaw names the element that it is about. Of a file whose XML is broken nothing is given but that: what would
// come behind may decide what stands before.
func (f *Feed) Rows(file io.Reader) iter.Seq[ledger.Row] {
	return func(yield func(ledger.Row) bool) {
		if f.broken > 0 {
			yield(ledger.Row{Line: f.broken, Flaws: []energy.Flaw{{Field: "xml", Rule: "malformed"}}})
			return
		}
		f.skipped, f.order = make(map[Skipped]int), nil
		err := scan(file, visitor{entry: func(*entry) {}, interval: func(line, block int, _ *entry, i interval) error {
			if block >= len(f.blocks) {
				return errChanged
			}
			row, taken := f.row(f.blocks[block], i)
			row.Line = line
			if taken && !yield(row) {
				return errEnd
			}
			return nil
		}})
		if err != nil && !errors.Is(err.reason, errEnd) {
			yield(ledger.Row{Line: err.line, Flaws: []energy.Flaw{{Field: "xml", Rule: "malformed"}}})
		}
	}
}

// row makes a row of an interval; taken is false where it is skipped.
func (f *Feed) row(of source, i interval) (row ledger.Row, taken bool) {
	if of.skip.Why != "" {
		f.skip(of.skip)
		return row, false
	}
	span, flaws := i.span(of)
	if flaws = slices.Concat(of.flaws, flaws); len(flaws) > 0 {
		row.Flaws = flaws
		return row, true
	}
	s := f.series[of.key(span.seconds())]
	if s == nil {
		s = &series{}
	}
	if better := s.toldBy(span); better != nil {
		f.skip(s.skipped(of, better))
		return row, false
	}
	if s.disputed(span) {
		row.Flaws = []energy.Flaw{{Field: "MeterReading", Rule: "disputed_series"}}
		return row, true
	}
	row.Draft = ledger.Draft{Device: energy.Read(of.device, energy.ParseDeviceID), At: instantOf(span.to)}
	row.Flaws = of.kind.measure(&row.Draft, i.Value, span.seconds())
	return row, true
}

// instantOf is the instant of seconds since 1970; unreadable where it is of no year that RFC 3339 can write.
func instantOf(seconds int64) energy.Field[energy.WallTime] {
	const first, last = -62_167_219_200, 253_402_300_799 // 0000-01-01T00:00:00Z, 9999-12-31T23:59:59Z
	if seconds < first || seconds > last {
		return energy.Unreadable[energy.WallTime]()
	}
	return energy.Known(energy.WallTimeAt(energy.Instant(seconds * 1000)))
}

// measure puts a value into a draft.
func (k *readingType) measure(draft *ledger.Draft, value string, seconds int64) []energy.Flaw {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return []energy.Flaw{{Field: "value", Rule: "integer"}}
	}
	const milli = 3
	scaled, fits := energy.Scaled(n, k.Multiplier+milli) // mWh or mW
	amount := energy.Known(energy.Energy(scaled))
	switch {
	case !fits && k.Unit == watts:
		return []energy.Flaw{{Field: "value", Rule: "number"}}
	case !fits:
		amount = energy.Unreadable[energy.Energy]()
	case k.Unit == watts:
		amount = energy.Known(energy.Power(scaled).During(seconds * 1000))
	}
	if k.isRegister() {
		draft.Register = amount
		return nil
	}
	draft.KWh, draft.Span = amount, energy.Known(seconds*1000)
	return nil
}
