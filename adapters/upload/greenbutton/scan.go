package greenbutton

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"

	"github.com/holotwin/holotwin/modules/energy"
)

// entry is an entry of the feed: its content and its links.
type entry struct {
	self, up string
	related  []string
	isPoint  bool
	// service is the kind of a usage point's ServiceCategory; unknown if it has none.
	service   int
	isReading bool
	kinds     []*readingType
}

// unknown stands for a number that a file does not have.
const unknown = -1

// interval is one value and its time, in seconds since 1970.
type interval struct {
	Duration string `xml:"timePeriod>duration"`
	Start    string `xml:"timePeriod>start"`
	Value    string `xml:"value"`
}

// span returns the time of an interval; one without a duration has the length of its ReadingType.
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

// errScan is where and why a file cannot be read any further.
type errScan struct {
	line   int
	reason error
}

var (
	errEnd     = errors.New("no more is wanted")
	errChanged = errors.New("the file changed while it was read")
)

// visitor receives the content of a file.
type visitor struct {
	// entry is called for every entry when it is complete, and at the end for what is outside any entry.
	entry func(*entry)
	// interval is called for every interval with its line, the number of its block (the same each time the file is read), and its
	// entry, whose links may come later.
	interval func(line, block int, in *entry, i interval) error
}

// scan reads a file.
func scan(file io.Reader, v visitor) *errScan {
	s := scanner{decoder: xml.NewDecoder(file), visitor: v, block: -1, in: &entry{service: unknown}}
	for {
		token, err := s.decoder.Token()
		if errors.Is(err, io.EOF) {
			v.entry(s.in)
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
	visitor visitor
	in      *entry
	block   int
	open    bool // intervals belong to the block
}

func (s *scanner) take(token xml.Token) error {
	if end, is := token.(xml.EndElement); is && (end.Name.Local == "entry" || end.Name.Local == "IntervalBlock") {
		s.open = false
		if end.Name.Local == "entry" {
			s.visitor.entry(s.in)
			s.in = &entry{service: unknown}
		}
		return nil
	}
	start, is := token.(xml.StartElement)
	if !is {
		return nil
	}
	switch start.Name.Local {
	case "entry":
		s.visitor.entry(s.in)
		s.in, s.open = &entry{service: unknown}, false
	case "link":
		s.in.follow(start)
	case "UsagePoint":
		s.in.isPoint = true
	case "ServiceCategory":
		category := struct {
			Kind int `xml:"kind"`
		}{unknown}
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
		s.block, s.open = s.block+1, true // an interval outside any block
	}
	var i interval
	if err := s.decoder.DecodeElement(&i, &start); err != nil {
		return err
	}
	return s.visitor.interval(line, s.block, s.in, i)
}

// follow records a link.
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
