// Package greenbutton reads the interval data that utilities give their customers: Green Button's XML, which is the
// ESPI of NAESB REQ.21. Start at Rows.
package greenbutton

import (
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"regexp"
	"strconv"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

// readingType is what the values of the interval blocks after it mean.
type readingType struct {
	// Accumulation is 3 for a register, 4 for what was used in the interval.
	Accumulation int `xml:"accumulationBehaviour"`
	// Multiplier is the power of ten of the values.
	Multiplier int `xml:"powerOfTenMultiplier"`
	// Unit is 72 for Wh and 38 for W.
	Unit int `xml:"uom"`
}

const (
	register  = 3
	wattHours = 72
	watts     = 38
)

// interval is one value and its time, which is seconds since 1970.
type interval struct {
	Duration string `xml:"timePeriod>duration"`
	Start    string `xml:"timePeriod>start"`
	Value    string `xml:"value"`
}

// Rows gives the intervals of a file as reports, as they are read; each is of device, or where that is empty of the usage
// point that its block is linked to. A flaw names the element that it is about. Broken XML ends the rows.
func Rows(file io.Reader, device string) iter.Seq[energy.Row] {
	return func(yield func(energy.Row) bool) {
		r := reader{decoder: xml.NewDecoder(file), device: device}
		for {
			row, found, err := r.next()
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(energy.Row{Line: r.line(), Flaws: []energy.Flaw{{Field: "xml", Rule: "malformed"}}})
				return
			case found && !yield(row):
				return
			}
		}
	}
}

type reader struct {
	decoder *xml.Decoder
	device  string // of all rows; empty where each usage point is one
	kind    *readingType
	point   string // the usage point of the entry
}

func (r *reader) line() int {
	line, _ := r.decoder.InputPos()
	return line
}

// next reads the next element that matters; found is set where it was an interval.
func (r *reader) next() (row energy.Row, found bool, err error) {
	token, err := r.decoder.Token()
	if err != nil {
		return row, false, err
	}
	start, ok := token.(xml.StartElement)
	if !ok {
		return row, false, nil
	}
	switch start.Name.Local {
	case "link":
		r.follow(start)
	case "ReadingType":
		r.kind = &readingType{Accumulation: -1}
		return row, false, r.decoder.DecodeElement(r.kind, &start)
	case "IntervalReading":
		line := r.line()
		var i interval
		if err := r.decoder.DecodeElement(&i, &start); err != nil {
			return row, false, err
		}
		row = energy.Row{Line: line}
		row.Report, row.Flaws = r.report(i)
		return row, true, nil
	}
	return row, false, nil
}

var usagePoint = regexp.MustCompile(`UsagePoint/([A-Za-z0-9._:-]{1,64})(?:/|$)`)

// follow notes the usage point that an entry's link leads through.
func (r *reader) follow(link xml.StartElement) {
	for _, a := range link.Attr {
		if a.Name.Local != "href" {
			continue
		}
		if point := usagePoint.FindStringSubmatch(a.Value); point != nil {
			r.point = point[1]
		}
	}
}

func (r *reader) report(i interval) (energy.Report, []energy.Flaw) {
	device := r.device
	if device == "" {
		device = r.point
	}
	start, startErr := strconv.ParseInt(i.Start, 10, 64)
	seconds, durationErr := strconv.ParseInt(i.Duration, 10, 64)
	var flaws []energy.Flaw
	for _, check := range []struct {
		bad   bool
		field string
		rule  string
	}{
		{device == "", "UsagePoint", "required"},
		{startErr != nil, "start", "integer"},
		{durationErr != nil || seconds < 0, "duration", "integer"},
		{r.kind == nil || (r.kind.Unit != wattHours && r.kind.Unit != watts), "ReadingType.uom", "unit"},
	} {
		if check.bad {
			flaws = append(flaws, energy.Flaw{Field: check.field, Rule: check.rule})
		}
	}
	if len(flaws) > 0 {
		return energy.Report{}, flaws
	}
	at := time.Unix(start+seconds, 0).UTC().Format(time.RFC3339)
	report := energy.Report{Device: &device, At: &at}
	return report, r.measure(&report, i.Value, seconds)
}

// measure puts the value into the report.
func (r *reader) measure(report *energy.Report, value string, seconds int64) []energy.Flaw {
	if _, err := strconv.ParseInt(value, 10, 64); err != nil {
		return []energy.Flaw{{Field: "value", Rule: "integer"}}
	}
	const kilo = 3
	kwh := value + "e" + strconv.Itoa(r.kind.Multiplier-kilo)
	if r.kind.Unit == watts {
		power, err := energy.ParseWatts(value + "e" + strconv.Itoa(r.kind.Multiplier))
		if err != nil {
			return []energy.Flaw{{Field: "value", Rule: "number"}}
		}
		kwh = power.During(seconds * 1000).KWh()
	}
	if r.kind.Accumulation == register && r.kind.Unit == wattHours {
		report.Register = &kwh
		return nil
	}
	span := strconv.FormatInt(seconds, 10)
	report.KWh, report.Seconds = &kwh, &span
	return nil
}
