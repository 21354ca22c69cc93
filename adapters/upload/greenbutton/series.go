package greenbutton

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
)

// readingType is the meaning of a series' values. A number that the file does not have is unknown; 0 means "none" in most.
type readingType struct {
	Accumulation int   `xml:"accumulationBehaviour"`
	Commodity    int   `xml:"commodity"`
	Qualifier    int   `xml:"dataQualifier"`
	Flow         int   `xml:"flowDirection"`
	Length       int64 `xml:"intervalLength"` // s
	Phase        int   `xml:"phase"`
	Multiplier   int   `xml:"powerOfTenMultiplier"`
	Tier         int   `xml:"consumptionTier"`
	Peak         int   `xml:"cpp"`
	TimeOfUse    int   `xml:"tou"`
	Unit         int   `xml:"uom"`
}

func newReadingType() *readingType {
	return &readingType{Accumulation: unknown, Commodity: unknown, Qualifier: unknown, Flow: unknown, Unit: unknown}
}

// Numbers of ESPI 1.1.
const (
	// accumulationBehaviour of a register
	continuousCumulative, cumulative = 2, 3
	// commodity
	electricity, primaryElectricity, naturalGas = 1, 2, 7
	// kind of a ServiceCategory
	serviceElectricity, serviceGas, serviceWater = 0, 1, 2
	// flowDirection
	forward, reverse = 1, 19
	// dataQualifier
	maximum, minimum = 8, 9
	// uom
	wattHours, watts = 72, 38
	// phase of a whole connection: with or without a neutral, three-phase or split-phase
	allPhases, allPhasesNeutral, splitPhases, splitPhasesNeutral = 224, 225, 768, 769
)

// waters are the commodities of drinking water, waste water and other water.
var waters = []int{9, 11, 14}

func (k *readingType) isRegister() bool {
	return k.Unit == wattHours && (k.Accumulation == cumulative || k.Accumulation == continuousCumulative)
}

// refused returns why nothing of a kind is stored, for a usage point of a service; empty if it is stored.
func (k *readingType) refused(service int) (why Reason, code int64) {
	switch {
	case k.Commodity == naturalGas, service == serviceGas:
		return Gas, 0
	case slices.Contains(waters, k.Commodity), service == serviceWater:
		return Water, 0
	case service > serviceElectricity:
		return OtherService, int64(service)
	case k.Commodity > 0 && k.Commodity != electricity && k.Commodity != primaryElectricity:
		return OtherService, int64(k.Commodity)
	case k.Flow == reverse:
		return Returned, reverse
	case k.Flow > 0 && k.Flow != forward:
		return OtherFlow, int64(k.Flow)
	case k.Unit > 0 && k.Unit != wattHours && k.Unit != watts:
		return NoEnergy, int64(k.Unit)
	case k.Unit == watts && (k.Qualifier == maximum || k.Qualifier == minimum):
		return Extreme, int64(k.Qualifier)
	}
	return "", 0
}

// source is the series of a block's intervals.
type source struct {
	kind          *readingType
	device, point string
	reading       string
	place         string // of the usage point, which distinguishes two with the same name
	skip          Skipped
	flaws         []energy.Flaw
}

// meaning is what all parts of one series have in common.
type meaning struct {
	register, watts, flowUnknown, part bool
	phase, tier, peak, timeOfUse       int
}

func (k *readingType) meaning() meaning {
	whole := k.Phase <= 0 || k.Phase == allPhases || k.Phase == allPhasesNeutral || k.Phase == splitPhases || k.Phase == splitPhasesNeutral
	m := meaning{
		register: k.isRegister(), watts: k.Unit == watts, flowUnknown: k.Flow <= 0, part: !whole || k.Tier > 0 || k.Peak > 0 || k.TimeOfUse > 0,
		tier: k.Tier, peak: k.Peak, timeOfUse: k.TimeOfUse,
	}
	if !whole {
		m.phase = k.Phase
	}
	return m
}

// seriesKey identifies one series of a device: intervals of one meaning and length at one usage point.
type seriesKey struct {
	device, place string
	meaning       meaning
	seconds       int64 // of an interval; 0 for a register
}

func (s source) key(seconds int64) seriesKey {
	key := seriesKey{s.device, s.place, s.kind.meaning(), seconds}
	if key.meaning.register {
		key.seconds = 0
	}
	return key
}

// series is when a series has data, and which other series have the same.
type series struct {
	key   seriesKey
	cover coverage
	// better are the series of the same point that measure the same more exactly; rivals are those of which it is unknown which
	// one is the whole.
	better, rivals []*series
}

// compare sorts the series to store first: the whole before a part, a flow stated as drawn before an unstated one, energy before
// power with the register last, and of each the finest.
func (s *series) compare(o *series) int {
	number := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	a, b := s.key.meaning, o.key.meaning
	return cmp.Or(
		number(a.part)-number(b.part), number(a.flowUnknown)-number(b.flowUnknown), number(a.register)-number(b.register), number(a.watts)-number(b.watts),
		cmp.Compare(s.key.seconds, o.key.seconds),
	)
}

