// Package campus holds the tree of spaces and devices, and decides what a caller may see in it. A Directory reads it for all services of
// the module; a Campus is its snapshot for one request or job. targets.go lists what can be analysed.
package campus

import (
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// Campus is a snapshot of the tree of spaces and devices for one request or job. It reads everything at most once.
type Campus struct {
	*layout

	mu sync.Mutex
	// siteEnds holds the end of the last measured hour by site, for sites already read.
	siteEnds map[string]time.Time
	// answers are the answers about closed days, if answersRead.
	answers []advice.DayAnswer
	// answersRead is true once the answers were read.
	answersRead bool
}

func newCampus(l *layout) *Campus {
	return &Campus{layout: l, siteEnds: make(map[string]time.Time)}
}

// Space returns a space by its id; the zero Space if there is none.
func (c *Campus) Space(id string) advice.Space { return c.spaces[id] }

// Device returns a device by its id; the zero Device if there is none.
func (c *Campus) Device(id string) advice.Device { return c.devices[id] }

// Children returns the ids of the spaces directly inside a space, in order; for "" the sites.
func (c *Campus) Children(id string) []string { return c.children[id] }

// Behind returns the ids of the devices directly behind a meter, in order.
func (c *Campus) Behind(meter string) []string { return c.behind[meter] }

// SiteEnd returns the end of a site's last measured hour; the first call reads it with read.
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

// DayAnswers returns the answers about closed days; the first call reads them with read.
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

// Sees reports whether a caller may see a space.
func (c *Campus) Sees(caller advice.Caller, space string) bool {
	_, known := c.spaces[space]
	return known && (caller.Space == "" || slices.Contains(c.Path(space), caller.Space))
}

// Shows reports whether a caller may see a recommendation: its target, and the time span of its figures.
func (c *Campus) Shows(caller advice.Caller, r advice.Recommendation) bool {
	return c.Sees(caller, c.SpaceOf(r.Target)) && !r.Basis.From.Before(c.MovedIn(r.Target, caller.Space))
}

// About returns the names of a target for texts.
func (c *Campus) About(t advice.Target) text.About {
	space := c.spaces[c.SpaceOf(t)]
	if t.Level == advice.OfDevice {
		d := c.devices[t.ID]
		return text.About{Name: d.Name, Kind: d.Kind, Place: space.Name}
	}
	return text.About{Name: space.Name, Kind: string(t.Level)}
}

// Advice adds the names for texts to a recommendation.
func (c *Campus) Advice(r advice.Recommendation) advice.Advice {
	return advice.Advice{Recommendation: r, About: c.About(r.Target), Zone: c.Zone(c.spaces[c.SpaceOf(r.Target)].ID).String()}
}
