package memoryenergy

import (
	"cmp"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// inboxCounts counts the content of the inbox: discovered devices in total, by space and by key, and measurements by key.
type inboxCounts struct {
	all    int
	spaces map[energy.SpaceID]int
	keys   map[string]int
	held   map[string]int64
}

func (t *tables) inboxCounts() *inboxCounts {
	c := &inboxCounts{spaces: make(map[energy.SpaceID]int), keys: make(map[string]int), held: make(map[string]int64)}
	for _, n := range t.discovered.rows {
		c.count(n.DiscoveredDevice, 1)
		c.held[n.Subject] += n.Held
	}
	return c
}

func (c *inboxCounts) count(n intake.DiscoveredDevice, one int) {
	c.all += one
	c.spaces[n.Space] += one
	c.keys[n.Subject] += one
}

// admit counts another discovered device. If a bound is reached, it deletes the key's device that was silent for longest and has no stored
// measurements.
func (t *tables) admit(c *inboxCounts, one intake.Discovery) error {
	full := intake.ErrInboxFull{Device: one.Key()}
	switch {
	case c.keys[one.Subject] >= intake.MaxDiscoveredOfKey:
		full.Bound, full.Max = "newcomers_of_key", intake.MaxDiscoveredOfKey
	case one.Space != "" && c.spaces[one.Space] >= intake.MaxDiscoveredOfSpace:
		full.Bound, full.Max = "newcomers_of_space", intake.MaxDiscoveredOfSpace
	case c.all >= intake.MaxDiscovered:
		full.Bound, full.Max = "newcomers", intake.MaxDiscovered
	}
	if full.Bound != "" {
		silent, found := t.longestSilent(one.Subject)
		if !found {
			return full
		}
		t.discovered.drop(silent.Key())
		c.count(silent, -1)
	}
	c.count(one.DiscoveredDevice, 1)
	return nil
}

// longestSilent returns the discovered device of a key that was silent for longest and has no stored measurements.
func (t *tables) longestSilent(subject string) (silent intake.DiscoveredDevice, found bool) {
	for _, n := range t.discovered.rows {
		if n.Subject != subject || n.Held > 0 {
			continue
		}
		if !found || cmp.Or(cmp.Compare(n.LastSeen, silent.LastSeen), compareDiscovered(n.Key(), silent.Key())) < 0 {
			silent, found = n.DiscoveredDevice, true
		}
	}
	return silent, found
}

// roomForMeasure returns an error if no more measurements of a discovered device may be stored.
func (c *inboxCounts) roomForMeasure(n discovered) error {
	switch {
	case n.Held >= intake.MaxBuffered:
		return intake.ErrInboxFull{Device: n.Key(), Bound: "kept", Max: intake.MaxBuffered}
	case c.held[n.Subject] >= intake.MaxBufferedOfKey:
		return intake.ErrInboxFull{Device: n.Key(), Bound: "kept_of_key", Max: intake.MaxBufferedOfKey}
	}
	return nil
}
