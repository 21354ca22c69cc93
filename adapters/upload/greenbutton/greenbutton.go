// Package greenbutton reads the interval data that utilities give their customers: Green Button's XML, which is the ESPI of NAESB
// REQ.21. A file is read twice, because the meaning of a value may come after it. Survey resolves the links (links.go) and
// chooses the series to store (series.go); Rows returns the intervals in order (scan.go). The memory between them grows with the
// blocks of a file, not with their intervals.
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

// Feed is a file that was surveyed.
type Feed struct {
	blocks []source // by their number in the file
	series map[seriesKey]*series
	// broken is the line at which the XML is broken; 0 if it is not.
	broken  int
	skipped map[Skipped]int
	order   []Skipped
}

// Skipped is a series of a file, or a part of one, that is not stored on purpose.
type Skipped struct {
	// Point is the usage point, Reading the end of the MeterReading's link; empty if the file does not have them.
	Point, Reading string
	Why            Reason
	// Code is the number in the file that is the reason, or for Coarser the seconds of an interval.
	Code int64
}

// Reason is why a series is not stored.
type Reason string

// The reasons.
const (
	// Returned is energy returned to the grid (flowDirection 19), OtherFlow is neither drawn nor returned, such as a net.
	Returned  Reason = "returned"
	OtherFlow Reason = "other_flow"
	// Gas, Water and OtherService are not electricity, by the commodity or the kind of the usage point.
	Gas          Reason = "gas"
	Water        Reason = "water"
	OtherService Reason = "other_service"
	// NoEnergy has a unit that is not of energy; Extreme is the highest or lowest power of an interval.
	NoEnergy Reason = "no_energy"
	Extreme  Reason = "extreme"
	// Coarser repeats what finer intervals contain, Part is a part of it, Otherwise is the same in another measure.
	Coarser   Reason = "coarser"
	Part      Reason = "part"
	Otherwise Reason = "otherwise"
)

// Skipped yields what was not stored on purpose, with the number of intervals, in the order of the file. It is complete after
// Rows has ended.
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

// Rows returns the intervals of the surveyed file from its beginning, as drafts: each of the device, or of its usage point if
// device is empty. A flaw names its element. If the XML is broken, Rows returns only that flaw, because the missing rest may
// change the meaning of what comes before.
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

// row returns the row of an interval; taken is false if it is skipped.
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
	if better := s.betterAt(span); better != nil {
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

// instantOf returns the instant of seconds since 1970; unreadable if RFC 3339 cannot write its year.
func instantOf(seconds int64) energy.Field[energy.WallTime] {
	const first, last = -62_167_219_200, 253_402_300_799 // 0000-01-01T00:00:00Z, 9999-12-31T23:59:59Z
	if seconds < first || seconds > last {
		return energy.Unreadable[energy.WallTime]()
	}
	return energy.Known(energy.WallTimeAt(energy.Instant(seconds * 1000)))
}

// measure sets a value in a draft.
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
