package greenbutton

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"

	"github.com/holotwin/holotwin/modules/energy"
)

// entry is one of the feed: what it is, and where its links lead.
type entry struct {
	self, up string
	related  []string
	isPoint  bool
	// service is the kind of a usage point's ServiceCategory; unsaid where it tells none.
	service   int
	isReading bool
	kinds     []*readingType
}

// unsaid is a number that a file does not tell.
const unsaid = -1

// interval is one value and its time, which is seconds since 1970.
type interval struct {
	Duration string `xml:"timePeriod>duration"`
	Start    string `xml:"timePeriod>start"`
	Value    string `xml:"value"`
}

// span is when an interval was; one without a duration of its own lasts as long as its ReadingType says.
func (i interval) span(of source) (s span, flaws []energy.Flaw) {
	start, err := strconv.ParseInt(i.Start, 10, 64)
	if err != nil {
		flaws = append(flaws, energy.Flaw{Field: "start", Rule: "integer"})
	}
	seconds, err := strconv.ParseInt(i.Duration, 10, 64)
	if i.Duration == "" && of.kind != nil && (of.kind.Length > 0 || of.kind.isRegister()) {
		seconds, err = of.kind.Length, nil
	}
	const longest = 1 << 40
	if err != nil || seconds < 0 || seconds > longest {
		flaws = append(flaws, energy.Flaw{Field: "duration", Rule: "integer"})
	}
	return span{start, start + seconds}, flaws
}

// errScan is where a file cannot be read any further, and why.
type errScan struct {
	line   int
	reason error
}

var (
	errEnd     = errors.New("no more is wanted")
	errChanged = errors.New("the file changed while it was read")
)

// visitor is told what a file holds.
type visitor struct {
	// entry is told of every entry once all of it is known, last of what stands outside any.
	entry func(*entry)
	// interval is told of every interval: its line, the number of its block, which is the same each time that the file is read, and
	// the entry that it is in, whose links may come behind it.
	interval func(line, block int, in *entry, i interval) error
}

// scan goes through a file.
func scan(file io.Reader, told visitor) *errScan {
	s := scanner{decoder: xml.NewDecoder(file), told: told, block: -1, in: &entry{service: unsaid}}
	for {
		token, err := s.decoder.Token()
		if errors.Is(err, io.EOF) {
			told.entry(s.in)
			return nil
		}
		if err == nil {
			err = s.take(token)
		}
		if err != nil {
			line, _ := s.decoder.InputPos()
			return &errScan{line, err}
		}
	}
}

type scanner struct {
	decoder *xml.Decoder
	told    visitor
	in      *entry
	block   int
	open    bool // intervals belong to the block
}

func (s *scanner) take(token xml.Token) error {
	if end, is := token.(xml.EndElement); is && (end.Name.Local == "entry" || end.Name.Local == "IntervalBlock") {
		s.open = false
		if end.Name.Local == "entry" {
			s.told.entry(s.in)
			s.in = &entry{service: unsaid}
		}
		return nil
	}
	start, is := token.(xml.StartElement)
	if !is {
		return nil
	}
	switch start.Name.Local {
	case "entry":
		s.told.entry(s.in)
		s.in, s.open = &entry{service: unsaid}, false
	case "link":
		s.in.follow(start)
	case "UsagePoint":
		s.in.isPoint = true
	case "ServiceCategory":
		category := struct {
			Kind int `xml:"kind"`
		}{unsaid}
		err := s.decoder.DecodeElement(&category, &start)
		s.in.service = category.Kind
		return err
	case "MeterReading":
		s.in.isReading = true
	case "ReadingType":
		kind := newReadingType()
		s.in.kinds = append(s.in.kinds, kind)
		return s.decoder.DecodeElement(kind, &start)
	case "IntervalBlock":
		s.block, s.open = s.block+1, true
	case "IntervalReading":
		return s.interval(start)
	}
	return nil
}

func (s *scanner) interval(start xml.StartElement) error {
	line, _ := s.decoder.InputPos()
	if !s.open {
		s.block, s.open = s.block+1, true // one outside any block
	}
	var i interval
	if err := s.decoder.DecodeElement(&i, &start); err != nil {
		return err
	}
	return s.told.interval(line, s.block, s.in, i)
}

// follow notes a link.
func (e *entry) follow(link xml.StartElement) {
	var rel, href string
	for _, a := range link.Attr {
		switch a.Name.Local {
		case "rel":
			rel = a.Value
		case "href":
			href = place(a.Value)
		}
	}
	switch {
	case href == "":
	case rel == "self":
		e.self = href
	case rel == "up":
		e.up = href
	default:
		e.related = append(e.related, href)
	}
}