// compareSeries finds which series of a device measure the same.
func compareSeries(all map[seriesKey]*series) {
	of := make(map[string][]*series)
	for _, s := range all {
		s.cover.settle()
		of[s.key.device] = append(of[s.key.device], s)
	}
	for _, device := range of {
		for _, s := range device {
			for _, o := range device {
				switch {
				case s == o || !s.cover.meets(o.cover):
				case s.key.place != o.key.place:
					s.rivals = append(s.rivals, o)
				case o.compare(s) < 0:
					s.better = append(s.better, o)
				case o.compare(s) == 0:
					s.rivals = append(s.rivals, o)
				}
			}
		}
	}
}

// betterAt returns a better series with data at the same time; nil if there is none. A register counts as a whole: its difference
// between two readings would include what others measured in between.
func (s *series) betterAt(at span) *series {
	for _, o := range s.better {
		if s.key.meaning.register || o.cover.overlaps(at) {
			return o
		}
	}
	return nil
}

func (s *series) disputed(at span) bool {
	for _, o := range s.rivals {
		if s.key.meaning.register || o.cover.overlaps(at) {
			return true
		}
	}
	return false
}

// skipped returns why a better series replaces intervals of a series.
func (s *series) skipped(of source, better *series) Skipped {
	out, a, b := Skipped{Point: of.point, Reading: of.reading, Why: Otherwise}, s.key.meaning, better.key.meaning
	switch {
	case a.part && !b.part:
		out.Why = Part
	case a == b:
		out.Why, out.Code = Coarser, s.key.seconds
	}
	return out
}

// Survey reads a file to its end and finds the meaning of its values. device is the device of all of them; if it is empty, each
// usage point is a device.
func Survey(file io.Reader, device string) *Feed {
	c := catalogue{at: make(map[string]*entry), by: make(map[string][]*entry)}
	var blocks []*surveyed
	err := scan(file, visitor{entry: c.add, interval: func(_, block int, in *entry, i interval) error {
		for block >= len(blocks) {
			blocks = append(blocks, &surveyed{in: in, cover: make(map[string]*coverage)})
		}
		blocks[block].in = in
		blocks[block].note(i)
		return nil
	}})
	f := &Feed{series: make(map[seriesKey]*series), blocks: make([]source, len(blocks))}
	if err != nil {
		f.broken = err.line
		return f
	}
	for n, b := range blocks {
		f.blocks[n] = c.sourceOf(b.in, device)
		f.cover(f.blocks[n], b)
	}
	compareSeries(f.series)
	return f
}

// surveyed is a block: the times of its intervals, by the text of their durations.
type surveyed struct {
	in    *entry
	cover map[string]*coverage
}

func (b *surveyed) note(i interval) {
	at, flaws := i.span(source{kind: &readingType{Length: 1}}) // without a duration its start counts
	if len(flaws) > 0 {
		return
	}
	if b.cover[i.Duration] == nil {
		b.cover[i.Duration] = &coverage{}
	}
	b.cover[i.Duration].add(at)
}

// cover records when a block has data.
func (f *Feed) cover(of source, b *surveyed) {
	if of.skip.Why != "" || len(of.flaws) > 0 {
		return
	}
	for duration, spans := range b.cover {
		at, flaws := interval{Duration: duration, Start: "0"}.span(of)
		if len(flaws) > 0 {
			continue
		}
		key := of.key(at.seconds())
		s := f.series[key]
		if s == nil {
			s = &series{key: key}
			f.series[key] = s
		}
		for _, r := range spans.ranges {
			if duration == "" {
				r.to += at.seconds() - 1
			}
			s.cover.add(r)
		}
		if key.meaning.register {
			s.cover.join()
		}
	}
}

// sourceOf returns the series of a block.
func (c *catalogue) sourceOf(block *entry, device string) source {
	reading := c.readingOf(block)
	point := c.pointOf(reading)
	if point == nil {
		point = c.pointOf(block)
	}
	if point == nil && len(c.points) == 1 && pointName(reading, block) == "" {
		point = c.points[0]
	}
	of := source{point: pointName(point, reading, block), kind: c.kindOf(block, reading)}
	of.device, of.place = cmp.Or(device, of.point), of.point
	service := unknown
	if point != nil {
		service, of.place = point.service, cmp.Or(point.self, of.point)
	}
	if reading != nil {
		of.reading = reading.self[strings.LastIndexByte(reading.self, '/')+1:]
	}
	linked := reading != nil || len(c.readings) == 0
	switch {
	case of.kind == nil || !linked:
		of.flaws = append(of.flaws, energy.Flaw{Field: "ReadingType", Rule: "unlinked_type"})
	default:
		of.skip = Skipped{Point: of.point, Reading: of.reading}
		of.skip.Why, of.skip.Code = of.kind.refused(service)
	}
	if of.device == "" && of.skip.Why == "" {
		of.flaws = append(of.flaws, energy.Flaw{Field: "UsagePoint", Rule: "required"})
	}
	if of.kind != nil && of.kind.Unit <= 0 {
		of.flaws = append(of.flaws, energy.Flaw{Field: "ReadingType.uom", Rule: "unit"})
	}
	return of
}
