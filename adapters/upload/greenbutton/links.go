package greenbutton

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
)

// place is where a link leads, without the server that it is on: /espi/1_1/resource/UsagePoint/1.
func place(href string) string {
	u, err := url.Parse(href)
	if err != nil || u.Path == "" {
		return strings.TrimRight(href, "/")
	}
	href = strings.TrimRight(u.Path, "/")
	if u.RawQuery != "" {
		href += "?" + u.RawQuery
	}
	return href
}

// catalogue is what the entries of a file are, by where they are.
type catalogue struct {
	points, readings []*entry
	// kinds are the ReadingTypes of the feed, with the entries that they are in.
	kinds []linkedKind
	at    map[string]*entry
	// by leads from a related link to the entries that have it.
	by map[string][]*entry
}

type linkedKind struct {
	in   *entry
	kind *readingType
}

// add takes an entry in.
func (c *catalogue) add(e *entry) {
	if e.isPoint {
		c.points = append(c.points, e)
	}
	if e.isReading {
		c.readings = append(c.readings, e)
	}
	for _, kind := range e.kinds {
		c.kinds = append(c.kinds, linkedKind{e, kind})
	}
	if !e.isPoint && !e.isReading {
		return
	}
	if before := c.at[e.self]; before != nil {
		before.join(e)
	} else if e.self != "" {
		c.at[e.self] = e
	}
	for _, to := range e.related {
		c.by[to] = append(c.by[to], e)
	}
}

// join takes another entry of the same place in: what one of them tells counts for both, and where they tell different things
// neither is believed.
func (e *entry) join(o *entry) {
	e.related, e.kinds = append(e.related, o.related...), append(e.kinds, o.kinds...)
	e.up = cmp.Or(e.up, o.up)
	e.isPoint, e.isReading = e.isPoint || o.isPoint, e.isReading || o.isReading
	e.service = max(e.service, o.service)
}

// owner is the entry of some sort that another belongs to: the one that it is inside of, by its way up or its own place, or that has
// a link to it. collection is how the place of such entries ends in their owner's.
func (c *catalogue) owner(of *entry, collection string, is func(*entry) bool) *entry {
	for _, at := range []string{of.up, of.self} {
		cut := strings.LastIndex(at+"/", "/"+collection+"/")
		if cut < 0 {
			continue
		}
		if found := c.at[at[:cut]]; found != nil && is(found) {
			return found
		}
	}
	var all []*entry
	for _, at := range append([]string{of.up}, of.related...) {
		if found := c.at[at]; found != nil && found != of && is(found) {
			all = append(all, found)
		}
	}
	for _, at := range []string{of.self, of.up} {
		for _, found := range c.by[at] {
			if at != "" && found != of && is(found) {
				all = append(all, found)
			}
		}
	}
	slices.SortFunc(all, func(a, b *entry) int { return strings.Compare(a.self, b.self) })
	if all = slices.Compact(all); len(all) == 1 {
		return all[0]
	}
	return nil // none, or a place that several share
}

// readingOf is the MeterReading of a block's entry; nil where the file tells none.
func (c *catalogue) readingOf(block *entry) *entry {
	if block.isReading {
		return block
	}
	if found := c.owner(block, "IntervalBlock", func(e *entry) bool { return e.isReading }); found != nil {
		return found
	}
	if block.self == "" && block.up == "" && len(c.readings) == 1 {
		return c.readings[0]
	}
	return nil
}

// pointOf is the UsagePoint of an entry; nil where the file tells none.
func (c *catalogue) pointOf(e *entry) *entry {
	if e == nil {
		return nil
	}
	if e.isPoint {
		return e
	}
	if found := c.owner(e, "MeterReading", func(e *entry) bool { return e.isPoint }); found != nil {
		return found
	}
	for _, at := range []string{e.self, e.up} { // a MeterReading may be left out on the way
		if found := usagePoint.FindStringSubmatchIndex(at); found != nil {
			if point := c.at[at[:found[3]]]; point != nil && point.isPoint {
				return point
			}
		}
	}
	return nil
}

// kindOf is the ReadingType of a block; nil where none or several are meant.
func (c *catalogue) kindOf(block, reading *entry) *readingType {
	if len(block.kinds) > 0 {
		return same(block.kinds)
	}
	var all, linked []*readingType
	for _, k := range c.kinds {
		all = append(all, k.kind)
		if reading == nil {
			continue
		}
		if k.in == reading || k.in.self != "" && slices.Contains(reading.related, k.in.self) ||
			reading.self != "" && (k.in.up == reading.self || slices.Contains(k.in.related, reading.self)) {
			linked = append(linked, k.kind)
		}
	}
	if len(linked) > 0 || (reading != nil && linksToKind(reading)) {
		return same(linked)
	}
	return same(all) // where nothing is linked, one that is the only one
}

// linksToKind tells whether a MeterReading names a ReadingType, be it one that is not there.
func linksToKind(reading *entry) bool {
	return slices.ContainsFunc(reading.related, func(to string) bool { return strings.Contains(to, "ReadingType/") })
}

// same is the one kind that all are; nil where they differ.
func same(kinds []*readingType) *readingType {
	if len(kinds) == 0 || slices.ContainsFunc(kinds[1:], func(k *readingType) bool { return *k != *kinds[0] }) {
		return nil
	}
	return kinds[0]
}

var usagePoint = regexp.MustCompile(`(?:^|/)UsagePoint/([A-Za-z0-9._:-]{1,64})(?:/|$)`)

// pointName is how the usage point of a block is called, which is the device's id; empty where no link tells.
func pointName(all ...*entry) string {
	for _, e := range all {
		if e == nil {
			continue
		}
		for _, at := range append([]string{e.self, e.up}, e.related...) {
			if found := usagePoint.FindStringSubmatch(at); found != nil {
				return found[1]
			}
		}
		if e.isPoint && e.self != "" {
			name := e.self[strings.LastIndexAny(e.self, "/")+1:]
			if _, err := energy.ParseDeviceID(name); err == nil {
				return name
			}
		}
	}
	return ""
}
