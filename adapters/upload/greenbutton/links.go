package greenbutton

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
)

// place returns the target of a link, without its server: /espi/1_1/resource/UsagePoint/1.
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

// catalogue holds the entries of a file by place.
type catalogue struct {
	points, readings []*entry
	// kinds are the ReadingTypes of the feed, with their entries.
	kinds []linkedKind
	at    map[string]*entry
	// by maps a related link to the entries that have it.
	by map[string][]*entry
}

type linkedKind struct {
	in   *entry
	kind *readingType
}

// add adds an entry.
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

// join merges another entry of the same place. What only one of them has counts for both; where they differ, neither counts.
func (e *entry) join(o *entry) {
	e.related, e.kinds = append(e.related, o.related...), append(e.kinds, o.kinds...)
	e.up = cmp.Or(e.up, o.up)
	e.isPoint, e.isReading = e.isPoint || o.isPoint, e.isReading || o.isReading
	e.service = max(e.service, o.service)
}

// owner returns the entry that another belongs to: the one that contains it, by its up link or its own place, or that links to
// it. is selects the sort of entry, collection is the end of the place of such entries in their owner.
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

// readingOf returns the MeterReading of a block's entry; nil if the file has none.
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

// pointOf returns the UsagePoint of an entry; nil if the file has none.
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
	for _, at := range []string{e.self, e.up} { // a MeterReading may be missing in between
		if found := usagePoint.FindStringSubmatchIndex(at); found != nil {
			if point := c.at[at[:found[3]]]; point != nil && point.isPoint {
				return point
			}
		}
	}
	return nil
}

// kindOf returns the ReadingType of a block; nil if there is none or several are possible.
func (c *catalogue) kindOf(block, reading *entry) *readingType {
	if len(block.kinds) > 0 {
		return sameKind(block.kinds)
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
		return sameKind(linked)
	}
	return sameKind(all) // without links, the only one there is
}

// linksToKind reports whether a MeterReading links to a ReadingType, even to a missing one.
func linksToKind(reading *entry) bool {
	return slices.ContainsFunc(reading.related, func(to string) bool { return strings.Contains(to, "ReadingType/") })
}

// sameKind returns the kind that all have; nil if they differ.
func sameKind(kinds []*readingType) *readingType {
	if len(kinds) == 0 || slices.ContainsFunc(kinds[1:], func(k *readingType) bool { return *k != *kinds[0] }) {
		return nil
	}
	return kinds[0]
}

var usagePoint = regexp.MustCompile(`(?:^|/)UsagePoint/([A-Za-z0-9._:-]{1,64})(?:/|$)`)

// pointName returns the name of a block's usage point, which is the device's id; empty if no link has one.
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
