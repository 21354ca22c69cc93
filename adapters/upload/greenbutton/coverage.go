package greenbutton

import (
	"cmp"
	"slices"
)

// span is from one second since 1970 up to another, exclusive.
type span struct{ from, to int64 }

func (s span) seconds() int64 { return s.to - s.from }

// coverage is when a series has data: the spans without a gap.
type coverage struct {
	ranges []span
	// settled is the number of spans when they were last merged.
	settled int
}

// add adds a span. Spans that follow one another, in either order, become one.
func (c *coverage) add(s span) {
	if n := len(c.ranges); n > 0 {
		switch last := &c.ranges[n-1]; {
		case last.to == s.from:
			last.to = s.to
			return
		case last.from == s.to:
			last.from = s.from
			return
		}
	}
	c.ranges = append(c.ranges, s)
	const few = 1024
	if len(c.ranges) > max(few, 2*c.settled) {
		c.settle()
	}
}

// settle sorts the spans and merges those that touch.
func (c *coverage) settle() {
	slices.SortFunc(c.ranges, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	joined := c.ranges[:0]
	for _, s := range c.ranges {
		if n := len(joined); n > 0 && s.from <= joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	c.ranges, c.settled = joined, len(joined)
}

// join merges all into one span.
func (c *coverage) join() {
	if c.settle(); len(c.ranges) > 1 {
		c.ranges = []span{{c.ranges[0].from, c.ranges[len(c.ranges)-1].to}}
	}
}

// overlaps reports whether there is data in a part of a span; settle must be called before.
func (c *coverage) overlaps(s span) bool {
	n, _ := slices.BinarySearchFunc(c.ranges, s.from, func(r span, from int64) int {
		if r.to <= from {
			return -1
		}
		return 1
	})
	return n < len(c.ranges) && c.ranges[n].from < max(s.to, s.from+1)
}

// meets reports whether two have data at the same time; settle must be called on both before.
func (c *coverage) meets(o coverage) bool {
	return slices.ContainsFunc(c.ranges, func(s span) bool { return o.overlaps(s) })
}
