// Package campus is the tree of spaces and devices, and who sees what in it. A Directory reads it for all services of the module; a
// Campus is what one request or job sees. targets.go says what can be analysed.
package campus

import (
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// Campus is the tree of spaces and devices as one request or job sees it. What it reads once stays as it was read.
type Campus struct {
	*layout

	mu sync.Mutex
	// siteEnds is when the last measured hour of a site ends, by site, as far as it was read.
	siteEnds map[string]time.Time
	// answers are those about closed days, once they were read.
	answers []advice.DayAnswer
	// answersRead is true after that.
	answersRead bool
}

func newCampus(l *layout) *Campus {
	return &Campus{layout: l, siteEnds: make(map[string]time.Time)}
}

// Space is a space by its id; the zero Space where there is none.
func (c *Campus) Space(id string) advice.Space { return c.spaces[id] }

// Device is a device by its id; the zero Device where there is none.
func (c *Campus) Device(id string) advice.Device { return c.devices[id] }

// Children are the ids of the spaces directly inside a space, in order; those of "" are the sites.
func (c *Campus) Children(id string) []string { return c.children[id] }

// Behind are the ids of the devices directly behind a meter, in order.
func (c *Campus) Behind(meter string) []string { return c.behind[meter] }

// SiteEnd is when the last measured hour of a site ends; read is called for the first answer.
func (c *Campus) SiteEnd(site string, read func() (time.Time, error)) (time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if end, known := c.siteEnds[site]; known {
		return end, nil
	}
	end, err := read()
	if err == nil {
		c.siteEnds[site] = end
	}
	return end, err
}

// DayAnswers are the answers about closed days; read is called for the first answer.
func (c *Campus) DayAnswers(read func() ([]advice.DayAnswer, error)) ([]advice.DayAnswer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answersRead {
		return c.answers, nil
	}
	answers, err := read()
	if err == nil {
		c.answers, c.answersRead = answers, true
	}
	return answers, err
}

// Sees is true where a space lies within a caller's reach.
func (c *Campus) Sees(caller advice.Caller, space string) bool {
	_, known := c.spaces[space]
	return known && (caller.Space == "" || slices.Contains(c.Path(space), caller.Space))
}

// Shows is true where a recommendation lies within a caller's reach: its target, and the time whose figures it rests on.
func (c *Campus) Shows(caller advice.Caller, r advice.Recommendation) bool {
	return c.Sees(caller, c.SpaceOf(r.Target)) && !r.Basis.From.Before(c.MovedIn(r.Target, caller.Space))
}

// About names a target for texts.
func (c *Campus) About(t advice.Target) text.About {
	space := c.spaces[c.SpaceOf(t)]
	if t.Level == advice.OfDevice {
		d := c.devices[t.ID]
		return text.About{Name: d.Name, Kind: d.Kind, Place: space.Name}
	}
	return text.About{Name: space.Name, Kind: string(t.Level)}
}

// Advice adds to a recommendation the names of what it is about.
func (c *Campus) Advice(r advice.Recommendation) advice.Advice {
	return advice.Advice{Recommendation: r, About: c.About(r.Target), Zone: c.Zone(c.spaces[c.SpaceOf(r.Target)].ID).String()}
}
